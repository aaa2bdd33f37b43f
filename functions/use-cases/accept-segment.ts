import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { batchLimit } from '../api/limits.ts';
import type { Problem, SegmentView } from '../api/views.ts';
import type { CloudEvent, Ports } from '../ports.ts';
import { digest } from '../repositories/rows.ts';
import { type Call, completed } from '../segment/message.ts';
import type { ReadMessage } from '../segment/read-message.ts';
import { type Refused, usedBefore, usesOfIds } from './accept-events.ts';
import { keepMessage, quarantine } from './quarantine.ts';

export type AcceptedMessages = { ok: true; answer: SegmentView } | Refused;

/** Loaded by the first message: it knows calendars and zones, and whoever has no key has no use for it. */
const reading = () => import('../segment/read-message.ts');

/** What Segment takes of one message. */
const messageBytes = 32 * 1024;
const Values = z.record(z.string(), z.json());

/** Takes one message by the way of all events: nothing of it is recorded where it does not fit. */
export async function acceptMessage(
  ports: Ports,
  call: Call,
  body: Json | undefined,
): Promise<AcceptedMessages> {
  const given = Values.safeParse(body);
  if (!given.success) return malformed('(body)', 'the body is no message', 'send an object');
  if (isTooLarge(given.data)) return tooLarge('(body)');
  const message = complete(ports, given.data, call, undefined);
  const live = await ports.documents.live();
  const { readMessage } = await reading();
  const read = readMessage(message, live, ports.clock.now());
  const { good, bad } = await sortOut(ports, [{ message, read, place: '' }]);
  const problems = bad.flatMap((each) => each.problems);
  if (problems.length === 0) return { ok: true, answer: await take(ports, good, []) };
  return { ok: false, problems, ...(read.kind === 'event' ? { conflict: true } : {}) };
}

/**
 * Takes a batch. Clients throw a whole batch away when it is refused, and do not read which message was at fault; so the
 * good ones are taken, and a bad one is kept in quarantine as it came, with its reason, until a person decides. What is no
 * batch of messages at all is refused as a whole, as Segment does.
 */
export async function acceptBatch(
  ports: Ports,
  body: Json | undefined,
  { history = false } = {},
): Promise<AcceptedMessages> {
  const given = Batch.safeParse(body);
  if (!given.success)
    return {
      ok: false,
      problems: given.error.issues.map(({ path, message }) => ({
        path: path.join('.') || '(body)',
        reason: message,
        remedy: 'send { "batch": [ … ] } with a message in each place',
      })),
    };
  const { batch, sentAt } = given.data;
  const large = batch.findIndex(isTooLarge);
  if (large >= 0) return tooLarge(`batch.${large}`);

  const live = await ports.documents.live();
  const now = ports.clock.now();
  const { readMessage } = await reading();
  const messages = batch.map((each, index) => {
    const message = complete(ports, each, undefined, sentAt);
    return { message, read: readMessage(message, live, now), place: `batch.${index}.` };
  });
  const { good, bad } = await sortOut(ports, messages);
  return { ok: true, answer: await take(ports, good, bad, history) };
}

const Batch = z.object({
  batch: z
    .array(z.record(z.string(), z.json(), { error: 'is no message, which is an object' }), {
      error: 'must be a list of messages',
    })
    .max(batchLimit, `has more than ${batchLimit} messages`),
  sentAt: z.json().optional(),
});

type Placed = { message: JsonObject; read: ReadMessage; place: string };
type Bad = { message: JsonObject; problems: Problem[] };

async function sortOut(ports: Ports, messages: readonly Placed[]): Promise<{ good: Placed[]; bad: Bad[] }> {
  const events = messages.flatMap(({ read }) => (read.kind === 'event' ? [read.event] : []));
  const uses = await usesOfIds(ports, events);
  const used = new Set(events.filter((_, index) => uses[index] === 'other'));
  const problemsOf = ({ read }: Placed): Problem[] => {
    if (read.kind === 'refused') return read.problems;
    return read.kind === 'event' && used.has(read.event) ? [usedMessageId(read.event)] : [];
  };
  return {
    good: messages.filter((each) => problemsOf(each).length === 0),
    bad: messages.flatMap((each) => {
      const problems = problemsOf(each).map((problem) => ({ ...problem, path: each.place + problem.path }));
      return problems.length > 0 ? [{ message: each.message, problems }] : [];
    }),
  };
}

/** Puts the good ones on the bus and the bad ones into quarantine; acknowledged only when all of it is safe on disk. */
async function take(
  ports: Ports,
  good: readonly Placed[],
  bad: readonly Bad[],
  history = false,
): Promise<SegmentView> {
  const events = good.flatMap(({ read }) => (read.kind === 'event' ? [read.event] : []));
  if (events.length > 0)
    await ports.bus.put(history ? events.map((event) => ({ ...event, history: true as const })) : events);
  for (const each of bad) await setAside(ports, each, history);
  await ports.store.durable();
  return {
    success: true,
    accepted: events.length,
    ignored: good.length - events.length,
    quarantined: bad.flatMap(({ problems }) => problems),
    leftOut: good.flatMap(({ read, place }) =>
      read.kind === 'event' ? read.leftOut.map((name) => place + name) : [],
    ),
  };
}

/** A repetition of the same message is kept once; its time differs by how long each sending took. */
async function setAside(ports: Ports, { message, problems }: Bad, history: boolean): Promise<void> {
  const { timestamp: _, ...said } = message;
  const id = digest('segment', JSON.stringify(said));
  const reason = problems.map(({ path, reason: why }) => `${path}: ${why}`).join('; ');
  await quarantine(ports, { id, body: keepMessage({ message, history }), reason }, { eventId: id });
}

const complete = (
  { clock }: Ports,
  given: JsonObject,
  call: Call | undefined,
  sentAt: Json | undefined,
): JsonObject => completed(given, { call, sentAt, receivedAt: clock.now().toISOString() });

const usedMessageId = (event: CloudEvent): Problem => ({ ...usedBefore(event), path: 'messageId' });

const isTooLarge = (message: JsonObject): boolean =>
  Buffer.byteLength(JSON.stringify(message)) > messageBytes;

const malformed = (path: string, reason: string, remedy: string): Refused => ({
  ok: false,
  problems: [{ path, reason, remedy }],
});
const tooLarge = (path: string): Refused =>
  malformed(path, `a message may have ${messageBytes / 1024} kB`, 'send less with each message');
