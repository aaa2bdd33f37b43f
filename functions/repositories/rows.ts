import { createHash } from 'node:crypto';
import { clockNames } from '@baton/rules/cases/clocks.ts';
import { caseStatuses } from '@baton/rules/cases/life.ts';
import type { Attribute, Seen } from '@baton/rules/contact/contact-state.ts';
import { MessageChannel } from '@baton/rules/documents/common.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { weekdays } from '@baton/rules/time/local-schedule.ts';
import * as z from 'zod';
import type { Item, Key } from '../ports.ts';
import { unpackText } from './packed-text.ts';

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
  /** `merging`: nothing changes here any more, its rows move to the contact named by `into`; `merged`: they are there. */
  status: z.enum(['active', 'erasing', 'merging', 'merged']),
  into: z.string().optional(),
  /** Contacts whose rows are on their way here; events wait until they have come. */
  absorbing: z.array(z.string()).optional(),
  identifiers: z.array(z.string()),
  attributes: mapOf<Attribute>(),
  seen: mapOf<Seen>(),
  /** What was kept of events when `seen` was counted; see `LiveLibrary.keptName`. */
  kept: z.string().optional(),
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
  /** Identifiers beside the subject by which the event names its contact. */
  names: z.array(z.string()).optional(),
  /** Other contacts that it proves to be this one. */
  same: z.array(z.string()).optional(),
  /** Why it cannot be applied. */
  parked: z.string().optional(),
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
  /** The steps that it has come to, each once, for the figures of the journey; absent where that was not kept from its first step on. */
  entered: z.array(z.string()).optional(),
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
  /** The step that it may not enter while its journey is paused; no execution runs meanwhile. */
  parked: z.object({ step: z.string(), since: z.string() }).optional(),
  /** How often it was let go on, after a pause or for the age of its execution; each time a new one begins where the former ended. */
  run: z.number().optional(),
  /** When that execution was begun; the first one with the enrolment. */
  runSince: z.string().optional(),
  /** Where that execution must begin, until it has. */
  from: z.string().optional(),
});
export type EnrolmentRow = z.infer<typeof EnrolmentRow>;

/** The execution that carries an enrolment now, by name. */
export const executionOf = ({ id, run }: Pick<EnrolmentRow, 'id' | 'run'>): string =>
  run === undefined ? id : `${id}-${run}`;

/** The list of enrolments of a journey that have a status; `paused` are active and go no further for now. */
export const enrolmentList = (journey: string, status: EnrolmentRow['status'] | 'paused'): string =>
  `JV#${journey}#${status}`;

/** The lists of all who are inside a journey. */
export const insideLists = (journey: string): string[] => [
  enrolmentList(journey, 'active'),
  enrolmentList(journey, 'paused'),
];

/** A contact that would have entered a journey and is kept out by a draw, once; counted to compare with those inside. */
export const HoldoutRow = z.object({
  ...key,
  ...list,
  contactId: z.string(),
  journey: z.string(),
  by: z.enum(['global', 'journey', 'campaign']),
  campaign: z.string().optional(),
  /** When it would have entered first. */
  since: z.string(),
});
export type HoldoutRow = z.infer<typeof HoldoutRow>;

export const holdoutKey = (contactId: string, journey: string, campaign?: string): Key => ({
  pk: contactKey(contactId),
  sk: `HLD#${journey}${campaign === undefined ? '' : `#${campaign}`}`,
});

export function holdoutRow(
  contactId: string,
  { journey, by, campaign, since }: Pick<HoldoutRow, 'journey' | 'by' | 'campaign' | 'since'>,
): HoldoutRow {
  return {
    ...holdoutKey(contactId, journey, campaign),
    g1pk: `HLD#${journey}`,
    g1sk: `${since}#${contactId}`,
    contactId,
    journey,
    by,
    ...(campaign === undefined ? {} : { campaign }),
    since,
  };
}

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
  /** The enrolment, stay or case that waits. */
  holder: z.string(),
  kind: z.enum(['enrolment', 'stay', 'case']),
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
  channel: MessageChannel,
  purpose: z.enum(['marketing', 'service']),
  status: z.enum(['HELD', 'PERMITTED', 'ATTEMPT', 'SENT', 'SKIPPED', 'FAILED', 'UNKNOWN']),
  reason: z.string().optional(),
  /** When what is held, or waits for its turn, is looked at again; for quiet hours by the clock of this zone. */
  until: z.string().optional(),
  timeZone: z.string().optional(),
  at: z.string(),
  sentAt: z.string().optional(),
  to: z.string().optional(),
  subject: z.string().optional(),
  body: z.string().transform(unpackText).optional(),
  unsubscribe: z.string().optional(),
  /** Where it counts for the caps, if no longer at the moment of its permit. */
  slotAt: z.string().optional(),
  /** It could not leave at once, so it is asked again whether it may be sent. */
  held: z.literal(true).optional(),
  /** How often the provider was called, and when last. */
  attempts: z.number().optional(),
  attemptedAt: z.string().optional(),
  /** The outcome of an attempt before the last one was lost: it may have been taken. */
  doubtful: z.literal(true).optional(),
  /** The outcome of an attempt was lost, and this message is one that is made once more. */
  repeatedAt: z.string().optional(),
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
  script: z.string().optional(),
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

