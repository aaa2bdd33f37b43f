import { createHash } from 'node:crypto';
import type { Attribute, Seen } from '@baton/rules/contact/contact-state.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Item, Key } from '../ports.ts';

/**
 * Every row of Core, as it is stored. Keys and index attributes are part of the row; `rows.test.ts` holds the key
 * layout. Rows are parsed where they are read, so that a row of an older shape is refused by name and not misread.
 */
const key = { pk: z.string(), sk: z.string() };
const timeline = { tl: z.string().optional() };
const list = { g1pk: z.string().optional(), g1sk: z.string().optional() };
const due = { duepk: z.string().optional(), duesk: z.string().optional() };
/** Rows are written by this code alone; that it is an object is worth a look, each value in it at every read is not. */
const JsonMap = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const mapOf = <T>() =>
  z.custom<Record<string, T>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
const Scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const OwnerRow = z.object({ team: z.string(), person: z.string().optional() });
export type OwnerRow = z.infer<typeof OwnerRow>;

const Unknowns = z.array(z.object({ fact: z.string(), path: z.string() }));

const TraceLines = z.array(
  z.object({
    name: z.string(),
    fact: z.string(),
    path: z.string(),
    operator: z.string(),
    value: z.json(),
    seen: z.json().optional(),
    outcome: z.enum(['true', 'false', 'unknown']),
  }),
);

const EventPatternRow = z.object({
  event: z.string(),
  match: z.array(z.object({ path: z.string(), equals: z.json() })),
  when: z.json().optional(),
});

const ExposureRow = z.object({
  experiment: z.string(),
  arm: z.string(),
  at: z.string(),
  until: z.string(),
  success: EventPatternRow,
});
export type Exposure = z.infer<typeof ExposureRow>;

/** The head of a contact: profile, place in the cycle, owner. `rev` is the optimistic lock of the whole contact. */
export const HeadRow = z.object({
  ...key,
  ...list,
  contactId: z.string(),
  rev: z.number(),
  status: z.enum(['active', 'erasing']),
  identifiers: z.array(z.string()),
  attributes: mapOf<Attribute>(),
  seen: mapOf<Seen>(),
  stage: z.string().nullable(),
  /** Number of the present stay, and of all stays so far; a stay is one run of the contact-cycle machine. */
  stay: z.number(),
  stays: z.number(),
  stageSince: z.string().nullable(),
  owner: OwnerRow.nullable(),
  /** A stage laid over the present one, with the number of its own stay; selling is suspended while it lasts. */
  overlay: z.object({ stage: z.string(), stay: z.number(), since: z.string() }).nullable(),
  milestones: z.record(z.string(), z.string()),
  openCases: z.number(),
  /** Enrolments that are under way; most events concern none. */
  active: z.array(z.string()),
  /** Last presentation of an offer, by decision table. */
  offers: z.record(z.string(), z.string()),
  /** Last firing of each rule that has a cooldown. */
  fired: z.record(z.string(), z.string()),
  /** Experiments in which the contact's success would still count. */
  exposures: z.array(ExposureRow).default([]),
  lastEventAt: z.string(),
});
export type HeadRow = z.infer<typeof HeadRow>;

/** Dedupe record, timeline entry and outbox of one event in one row; `pend` stands until it has been applied. */
export const EventRow = z.object({
  ...key,
  ...timeline,
  ...list,
  ...due,
  eventId: z.string(),
  source: z.string(),
  type: z.string(),
  at: z.string(),
  receivedAt: z.string(),
  subject: z.string(),
  data: JsonMap,
  hash: z.string(),
  history: z.literal(true).optional(),
  pend: z.literal(1).optional(),
});
export type EventRow = z.infer<typeof EventRow>;

