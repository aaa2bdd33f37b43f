import type { Step } from '@baton/rules/documents/journey.ts';
import type { EnrolmentView } from '../api/views.ts';
import type { EnrolmentRow } from '../repositories/rows.ts';
import type { History, OpenWait } from './history.ts';
import { titleOf } from './labels.ts';
import { alternatives, midSentence, momentInWords, nameInWords } from './phrases.ts';

export function enrolmentView(row: EnrolmentRow, history: History): EnrolmentView {
  const { id, journey, version, key, status, enteredAt, endedAt, step } = row;
  return {
    id,
    journey,
    title: titleOf(history.live.journeys, journey),
    version,
    key,
    status,
    enteredAt,
    endedAt,
    reason: endInWords(row),
    step,
    stepTitle: stepOf(row, history)?.title ?? nameInWords(step),
    waiting: waitingOf(row, history),
  };
}

const stepOf = ({ id, step }: EnrolmentRow, { journeys }: History): Step | undefined =>
  journeys.get(id)?.steps[step];

/** Why an enrolment is over: "Goal reached", "Case opened", "Failed at offer". */
export function endInWords({ reason }: Pick<EnrolmentRow, 'reason'>): string | undefined {
  if (reason === undefined) return undefined;
  return reason === 'goal' ? 'Goal reached' : nameInWords(reason);
}

/** What an active enrolment waits for. A plain wait has no row; its end stands in the answer to the machine. */
function waitingOf(row: EnrolmentRow, history: History): EnrolmentView['waiting'] {
  if (row.status !== 'active') return undefined;
  if (row.parked) return { text: parkedInWords(row.parked.step, row, history) };
  const wait = history.waits.find(({ holder, step }) => holder === row.id && step === row.step);
  if (wait) {
    const { until } = wait;
    return {
      text: `Waits for ${awaited(wait, stepOf(row, history), history)} until ${momentInWords(until)}.`,
      until,
    };
  }
  const { until, held } = row.result ?? {};
  if (until === undefined) return undefined;
  return {
    text: held
      ? `Holds the message back until ${momentInWords(until)}.`
      : `Waits until ${momentInWords(until)}.`,
    until,
  };
}

function parkedInWords(step: string, { id }: EnrolmentRow, { journeys }: History): string {
  const title = journeys.get(id)?.steps[step]?.title ?? nameInWords(step);
  return `Held before “${title}”, because the journey is paused.`;
}

function awaited(wait: OpenWait, step: Step | undefined, { live }: History): string {
  switch (step?.kind) {
    case 'offer':
      return 'accept or decline';
    case 'task':
      return `the outcome of “${step.title}”`;
    case 'handover':
      return `accept or return of “${titleOf(live.handovers, step.handover)}”`;
    default: {
      const events = [...new Set(wait.events)].map((type) => midSentence(titleOf(live.events, type)));
      return alternatives(events) || 'an event';
    }
  }
}

/** What made the contact enter: a rule, a campaign or an event, as a sentence. */
export function entryInWords({ rule, event }: EnrolmentRow, { live }: History): string {
  if (rule) return `By the rule “${titleOf(live['best-practice'], rule.id)}”.`;
  if (typeof event.campaign === 'string')
    return `By the campaign “${titleOf(live.campaigns, event.campaign)}”.`;
  return typeof event.type === 'string' ? `After “${titleOf(live.events, event.type)}”.` : '';
}