const Clock = z.object({
  targetMs: z.number(),
  spentMs: z.number(),
  stoppedAt: z.string().optional(),
  told: z.array(z.number()),
});

export const CaseRow = z.object({
  ...key,
  ...timeline,
  ...list,
  id: z.string(),
  contactId: z.string(),
  title: z.string(),
  /** Rows of before know open and closed only. */
  status: z.preprocess((status) => (status === 'open' ? 'new' : status), z.enum(caseStatuses)),
  priority: z.enum(['low', 'normal', 'high']),
  queue: z.string(),
  key: z.string(),
  serviceLevel: z.string().default(''),
  /** Who has accepted it. */
  person: z.string().optional(),
  openedAt: z.string(),
  /** The next deadline of a running clock; while none runs, the one that was the next. */
  dueAt: z.string(),
  /** The targets are those promised at opening; the service level may change later. See `cases/clocks.ts`. */
  clocks: z.partialRecord(z.enum(clockNames), Clock).default({}),
  countedTo: z.string().default(''),
  paused: z.boolean().default(false),
  pauses: z
    .array(
      z.object({
        from: z.string(),
        to: z.string().optional(),
        because: z.enum(['waiting-for-customer', 'solved']),
      }),
    )
    .default([]),
  /** How often the case has changed: a change asked for twice is one. */
  changes: z.number().default(0),
  reopened: z.number().default(0),
  solvedAt: z.string().optional(),
  /** When it is closed unless the customer says otherwise before. */
  closeAt: z.string().optional(),
  closedAt: z.string().optional(),
  /** The case that this one was merged into. */
  into: z.string().optional(),
  /** What opened it. */
  rule: z.string().optional(),
  journey: z.string().optional(),
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
  script: z.string().optional(),
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
  /** When the present owner was told that nobody had answered yet. */
  warnedAt: z.string().optional(),
  settledAt: z.string().optional(),
  reason: z.string().optional(),
  pack: JsonMap,
});
export type HandoverRow = z.infer<typeof HandoverRow>;

/** Every stay with its owner from and to: the proof that a contact always had exactly one owner. */
export const StayRow = z.object({
  ...key,
  ...timeline,
  ...list,
  contactId: z.string(),
  stay: z.number(),
  stage: z.string(),
  owner: OwnerRow,
  /** Who owned the contact before in this stay, the first first, each until when. */
  owners: z.array(z.object({ owner: OwnerRow, to: z.string() })).optional(),
  from: z.string(),
  to: z.string().optional(),
  by: z.string(),
  /** Since when the contact was in the stage, where that was before the stay began. */
  since: z.string().optional(),
  /** What had been reached when the stay ended. */
  milestones: z.record(z.string(), z.string()).optional(),
  overlay: z.boolean().optional(),
  escalations: z.number(),
  /** The machine's visit that escalated last. */
  visit: z.string().optional(),
});
export type StayRow = z.infer<typeof StayRow>;

/** A contact in the list of what a person owns. */
export const OwnedRow = z.object({ ...key, ...list, contactId: z.string() });

/**
 * The statement that counts, with its proof. Those before it are events of the contact, which are never changed.
 */
export const ConsentRow = z.object({
  ...key,
  channel: z.string(),
  purpose: z.string(),
  given: z.boolean(),
  at: z.string(),
  eventId: z.string(),
  /** Who reported it, and what they said of it: by which method, where, and the text that was agreed to. */
  source: z.string().optional(),
  method: z.string().optional(),
  where: z.string().optional(),
  text: z.string().optional(),
  wording: z.string().optional(),
});
export type ConsentRow = z.infer<typeof ConsentRow>;

/** What a rule or a journey set an attribute to. What events set follows from the events. */
export const AttributeRow = z.object({
  ...key,
  name: z.string(),
  value: z.json(),
  at: z.string(),
  eventId: z.string(),
});