export const EnrolmentRow = z.object({
  ...key,
  ...list,
  ...timeline,
  id: z.string(),
  journey: z.string(),
  version: z.number(),
  /** The version's machine, as `Workflows` knows it; rows of before do not say it, and run on machines that need none. */
  machine: z.string().default(''),
  contactId: z.string(),
  key: z.string(),
  status: z.enum(['active', 'completed', 'exited', 'failed']),
  step: z.string(),
  iteration: z.number(),
  enteredAt: z.string(),
  /** When the former round under the same key ended; its answers are not this one's. */
  after: z.string().optional(),
  endedAt: z.string().optional(),
  reason: z.string().optional(),
  event: JsonMap,
  answer: JsonMap.nullable(),
  /** Events that already answered a wait of this enrolment; none may answer twice. */
  answered: z.array(z.string()),
  /** The machine's visit of the current step and what it was answered; a repetition of the visit gets it again. */
  visit: z.string().optional(),
  result: z
    .object({
      to: z.string(),
      until: z.string().optional(),
      seconds: z.number().optional(),
      held: z.boolean().optional(),
    })
    .optional(),
  /** The visit of another journey's step that waits for the end of this enrolment. */
  startedBy: z.string().optional(),
  /** The rule that enrolled the contact and the values it saw. */
  rule: z.object({ id: z.string(), because: TraceLines }).optional(),
});
export type EnrolmentRow = z.infer<typeof EnrolmentRow>;

/** Re-entry lock: one per contact, journey and enrolment key. */
export const EnrolmentLockRow = z.object({
  ...key,
  active: z.string().nullable(),
  entries: z.number(),
  lastEnteredAt: z.string(),
  endedAt: z.string().optional(),
});
export type EnrolmentLockRow = z.infer<typeof EnrolmentLockRow>;

/** An open wait. The row, not the timer, decides between event and timeout. `token` is a secret and goes with the row. */
export const WaitRow = z.object({
  ...key,
  ...due,
  /** The enrolment or stay that waits. */
  holder: z.string(),
  kind: z.enum(['enrolment', 'stay']),
  step: z.string(),
  status: z.enum(['OPEN', 'CLAIMED']),
  token: z.string(),
  since: z.string(),
  until: z.string(),
  onTimeout: z.string(),
  events: z.array(EventPatternRow.extend({ to: z.string() })),
  /** A condition on the contact's facts that ends the wait too. */
  facts: z.object({ when: z.json(), to: z.string() }).optional(),
  /** Who claimed it, and the whole answer to the machine, so that it can be given again. */
  claim: z.object({ to: z.string(), eventId: z.string(), output: JsonMap }).optional(),
});
export type WaitRow = z.infer<typeof WaitRow>;

export const SendRow = z.object({
  ...key,
  ...timeline,
  ...list,
  sendId: z.string(),
  contactId: z.string(),
  enrolmentId: z.string(),
  journey: z.string(),
  step: z.string(),
  template: z.string(),
  channel: z.enum(['email', 'sms', 'webhook']),
  purpose: z.enum(['marketing', 'service']),
  status: z.enum(['PERMITTED', 'ATTEMPT', 'SENT', 'SKIPPED', 'FAILED', 'UNKNOWN']),
  reason: z.string().optional(),
  at: z.string(),
  sentAt: z.string().optional(),
  to: z.string().optional(),
  subject: z.string().optional(),
  body: z.string().optional(),
  /** The provider did not accept it at first, so it is asked again whether it may be sent. */
  held: z.literal(true).optional(),
  /** What came back; of several reports the earliest, and a permanent bounce before one that may pass. */
  deliveredAt: z.string().optional(),
  complainedAt: z.string().optional(),
  bouncedAt: z.string().optional(),
  bounce: z.enum(['permanent', 'passing']).optional(),
  bounceReason: z.string().optional(),
});
export type SendRow = z.infer<typeof SendRow>;

