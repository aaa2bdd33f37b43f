import { errorCode } from '@baton/functions/error-code.ts';
import { type Clock, Rejected } from '@baton/functions/ports.ts';
import type { Database } from './database.ts';

/*
 * 1. A message is a row until its handler has succeeded or a person has decided: nothing in memory owns it.
 * 2. A received message is hidden for `visibilitySeconds`. If the process dies it is visible again at the next start,
 *    because one process alone uses the database; the receive still counts.
 * 3. A failed message comes back after 1, 2, 4 … seconds. The receive number `maxReceives` is its last: then it is
 *    a dead letter, with the reason, until it is redriven. So is one that was received as often and never answered.
 *    A reason tells the code of an error and never its message, which may quote what it complains about.
 * 4. Messages come in the order of sending, except those that failed.
 */

/** What SQS hands to a function. */
type QueueRecord = {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: { ApproximateReceiveCount: string; SentTimestamp: string };
  messageAttributes: Record<string, never>;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
};

/** Which messages failed; `reason`, a sentence that quotes nothing, is known to this queue alone. */
type BatchResponse = {
  batchItemFailures: readonly { itemIdentifier: string; reason?: string | undefined }[];
};

export type QueueHandler = (event: { Records: QueueRecord[] }) => Promise<BatchResponse | undefined>;

type DeadLetter = {
  id: string;
  queue: string;
  body: string;
  receives: number;
  reason: string;
  sentAt: string;
  failedAt: string;
};

/** What a queue gave up: how many messages, since when, and why, the oldest reason first. */
type GivenUp = {
  queue: string;
  count: number;
  /** How often each was tried. */
  tries: number;
  since: string;
  reasons: { reason: string; count: number; since: string }[];
};

/** Reasons that are told apart at most. */
const mostReasons = 10;

export type QueueOptions = {
  database: Database;
  clock: Clock;
  name: string;
  visibilitySeconds?: number;
  maxReceives?: number;
  /** Messages per call of the handler. */
  batch?: number;
};

export type Queue = {
  readonly name: string;
  /** Applied at once, durable with the database's next group. */
  send(bodies: readonly string[]): void;
  /** Hides and gives up to a batch of visible messages. */
  receive(): QueueRecord[];
  succeed(record: QueueRecord): void;
  fail(record: QueueRecord, reason: string): void;
  /** Epoch milliseconds at which the next message becomes visible; in the past where one is visible now. */
  dueAt(): number | undefined;
  /** How many messages wait, are with a handler, or are dead. */
  depth(): { waiting: number; inFlight: number; dead: number };
  deadLetters(page?: { limit?: number; after?: string }): DeadLetter[];
  deadLetter(id: string): DeadLetter | undefined;
  /** All dead letters in short; `undefined` where there is none. */
  givenUp(): GivenUp | undefined;
  /** Sends dead letters again, all of them where none are named, and gives their number. */
  redrive(ids?: readonly string[]): number;
};

const longestDelaySeconds = 900;