/** The instants of the last marketing sends of a channel, or of all channels: exact rolling windows. */
export const CapRow = z.object({ ...key, rev: z.number(), sentAt: z.array(z.string()) });

/** What has left by a channel of late, and who waits for room. */
export const RateRow = z.object({
  ...key,
  rev: z.number(),
  taken: z.array(z.tuple([z.number(), z.number()])),
  line: z.object({ at: z.number(), messages: z.number() }).optional(),
});

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
  /** Journeys that this could have started, and what came of it. */
  journeys: z.array(
    z.object({
      id: z.string(),
      verdict: z.string(),
      enrolmentId: z.string().optional(),
      /** The rule or the campaign that would have enrolled; absent: the journey's own trigger. */
      rule: z.string().optional(),
      campaign: z.string().optional(),
      /** What kept the trigger from holding, or was not known. */
      because: TraceLines.optional(),
      unknown: Unknowns.optional(),
      /** Which draw holds the contact out. */
      heldOut: z.enum(['global', 'journey', 'campaign']).optional(),
      /** When it may be entered again. */
      notBefore: z.string().optional(),
    }),
  ),
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

/** What became part of a contact. The other's frozen head and the rows under `WAS#` say what there was before. */
export const MergeRow = z.object({
  ...key,
  from: z.string(),
  at: z.string(),
  /** Row of the event that proved the two to be one. */
  by: z.string(),
  status: z.enum(['moving', 'done']),
  /** The same event had reached both contacts, and counts once. */
  doubled: z.literal(true).optional(),
});
export type MergeRow = z.infer<typeof MergeRow>;

const QuietHours = z.array(
  z.object({ from: z.string(), to: z.string(), weekdays: z.array(z.enum(weekdays)).optional() }),
);

/** The rows in which a marketing message takes a slot, with the caps that bind it there. */
const CappedSlots = z.array(
  z.object({ row: z.string(), caps: z.array(z.object({ messages: z.number(), within: z.string() })) }),
);
export type CappedSlots = z.infer<typeof CappedSlots>;

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
  z.object({
    ...outbox,
    kind: z.literal('DISPATCH'),
    send: z.string(),
    /** Rules that the message was permitted under and that still bind it when it leaves. */
    rate: z.object({ messages: z.number(), per: z.string() }).optional(),
    quiet: z.object({ timeZone: z.string(), hours: QuietHours }).optional(),
    caps: CappedSlots.optional(),
  }),
  z.object({ ...outbox, kind: z.literal('EMIT'), type: z.string(), data: JsonMap, subject: z.string() }),
]);
export type OutboxRow = z.infer<typeof OutboxRow>;

/** Asks for a permitted message to be dispatched, once more for a message that was held. */
export function dispatchItem(contactId: string, sendId: string, at: string): Item {
  const id = digest('dispatch', contactId, sendId, at);
  return {
    pk: contactKey(contactId),
    sk: `OUT#${id}`,
    id,
    contactId,
    at,
    kind: 'DISPATCH',
    send: sendId,
    duepk: duePartition('OUT', id),
    duesk: at,
  };
}

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
/** Row of Guard that counts what has left by a channel. */
export const rateKey = (channel: string): Key => ({ pk: `RATE#${channel}`, sk: 'RATE' });
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
/** The row by which a contact stands in the list of what a person owns; there is none where a team alone owns it. */
export function ownedItem(contactId: string, person: string): Item {
  return { ...ownedKey(contactId), contactId, g1pk: ownedList(person), g1sk: contactId };
}
export const ownedKey = (contactId: string): Key => ({ pk: contactKey(contactId), sk: 'OWN' });
export const ownedList = (person: string): string => `OWN#${person}`;
/** The list of stays in a stage, by when they began. */
export const stayList = (stage: string): string => `STAY#${stage}`;
export const caseKey = (contactId: string, id: string): Key => ({
  pk: contactKey(contactId),
  sk: `CASE#${id}`,
});
export const consentKey = (contactId: string, channel: string, purpose: string): Key => ({
  pk: contactKey(contactId),
  sk: `CNS#${channel}#${purpose}`,
});
export const attributeKey = (pk: string, name: string, { at, eventId }: Attribute): Key => ({
  pk,
  sk: `ATTR#${name}#${at}#${digest(eventId)}`,
});
export const mergeKey = (contactId: string, from: string): Key => ({
  pk: contactKey(contactId),
  sk: `MERGE#${from}`,
});
/** Where a row of a merged contact stands whose own place is taken, or is for one contact only. */
export const formerKey = (contactId: string, from: string, sk: string): Key => ({
  pk: contactKey(contactId),
  sk: `WAS#${from}#${sk}`,
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
