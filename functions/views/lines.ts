import type { TimelineLine } from '../api/views.ts';
import type {
  CaseRow,
  EnrolmentRow,
  HandoverRow,
  OfferRow,
  SendRow,
  StayRow,
  TaskRow,
} from '../repositories/rows.ts';
import { caseInWords } from './cases.ts';
import { endInWords, entryInWords } from './enrolment.ts';
import { offerName, said } from './event-line.ts';
import type { History } from './history.ts';
import { stageTitle, titleOf } from './labels.ts';
import { messageView } from './messages.ts';
import { midSentence, momentInWords, nameInWords, ownerInWords } from './phrases.ts';
import { taskView } from './tasks.ts';

type Line = Omit<TimelineLine, 'id'>;

const until = (at: string | undefined, word: string): string | undefined =>
  at === undefined ? undefined : `${word} ${momentInWords(at)}`;

/** One stay in a stage, with its owner and what brought the contact there. */
export function stayLine(row: StayRow, { live }: History): Line {
  const stage = stageTitle(live, row.stage);
  return {
    at: row.from,
    kind: 'stage',
    title: `Entered ${stage}`,
    text: said([
      `Owned by ${ownerInWords(row.owner)}`,
      ...(row.owners ?? []).map(({ owner, to }) => until(to, `By ${ownerInWords(owner)} until`)),
      row.overlay && 'Selling is suspended',
      causeInWords(row.by, live),
      until(row.to, row.overlay ? 'Over on' : 'Left on'),
    ]),
  };
}

/** A stay is recorded with what caused it: `rule x`, `handover x`, `case x` or `merge x`. */
function causeInWords(by: string, live: History['live']): string | undefined {
  const [kind, id = ''] = by.split(' ');
  if (kind === 'merge') return 'As the contact stood that turned out to be the same person';
  if (kind === 'rule') return `By the rule “${titleOf(live['best-practice'], id)}”`;
  return kind === 'handover' ? `By the handover “${titleOf(live.handovers, id)}”` : undefined;
}

export function enrolmentLine(row: EnrolmentRow, history: History): Line {
  const words = { active: 'Under way', completed: 'Completed', exited: 'Left early', failed: 'Failed' };
  const end = endInWords(row);
  const ended = row.endedAt === undefined ? '' : ` on ${momentInWords(row.endedAt)}`;
  return {
    at: row.enteredAt,
    kind: 'journey',
    title: `Entered “${titleOf(history.live.journeys, row.journey)}”`,
    text: said([
      entryInWords(row, history),
      `${words[row.status]}${ended}${end ? `: ${midSentence(end)}` : ''}`,
    ]),
  };
}

const channels = { email: 'E-mail', sms: 'SMS', webhook: 'Webhook', push: 'Push message' };
const messageStatuses = {
  waiting: 'is on its way',
  sent: 'sent',
  skipped: 'not sent',
  failed: 'failed',
  unknown: 'may have been sent',
};

export function messageLine(row: SendRow, { live }: History): Line {
  const { status, reason, feedback } = messageView(row);
  return {
    at: row.at,
    kind: 'message',
    title: `${channels[row.channel]} ${row.status === 'HELD' ? 'is held' : messageStatuses[status]}: ${row.subject ?? titleOf(live.templates, row.template)}`,
    text: said([
      reason,
      until(row.repeatedAt, 'Sent once more, because the first answer was lost, on'),
      feedback?.text,
      row.channel !== 'webhook' && row.to && `To ${row.to}`,
    ]),
    detail: { Journey: titleOf(live.journeys, row.journey), Purpose: row.purpose },
  };
}

/** A task as it stands now; its outcome by the title the person chose. */
export function taskLine(row: TaskRow, { live }: History): Line {
  const { title, instruction } = taskView(row, live);
  const outcome = row.outcomes.find(({ id }) => id === row.outcome)?.title ?? row.outcome;
  const state = {
    open: `Open, due ${momentInWords(row.dueAt)}`,
    done: outcome === undefined || outcome === 'Done' ? 'Done' : `Done: ${midSentence(outcome)}`,
    expired: 'Expired',
  };
  return {
    at: row.createdAt,
    kind: 'task',
    title,
    text: said([`For ${nameInWords(row.queue)}`, state[row.status]]),
    ...(instruction ? { detail: { Instruction: instruction } } : {}),
  };
}

export function caseLine(row: CaseRow, { live }: History): Line {
  return {
    at: row.openedAt,
    kind: 'case',
    title: `Case: ${row.title}`,
    text: said([
      `${nameInWords(row.priority)} priority, for ${nameInWords(row.queue)}`,
      row.rule === undefined
        ? `Opened by the journey “${titleOf(live.journeys, row.journey ?? '')}”`
        : `Opened by the rule “${titleOf(live['best-practice'], row.rule)}”`,
      caseInWords(row),
    ]),
  };
}

export function handoverLine(row: HandoverRow, { live }: History): Line {
  const settled = row.settledAt === undefined ? '' : ` on ${momentInWords(row.settledAt)}`;
  const state = {
    offered: `To be accepted by ${momentInWords(row.acceptBy)}`,
    accepted: `Accepted${settled}`,
    returned: `Returned${settled}${row.reason ? `: ${midSentence(nameInWords(row.reason))}` : ''}`,
    expired: 'Nobody accepted it in time',
  };
  return {
    at: row.offeredAt,
    kind: 'handover',
    title: `Handover: ${titleOf(live.handovers, row.handover)}`,
    text: said([`From ${ownerInWords(row.from)} to ${ownerInWords(row.to)}`, state[row.status]]),
  };
}

export function offerLine(row: OfferRow, { live }: History): Line {
  const state = {
    presented: `Open until ${momentInWords(row.expiresAt)}`,
    accepted: 'Accepted',
    declined: 'Declined',
    expired: 'Expired',
  };
  return {
    at: row.presentedAt,
    kind: 'task',
    title: `Offer: ${offerName(row.offer, row.row)}`,
    text: said([`For ${nameInWords(row.queue)}`, state[row.status]]),
    detail: { ...row.offer, table: titleOf(live.tables, row.table) },
  };
}