export const TaskRow = z.object({
  ...key,
  ...timeline,
  ...list,
  id: z.string(),
  contactId: z.string(),
  kind: z.enum(['task', 'offer', 'data-quality', 'escalation', 'handover']),
  queue: z.string(),
  title: z.string(),
  instruction: z.string().optional(),
  status: z.enum(['open', 'done', 'expired']),
  createdAt: z.string(),
  dueAt: z.string(),
  outcomes: z.array(z.object({ id: z.string(), title: z.string() })),
  outcome: z.string().optional(),
  /** Who alone may complete it, beside administrators. */
  role: z.enum(['agent', 'editor', 'approver', 'admin']).optional(),
  /** What raised the task: a rule, a journey's step, a stay. */
  origin: z.string(),
  fact: z.string().optional(),
});
export type TaskRow = z.infer<typeof TaskRow>;

export const CaseRow = z.object({
  ...key,
  ...timeline,
  ...list,
  id: z.string(),
  contactId: z.string(),
  title: z.string(),
  status: z.enum(['open', 'closed']),
  priority: z.enum(['low', 'normal', 'high']),
  queue: z.string(),
  key: z.string(),
  openedAt: z.string(),
  dueAt: z.string(),
  closedAt: z.string().optional(),
  rule: z.string(),
});
export type CaseRow = z.infer<typeof CaseRow>;

export const OfferRow = z.object({
  ...key,
  ...timeline,
  id: z.string(),
  contactId: z.string(),
  taskId: z.string(),
  enrolmentId: z.string(),
  table: z.string(),
  row: z.string(),
  offer: Scalars,
  queue: z.string(),
  status: z.enum(['presented', 'accepted', 'declined', 'expired']),
  presentedAt: z.string(),
  expiresAt: z.string(),
  because: TraceLines,
  rule: z.object({ id: z.string(), because: TraceLines }).optional(),
});
export type OfferRow = z.infer<typeof OfferRow>;

export const HandoverRow = z.object({
  ...key,
  ...timeline,
  ...list,
  id: z.string(),
  contactId: z.string(),
  handover: z.string(),
  stay: z.number(),
  status: z.enum(['offered', 'accepted', 'returned', 'expired']),
  from: z.object({ stage: z.string(), team: z.string(), person: z.string().optional() }),
  to: z.object({ stage: z.string(), team: z.string(), person: z.string().optional() }),
  offeredAt: z.string(),
  acceptBy: z.string(),
  settledAt: z.string().optional(),
  reason: z.string().optional(),
  pack: JsonMap,
});
export type HandoverRow = z.infer<typeof HandoverRow>;

/** Every stay with its owner from and to: the proof that a contact always had exactly one owner. */
export const StayRow = z.object({
  ...key,
  ...timeline,
  contactId: z.string(),
  stay: z.number(),
  stage: z.string(),
  owner: OwnerRow,
  from: z.string(),
  to: z.string().optional(),
  by: z.string(),
  overlay: z.boolean().optional(),
  escalations: z.number(),
  /** The machine's visit that escalated last. */
  visit: z.string().optional(),
});
export type StayRow = z.infer<typeof StayRow>;

export const ConsentRow = z.object({
  ...key,
  channel: z.string(),
  purpose: z.string(),
  given: z.boolean(),
  at: z.string(),
  eventId: z.string(),
});
export type ConsentRow = z.infer<typeof ConsentRow>;

/** The instants of the last marketing sends of a channel: an exact rolling window. */
export const CapRow = z.object({ ...key, rev: z.number(), sentAt: z.array(z.string()) });

export const DecisionRow = z.object({
  ...key,
  ...timeline,
  eventId: z.string(),
  eventType: z.string(),
  at: z.string(),
  rules: z.array(
    z.object({
      id: z.string(),
      version: z.number(),
      verdict: z.string(),
      reason: z.string().optional(),
      because: TraceLines,
    }),
  ),
  journeys: z.array(z.object({ id: z.string(), verdict: z.string(), enrolmentId: z.string().optional() })),
  handover: z
    .object({
      id: z.string(),
      version: z.number(),
      kind: z.string(),
      missing: z.array(z.string()).optional(),
      because: TraceLines,
    })
    .optional(),
  unknown: Unknowns,
});
export type DecisionRow = z.infer<typeof DecisionRow>;

