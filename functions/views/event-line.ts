import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { type EventRow, pick } from '../repositories/rows.ts';
import type { History } from './history.ts';
import { labelOf, stageTitle, titleOf } from './labels.ts';
import { midSentence, nameInWords, sentenceCase, valueInWords } from './phrases.ts';

/** Fields of a payload that a line tells; the others are in its detail. */
const fieldLimit = 4;
const textLimit = 160;

/** What an event says, in one or a few short sentences. Baton's own events name what they are about by its title. */
export function eventInWords({ type, data }: EventRow, history: History): string {
  const { live } = history;
  const reason = pick(data, 'reason');
  switch (type) {
    case 'stage.entered':
      return `Entered ${stageTitle(live, pick(data, 'stage') ?? null)}.`;
    case 'stage.overdue':
      return `In ${stageTitle(live, pick(data, 'stage') ?? null)} longer than agreed.`;
    case 'owner.changed': {
      const formerly = pick(data, 'formerly');
      return said([
        `${pick(data, 'person')} owns the contact now`,
        formerly && `Until then ${formerly} did`,
        reason &&
          `Because ${formerly ?? 'the owner'} ${reason === 'absent' ? 'is away' : `has ${midSentence(nameInWords(reason))}`}`,
        `By the rule “${titleOf(live['best-practice'], pick(data, 'rule') ?? '')}”`,
      ]);
    }
    case 'task.completed':
      return taskInWords(data, history);
    case 'offer.accepted':
    case 'offer.declined': {
      const offer = history.offers.find(({ id }) => id === data.offerId);
      return said([offer && offerName(offer.offer, offer.row), reason]);
    }
    case 'handover.accepted':
    case 'handover.returned':
    case 'handover.expired': {
      const row = history.handovers.find(({ id }) => id === data.handoverId);
      const document = row?.handover ?? pick(data, 'handover');
      const by = pick(data, 'person');
      return said([
        document && titleOf(live.handovers, document),
        by && `by ${by}`,
        reason && nameInWords(reason),
      ]);
    }
  }
  const subject = history.cases.find(({ id }) => id === data.caseId);
  return said([subject?.title, payloadInWords(data, live.events.get(type))]);
}

/** The whole payload by label, and who told it where that was not Baton itself. */
export function eventDetail({ type, data, source }: EventRow, { live }: History): Record<string, unknown> {
  const detail: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) detail[labelOf(live, 'event', `$.${name}`, type)] = value;
  if (source !== 'baton' && source !== 'baton.desk') detail.Source = source;
  return detail;
}

function taskInWords(data: JsonObject, { tasks }: History): string {
  const task = tasks.find(({ id }) => id === data.taskId);
  const outcome = pick(data, 'outcome');
  const title = task?.outcomes.find(({ id }) => id === outcome)?.title ?? (outcome && nameInWords(outcome));
  return said([task?.title, title, pick(data, 'note')]);
}

/** An offer is called by its label or title column, else by the table's row. */
export function offerName(offer: Record<string, unknown>, row: string): string {
  const name = offer.label ?? offer.title;
  if (typeof name === 'string') return sentenceCase(name);
  return nameInWords(typeof offer.offer === 'string' ? offer.offer : row);
}

/**
 * The fields that mean something to a reader, by name, because storage keeps no other order; numbers that only name
 * things do not.
 */
function payloadInWords(data: JsonObject, document: EventDocument | undefined): string {
  const fields = Object.entries(document?.payload ?? {})
    .filter(([name]) => data[name] !== undefined && data[name] !== null && !/(Id|Ref)$/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const told = fields
    .slice(0, fieldLimit)
    .map(([name, field]) => `${field.label ?? nameInWords(name)}: ${fieldValue(data[name], field.type)}`);
  const left = fields.length - told.length;
  return said([...told, left > 0 ? `And ${left} more` : undefined]);
}

function fieldValue(value: unknown, type: string): string {
  const words = type === 'enum' ? String(value).replaceAll('-', ' ') : valueInWords(value);
  return words.length > textLimit ? `${words.slice(0, textLimit - 1)}…` : words;
}

/** The parts that are there, as sentences. */
export function said(parts: readonly (string | undefined | false)[]): string {
  return parts
    .filter((part): part is string => typeof part === 'string' && part !== '')
    .map((part) => sentenceCase(/[.!?…]$/.test(part) ? part : `${part}.`))
    .join(' ');
}