/** A durable queue with SQS's promises: at least once, hidden while handled, dead letters with a reason. */
export function createQueue({
  database,
  clock,
  name,
  visibilitySeconds = 30,
  maxReceives = 5,
  batch = 10,
}: QueueOptions): Queue {
  const { sql } = database;
  database.write(() => sql.exec(tables));
  const insert = sql.prepare('INSERT INTO q_message (queue, body, sent_at, visible_at) VALUES (?, ?, ?, ?)');
  const visible = sql.prepare(`
    SELECT seq, body, sent_at, receives FROM q_message
    WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?`);
  const hide = sql.prepare(
    'UPDATE q_message SET visible_at = ?, receives = receives + 1, in_flight = 1 WHERE seq = ?',
  );
  const remove = sql.prepare('DELETE FROM q_message WHERE queue = ? AND seq = ?');
  const held = sql.prepare(
    'SELECT body, sent_at, receives FROM q_message WHERE queue = ? AND seq = ? AND receives = ?',
  );
  const putBack = sql.prepare('UPDATE q_message SET visible_at = ?, in_flight = 0 WHERE seq = ?');
  const bury = sql.prepare(`
    INSERT INTO q_dead (seq, queue, body, sent_at, receives, reason, failed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const next = sql.prepare('SELECT min(visible_at) AS at FROM q_message WHERE queue = ?');
  const nextAfter = sql.prepare(
    'SELECT min(visible_at) AS at FROM q_message WHERE queue = ? AND visible_at > ?',
  );
  const now = () => clock.now().getTime();

  database.write(() =>
    sql
      .prepare('UPDATE q_message SET visible_at = 0, in_flight = 0 WHERE queue = ? AND in_flight = 1')
      .run(name),
  );

  /** Not later than the next message becomes visible: spares a look at the table when nothing can be there. */
  let soonest = 0;

  function send(bodies: readonly string[]): void {
    const at = now();
    soonest = Math.min(soonest, at);
    database.write(() => {
      for (const body of bodies) insert.run(name, body, at, at);
    });
  }

  function receive(): QueueRecord[] {
    const at = now();
    if (at < soonest) return [];
    const rows = visible.all(name, at, batch);
    if (rows.length < batch) soonest = hiddenUntil(rows.length === 0 ? undefined : at);
    if (rows.length === 0) return [];
    return database.write(() =>
      rows.flatMap(({ seq, body, sent_at, receives }) => {
        const receive = Number(receives) + 1;
        if (receive > maxReceives) {
          bury.run(
            Number(seq),
            name,
            String(body),
            Number(sent_at),
            receive - 1,
            'its handler never answered',
            at,
          );
          remove.run(name, Number(seq));
          return [];
        }
        hide.run(at + visibilitySeconds * 1_000, Number(seq));
        return {
          messageId: `${name}-${seq}`,
          receiptHandle: `${seq}.${receive}`,
          body: String(body),
          attributes: { ApproximateReceiveCount: String(receive), SentTimestamp: String(sent_at) },
          messageAttributes: {},
          eventSource: 'aws:sqs',
          eventSourceARN: `arn:aws:sqs:local:000000000000:${name}`,
        };
      }),
    );
  }

  function succeed(record: QueueRecord): void {
    const { seq } = receipt(record);
    database.write(() => remove.run(name, seq));
  }

  function fail(record: QueueRecord, reason: string): void {
    const { seq, receive } = receipt(record);
    const row = held.get(name, seq, receive);
    if (!row) return; // taken again in the meantime: that receive decides
    soonest = 0;
    database.write(() => {
      if (receive < maxReceives) {
        putBack.run(now() + Math.min(2 ** (receive - 1), longestDelaySeconds) * 1_000, seq);
        return;
      }
      bury.run(seq, name, String(row.body), Number(row.sent_at), receive, reason, now());
      remove.run(name, seq);
    });
  }

  const dead = deadLetters(database, { name, maxReceives }, send);
  return { name, send, receive, succeed, fail, dueAt, depth, ...dead };

  /** When to look next, after a look that took all there was; what it took comes back at its own time if at all. */
  function hiddenUntil(taken: number | undefined): number {
    const again = taken === undefined ? Number.POSITIVE_INFINITY : taken + visibilitySeconds * 1_000;
    const at = nextAfter.get(name, taken ?? -1)?.at;
    return Math.min(again, typeof at === 'number' ? at : again);
  }

  function dueAt(): number | undefined {
    if (soonest === Number.POSITIVE_INFINITY) return undefined;
    const at = next.get(name)?.at;
    return typeof at === 'number' ? at : undefined;
  }

  function depth() {
    const count = (text: string) => Number(sql.prepare(`SELECT count(*) AS n FROM ${text}`).get(name)?.n);
    return {
      waiting: count('q_message WHERE queue = ? AND in_flight = 0'),
      inFlight: count('q_message WHERE queue = ? AND in_flight = 1'),
      dead: count('q_dead WHERE queue = ?'),
    };
  }
}

/** Lets a handler work on a queue; `step` handles one batch and tells whether there was one. */
export function createQueueConsumer({ queue, handler }: { queue: Queue; handler: QueueHandler }): {
  step(): Promise<boolean>;
  dueAt(): number | undefined;
} {
  async function step(): Promise<boolean> {
    const records = queue.receive();
    if (records.length === 0) return false;
    const failures = await failuresOf(records, handler);
    for (const record of records) {
      const reason = failures.get(record.messageId);
      if (reason === undefined) queue.succeed(record);
      else queue.fail(record, reason);
    }
    return true;
  }

  return { step, dueAt: () => queue.dueAt() };
}

/** Reasons by message; a thrown error and an answer that names an unknown message fail the whole batch, as with Lambda. */
async function failuresOf(records: QueueRecord[], handler: QueueHandler): Promise<Map<string, string>> {
  const all = (reason: string) => new Map(records.map(({ messageId }) => [messageId, reason]));
  try {
    const answer = await handler({ Records: records });
    const failures = new Map(
      (answer?.batchItemFailures ?? []).map(({ itemIdentifier, reason }) => [
        itemIdentifier,
        reason ?? 'its handler reported a failure',
      ]),
    );
    const known = all('');
    const stranger = [...failures.keys()].find((id) => !known.has(id));
    return stranger === undefined
      ? failures
      : all(`the handler named a message that is not in the batch: ${stranger}`);
  } catch (error) {
    return all(failedBy(errorCode(error)));
  }
}

/** Why a message failed, by the code of the error. */
export const failedBy = (code: string): string => `its handler failed: ${code}`;

function deadLetters(
  database: Database,
  { name, maxReceives }: { name: string; maxReceives: number },
  send: (bodies: readonly string[]) => void,
) {
  const { sql } = database;
  const whole = sql.prepare('SELECT count(*) AS n, min(failed_at) AS since FROM q_dead WHERE queue = ?');
  const byReason = sql.prepare(`
    SELECT reason, count(*) AS n, min(failed_at) AS since FROM q_dead
    WHERE queue = ? GROUP BY reason ORDER BY since, reason LIMIT ?`);
  const page = sql.prepare('SELECT * FROM q_dead WHERE queue = ? AND seq > ? ORDER BY seq LIMIT ?');
  const one = sql.prepare('SELECT * FROM q_dead WHERE queue = ? AND seq = ?');
  const remove = sql.prepare('DELETE FROM q_dead WHERE queue = ? AND seq = ?');

  function read(row: Record<string, unknown>): DeadLetter {
    return {
      id: `${name}-${row.seq}`,
      queue: name,
      body: String(row.body),
      receives: Number(row.receives),
      reason: String(row.reason),
      sentAt: new Date(Number(row.sent_at)).toISOString(),
      failedAt: new Date(Number(row.failed_at)).toISOString(),
    };
  }

  function place(id: string): number {
    const seq = Number(id.slice(name.length + 1));
    if (!id.startsWith(`${name}-`) || !Number.isSafeInteger(seq)) {
      throw new Rejected(`${id} is no dead letter of the queue ${name}: list them to see their ids`);
    }
    return seq;
  }

  return {
    deadLetters({ limit = 100, after }: { limit?: number; after?: string } = {}): DeadLetter[] {
      return page.all(name, after === undefined ? -1 : place(after), limit).map(read);
    },
    deadLetter(id: string): DeadLetter | undefined {
      const row = one.get(name, place(id));
      return row && read(row);
    },
    givenUp(): GivenUp | undefined {
      const all = whole.get(name);
      if (!all || Number(all.n) === 0) return undefined;
      const reasons = byReason.all(name, mostReasons).map(({ reason, n, since }) => ({
        reason: String(reason),
        count: Number(n),
        since: new Date(Number(since)).toISOString(),
      }));
      const since = new Date(Number(all.since)).toISOString();
      return { queue: name, count: Number(all.n), tries: maxReceives, since, reasons };
    },
    redrive(ids?: readonly string[]): number {
      return database.write(() => {
        const rows = ids
          ? ids.map((id) => one.get(name, place(id))).filter((row) => row !== undefined)
          : page.all(name, -1, Number.MAX_SAFE_INTEGER);
        for (const { seq } of rows) remove.run(name, Number(seq));
        send(rows.map(({ body }) => String(body)));
        return rows.length;
      });
    },
  };
}

function receipt({ receiptHandle }: QueueRecord): { seq: number; receive: number } {
  const [seq, receive] = receiptHandle.split('.');
  return { seq: Number(seq), receive: Number(receive) };
}

const tables = `
  CREATE TABLE IF NOT EXISTS q_message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, in_flight INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS q_message_visible ON q_message (queue, visible_at, seq);
  CREATE TABLE IF NOT EXISTS q_dead (
    seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL,
    receives INTEGER NOT NULL, reason TEXT NOT NULL, failed_at INTEGER NOT NULL
  );
`;