const outbox = { ...key, ...due, id: z.string(), contactId: z.string(), at: z.string() };
/** What has to leave a transaction: written with it, acted on after it, deleted when done. */
export const OutboxRow = z.discriminatedUnion('kind', [
  z.object({ ...outbox, kind: z.literal('START'), machine: z.string(), name: z.string(), input: z.json() }),
  z.object({ ...outbox, kind: z.literal('SIGNAL'), wait: z.string(), output: z.json() }),
  z.object({
    ...outbox,
    kind: z.literal('STOP'),
    machine: z.string().default(''),
    name: z.string(),
    cause: z.string(),
  }),
  z.object({ ...outbox, kind: z.literal('DISPATCH'), send: z.string() }),
  z.object({ ...outbox, kind: z.literal('EMIT'), type: z.string(), data: JsonMap, subject: z.string() }),
]);
export type OutboxRow = z.infer<typeof OutboxRow>;

export const contactKey = (contactId: string): string => `C#${contactId}`;
export const headKey = (contactId: string): Key => ({ pk: contactKey(contactId), sk: 'HEAD' });
export const enrolmentKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `ENR#${id}`,
});
export const lockKey = (contactId: string, journey: string, key: string): Key => ({
  pk: contactKey(contactId),
  sk: `ELK#${journey}#${digest(key)}`,
});
export const waitKey = (contactId: string, holder: string, step: string, iteration: number): Key => ({
  pk: contactKey(contactId),
  sk: `WAIT#${holder}#${step}#${iteration}`,
});
export const sendKey = (contactId: string, sendId: string): Key => ({
  pk: contactKey(contactId),
  sk: `SEND#${sendId}`,
});
/** Row of Guard that leads from a provider's own name for a message to the message. */
export const referenceKey = (channel: string, reference: string): Key => ({
  pk: `FB#${channel}#${reference}`,
  sk: 'FB',
});
export const taskKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `TSK#${id}`,
});
export const offerKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `OFR#${id}`,
});
export const handoverKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `HND#${id}`,
});
export const stayKey = (contactId: string, stay: number): Key => ({
  pk: contactKey(contactId),
  sk: `STAY#${String(stay).padStart(6, '0')}`,
});
export const caseKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `CASE#${id}`,
});
export const consentKey = (contactId: string, channel: string, purpose: string): Key => ({
  pk: contactKey(contactId),
  sk: `CNS#${channel}#${purpose}`,
});
export const capKey = (contactId: string, channel: string): Key => ({
  pk: contactKey(contactId),
  sk: `CAP#${channel}`,
});
export const eventKey = (contactId: string, source: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `EVT#${digest(source, id)}`,
});

/** The event that answers an offer, a task or a handover: one per thing answered, so the first answer wins. */
export const answerKey = (contactId: string, answeredId: string): Key =>
  eventKey(contactId, deskSource, answeredId);
/** Producers may not call themselves so. */
export const deskSource = 'baton.desk';

/** Short, stable name for a combination of texts: 26 characters of SHA-256 in base 36. */
export function digest(...parts: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return BigInt(`0x${hash.slice(0, 34)}`)
    .toString(36)
    .padStart(26, '0');
}

/** Shard of the sweeper's index, so that no partition is hot. */
function shardOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1009;
  return sum % dueShards;
}
export const dueShards = 10;
export const duePartition = (kind: 'PEND' | 'OUT' | 'WAIT', id: string): string => `${kind}#${shardOf(id)}`;

/** Pending events of a contact stand together in the sweeper's index, in the order in which they occurred. */
export const pendingOrder = (contactId: string, at: string, id: string): string => `${contactId}#${at}#${id}`;

/** Rows carry optional attributes; storage knows only present ones. */
export function toItem(row: Key & Record<string, unknown>): Item {
  const item: Item = { pk: row.pk, sk: row.sk };
  for (const [name, value] of Object.entries(row))
    if (value !== undefined) item[name] = value as Item[string];
  return item;
}

/** The last segment of a contact's partition key. */
export const contactOf = (pk: string): string => pk.slice(2);

export function pick(data: JsonObject, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
