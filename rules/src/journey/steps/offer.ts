import { decideTable, type TableDecision } from '../../decide/table.ts';
import type { Scalar } from '../../documents/common.ts';
import { addDuration, describeDuration, parseDuration } from '../../time/duration.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { taskTimeout } from '../timeouts.ts';

export const offer: StepKindEntry<'offer'> = {
  async enter(
    { title, table: tableId, queue, script, within, onAccept, onDecline, onTimeout, onNone },
    moment,
  ) {
    const { step, id, now } = moment;
    const table = moment.tables.get(tableId);
    if (!table)
      throw new Error(`steps.${step}.table: there is no table "${tableId}"; create it or name another`);

    const decision = await decideTable(table, moment.facts);
    const best = bestOf(decision);
    const unknown = dataQuality(step, 'unknown' in decision ? decision.unknown : []);
    if (!best) return continueTo(onNone, unknown);

    const expiresAt = addDuration(now, within);
    const match = [{ path: '$.offerId', equals: id }];
    return {
      effects: [
        {
          kind: 'offer',
          step,
          table: tableId,
          row: best.row,
          offer: best.out,
          queue,
          title,
          script,
          expiresAt,
          because: decision.trace,
        },
        ...unknown,
      ],
      next: {
        kind: 'wait-for',
        events: [
          { event: 'offer.accepted', match, to: onAccept },
          { event: 'offer.declined', match, to: onDecline },
        ],
        until: expiresAt,
        onTimeout,
      },
    };
  },
  exits: ({ within, onAccept, onDecline, onTimeout, onNone }) => [
    { to: onAccept, title: 'accepted', path: 'onAccept', waits: true },
    { to: onDecline, title: 'declined', path: 'onDecline', waits: true },
    { to: onTimeout, title: 'timeout', path: 'onTimeout', waits: parseDuration(within) > 0 },
    { to: onNone, title: 'no offer fits', path: 'onNone', waits: false },
  ],
  onTimeout: ({ onTimeout }) => onTimeout,
  shape: ({ within }) => ({ kind: 'await', seconds: taskTimeout(parseDuration(within)) }),
  describe: ({ table, queue, within }) =>
    `Gives ${queue} the best offer of "${table}" and waits at most ${describeDuration(within)} for an answer.`,
};

/** The offer to present. Rows that contradict each other offer nothing, because nobody knows which one is meant. */
function bestOf(decision: TableDecision): { row: string; out: Record<string, Scalar> } | undefined {
  if (decision.kind === 'row') return decision;
  return decision.kind === 'rows' ? decision.rows[0] : undefined;
}
