import type { Kept } from '@baton/rules/contact/kept.ts';
import type { MessageChannel } from '@baton/rules/documents/common.ts';
import type {
  BestPractice,
  DocumentKind,
  HandoverDocument,
  Journey,
  Library,
  Stage,
} from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { JourneyStatus } from './library/journey-state.ts';
import type { LogField } from './log-fields.ts';
import type { CountName, MeasureName } from './metrics.ts';

/** Core: all about contacts. Design: documents and runs. Guard: identity, suppression, idempotency. */
export type TableName = 'core' | 'design' | 'guard';

export type Key = { pk: string; sk: string };

/**
 * A stored row. Beside its key it may carry the attributes of three indexes: `tl` (timeline, sorts within the
 * partition), `g1pk`/`g1sk` (lists across partitions) and `duepk`/`duesk` (what the sweeper must look at).
 * A row without an index's attributes is not in that index.
 */
export type Item = Key & { [attribute: string]: Json };

/** What must hold for an operation to take place. All given parts must hold; only operators that DynamoDB has. */
export type Condition =
  | { absent: true }
  | {
      present?: true;
      /** Attributes that equal a value; `null` means the attribute is absent. */
      equals?: Record<string, string | number | boolean | null>;
      /** Attributes that equal one of several values. */
      oneOf?: Record<string, readonly (string | number | boolean)[]>;
      /** Numeric attributes that are absent or smaller than a bound. */
      below?: Record<string, number>;
    };

export type Operation =
  | { kind: 'put'; table: TableName; item: Item; if?: Condition }
  | { kind: 'delete'; table: TableName; key: Key; if?: Condition }
  | {
      kind: 'update';
      table: TableName;
      key: Key;
      set?: Record<string, Json>;
      remove?: readonly string[];
      /**
       * Adds integers to numeric attributes; an absent one counts as 0. Storage may count in decimals, where sums of
       * fractions and of numbers beyond 2^53 differ from those of JavaScript.
       */
      add?: Record<string, number>;
      if?: Condition;
    }
  | { kind: 'check'; table: TableName; key: Key; if: Condition };

/** `failed`: positions of the operations whose condition did not hold; then nothing was written. */
export type TransactResult = { ok: true } | { ok: false; failed: readonly number[] };

export type Query = {
  table: TableName;
  /**
   * Absent: the table's own key. `tl` is read with the partition's pk; `g1` and `due` with their own. Which table has
   * which is said in `tables.ts`.
   */
  index?: 'tl' | 'g1' | 'due';
  pk: string;
  /** Inclusive bounds of the sort key (of the index, where one is named); or a prefix. */
  from?: string;
  to?: string;
  prefix?: string;
  reverse?: boolean;
  /** Rows per page, 1…1000; default 100. */
  limit?: number;
  cursor?: string;
};

/**
 * The one door to storage. Base table and `tl` are read consistently; `g1` and `due` may lag behind. Rows come in the
 * order of the sort key's UTF-8 bytes. In which order an index gives rows of one sort key is storage's affair; it is the
 * same from page to page. The order of an object's attributes is not kept; half a character in a text becomes U+FFFD.
 */
export interface Store {
  get(table: TableName, key: Key): Promise<Item | undefined>;
  query(query: Query): Promise<{ items: Item[]; cursor?: string }>;
  /** How many rows a query gives over all its pages; storage counts without handing them out. */
  count(query: Omit<Query, 'reverse' | 'limit' | 'cursor'>): Promise<number>;
  /**
   * All operations or none; at most 100, no two on one item. Throws `Transient` where storage cannot be reached or is
   * full, `Rejected` for an operation that can never succeed (too large, two on one item, nothing to change).
   */
  transact(operations: readonly Operation[]): Promise<TransactResult>;
  /**
   * Resolves once everything applied so far survives a crash. Within the process applied rows may be acted on at once,
   * because a crash takes the actor with them; nothing may leave the process (an answer, a message) before this.
   */
  durable(): Promise<void>;
}

/** What a table's change stream tells. A row written as it was need not, but may, be told as a `MODIFY`. */
export type Change = {
  table: TableName;
  kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  key: Key;
  /** The row as it is now. */
  image?: Item;
};

export interface Clock {
  now(): Date;
}

/** CloudEvents 1.0, JSON format, with the fields that Baton reads. `subject` names the contact, `scheme:value`. */
export type CloudEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  subject: string;
  data: JsonObject;
  /** Extension attribute: it happened before Baton was there. It is remembered, and nothing is decided about it. */
  history?: true;
};

export interface Bus {
  put(events: readonly CloudEvent[]): Promise<void>;
}

/** Step Functions, narrowed. Names are idempotency handles: a second start under one name is the first. */
export interface Workflows {
  /**
   * `machine` is what `publish` answered, or the name of a machine that comes with Baton. While the first still runs, its
   * repetition may be answered as it was.
   */
  start(start: { machine: string; name: string; input: Json }): Promise<'started' | 'exists'>;
  /** `closed`: the token was used, timed out or never existed; nothing to do. */
  succeed(token: string, output: Json): Promise<'ok' | 'closed'>;
  stop(execution: { machine: string; name: string }, cause: string): Promise<void>;
  /** Makes a version of a journey startable and answers what `start` takes; repeating it is harmless. */
  publish(version: { journey: string; version: number; definition: Json }): Promise<string>;
  /** The one start that is planned under a name; `undefined` plans none. What is past is not planned. */
  plan(name: string, start: PlannedStart | undefined): Promise<void>;
}
export type PlannedStart = { at: string; machine: string; name: string; input: Json };

export type OutgoingMessage = {
  sendId: string;
  contactId: string;
  channel: MessageChannel;
  to: string;
  subject?: string;
  body: string;
  purpose: 'marketing' | 'service';
  at: string;
  /** Where one click ends mail of this kind (RFC 8058): a `POST` there acts, a `GET` only shows a page. */
  unsubscribe?: string;
};

/**
 * What a provider made of a message. `sent` and `already-sent` settle it, `refused` is final, and `not-accepted` was surely
 * not taken, so that it may be sent later. `reference`: the provider's own name, where it may report back under that alone.
 */
export type SendAnswer =
  | { kind: 'sent' | 'already-sent'; reference?: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'not-accepted'; reason: string };

/** A way out of the system. It throws `Transient` where nobody can tell whether the message was taken. Reasons name no address. */
export interface Channel {
  /** The provider knows a send id again, so an attempt whose outcome is unknown may be repeated. */
  readonly recognisesSendId?: boolean;
  send(message: OutgoingMessage): Promise<SendAnswer>;
}

/** Identity is kept as HMAC only; the key never leaves the host. */
export interface Identity {
  hmac(text: string): string;
}

/** Where this installation is reached from outside, for links in messages. */
export interface Address {
  /** Scheme and host without a path; `undefined` where nobody has said yet. */
  origin(): Promise<string | undefined>;
}

/** Allowed fields only, so that personal data cannot reach a log by adding a field. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Partial<Record<LogField, string | number>>;

/** Figures under the names of `metrics.ts`. Something is counted when it has happened, so never before its transaction. */
export interface Metrics {
  /** `dimension`: one of the values that the catalogue lists for the name. */
  count(name: CountName, value?: number, dimension?: string): void;
  measure(name: MeasureName, value: number): void;
}

/** Try again later: the workflow's `Retry` and the queue's redelivery match this name. */
export class Transient extends Error {
  override name = 'Transient';
}

/** Will not succeed by repetition; a person must look. */
export class Rejected extends Error {
  override name = 'Rejected';
}

/** The live documents, indexed for deciding, and the pinned versions that enrolments stay on. */
export interface Documents {
  live(): Promise<LiveLibrary>;
  journey(id: string, version: number): Promise<Journey>;
  /** The HTML that a template's mail in MJML was compiled to, with Liquid in it; `undefined`: it is plain text. */
  html(template: string, version: number, language: string): Promise<string | undefined>;
  /** Reads anew what is live, at once; without it a publication shows after a moment. */
  refresh(): Promise<void>;
}

/** Who may publish the next version of a document: whoever deploys it from files, or the designer. */
export type Manager = 'code' | 'designer';

export type LiveLibrary = Library & {
  version(kind: DocumentKind, id: string): number;
  /** The machine of a journey's live version, as `Workflows.start` takes it. */
  machine(journey: string): string;
  /** Whether a journey runs, or was paused or stopped by somebody. */
  statusOf(journey: string): JourneyStatus;
  rulesFor(eventType: string): readonly BestPractice[];
  journeysFor(eventType: string): readonly Journey[];
  handoversFrom(stage: string, eventType: string): readonly HandoverDocument[];
  /** What profiles keep of single occurrences, because a fact asks for it. */
  kept: Kept;
  /** Short name of `kept`: a profile that was kept under another one is made anew from its events. */
  keptName: string;
  overlay: Stage | undefined;
};

/** Everything a use case may reach. */
export type Ports = {
  store: Store;
  bus: Bus;
  workflows: Workflows;
  channels: Record<OutgoingMessage['channel'], Channel>;
  documents: Documents;
  identity: Identity;
  address: Address;
  clock: Clock;
  log: Log;
  metrics: Metrics;
};
