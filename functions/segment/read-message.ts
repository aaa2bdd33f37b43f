import type { EventDocument } from '@baton/rules/documents/index.ts';
import { columnsOfValue, conditionsOf } from '@baton/rules/documents/row-source.ts';
import type { SegmentEntry } from '@baton/rules/documents/settings.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Problem } from '../api/views.ts';
import { localTimes } from '../import/local-time.ts';
import type { Row } from '../import/read-rows.ts';
import { cellReader, conditionReader, valueReader } from '../import/row-values.ts';
import type { CloudEvent, LiveLibrary } from '../ports.ts';
import { checkEvent } from '../use-cases/check-event.ts';
import { type Call, Message } from './message.ts';
import { eventTypeOf, fieldName } from './names.ts';

/** Where events of Segment clients say that they come from. */
const segmentSource = 'segment';

type Catalogues = Pick<LiveLibrary, 'events' | 'settings'>;

/** `leftOut`: traits and properties that the event has no field for. Problems name places in the message. */
export type ReadMessage =
  | { kind: 'event'; event: CloudEvent; leftOut: string[] }
  | { kind: 'ignored' }
  | { kind: 'refused'; problems: Problem[] };

/**
 * Reads a completed message as the event that it stands for.
 *
 * 1. Who: `user:<userId>`, else `anonymous:<anonymousId>`. Where the event has fields that identify by these schemes, they
 *    are filled, so that who signs in takes along what was seen of the browser before.
 * 2. What: the first entry of the settings that fits, else the words of the name.
 * 3. With what: the fields that the entry names, and traits or properties that are called like a field. Others are left out.
 * 4. The event is then held to the catalogue like any other.
 */
export function readMessage(given: JsonObject, live: Catalogues, now: Date): ReadMessage {
  const parsed = Message.safeParse(given);
  if (!parsed.success)
    return refused(
      parsed.error.issues.map(({ path, message }) => ({
        path: path.join('.') || '(message)',
        reason: message,
        remedy: "send messages as Segment's clients send them",
      })),
    );
  const message = parsed.data;
  const row = rowOf(given);
  const { entry, problem } = entryFor(row, live);
  if (problem) return refused([problem]);
  if (entry?.type === null) return { kind: 'ignored' };
  const incomplete = missing(message);
  if (incomplete) return refused([incomplete]);

  const type = entry?.type ?? typeOf(message, live);
  const document = live.events.get(type);
  if (!document) return refused([unknownType(message, type)]);
  const fields = fieldsOf(message, row, entry, document);
  const problems = [...fields.problems, ...named(message, document)];
  if (problems.length > 0) return refused(problems);
  const event = {
    specversion: '1.0',
    id: message.messageId,
    source: segmentSource,
    type,
    time: message.timestamp,
    subject: message.userId ? `user:${message.userId}` : `anonymous:${message.anonymousId}`,
    data: { ...fields.data, ...identifiers(message, document) },
  };
  const checked = checkEvent(event, live, now);
  if (!checked.ok) return refused(checked.problems.map((each) => inMessage(each, message, fields.places)));
  return { kind: 'event', event: checked.event, leftOut: fields.leftOut };
}

const refused = (problems: Problem[]): ReadMessage => ({ kind: 'refused', problems });

const rowOf = (message: JsonObject): Row => ({
  kind: 'row',
  line: 1,
  after: { offset: 0, line: 1 },
  cells: new Map(Object.entries(message)),
});

const cell = (name: string) => cellReader(name, new Map());
const times = localTimes('UTC');

/** The first entry that fits; a condition that cannot be told is a problem of the message. */
function entryFor(row: Row, { settings }: Catalogues): { entry?: SegmentEntry; problem?: Problem } {
  for (const { segment } of settings.values())
    for (const entry of segment?.messages ?? []) {
      const met = conditionsOf(entry.when).map((condition) => conditionReader(condition, cell)(row));
      const bad = met.find((each) => typeof each !== 'boolean');
      if (typeof bad === 'object')
        return { problem: { path: bad.path, reason: bad.reason, remedy: 'send true or false' } };
      if (met.every((each) => each === true)) return { entry };
    }
  return {};
}

function missing({ type, userId, anonymousId, event, previousId }: Message): Problem | undefined {
  if (userId === '' && anonymousId === '')
    return {
      path: 'userId',
      reason: 'the message names nobody',
      remedy: 'send a userId, or an anonymousId for whoever is not known yet',
    };
  if (type === 'track' && event === '')
    return { path: 'event', reason: 'is missing', remedy: 'send the name of what happened' };
  if (type === 'alias' && (userId === '' || previousId === ''))
    return {
      path: userId === '' ? 'userId' : 'previousId',
      reason: 'is missing',
      remedy: 'send previousId and userId: the two that are one person',
    };
  return undefined;
}

const typesOfCalls: Record<Exclude<Call, 'track'>, string> = {
  identify: 'contact.updated',
  alias: 'contact.updated',
  page: 'page.viewed',
  screen: 'screen.viewed',
  group: 'group.joined',
};

const typeOf = ({ type, event }: Message, { events }: Catalogues): string =>
  type === 'track' ? eventTypeOf(event, events.keys()) : typesOfCalls[type];

function unknownType({ type, event }: Message, wanted: string): Problem {
  const track = type === 'track';
  return {
    path: track ? 'event' : 'type',
    reason: `${track ? `"${shown(event)}"` : `a ${type} message`} would be the event "${wanted}", which is not in the event catalogue`,
    remedy: `add events/${wanted}.json to the library, or say in settings/segment.json what it is; type null lets it go by`,
  };
}

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Identifiers beside the subject, in the fields by which the event's document identifies. */
function identifiers(
  { type, userId, anonymousId, previousId }: Message,
  { identifies = [] }: EventDocument,
): JsonObject {
  const known: Record<string, string> = {
    ...(userId && anonymousId ? { anonymous: anonymousId } : {}),
    ...(type === 'alias' ? { anonymous: previousId, user: previousId } : {}),
  };
  return Object.fromEntries(
    identifies.flatMap(({ scheme, from }) => {
      const value = Object.hasOwn(known, scheme) ? known[scheme] : undefined;
      return value === undefined ? [] : [[from.slice(2), value]];
    }),
  );
}

/** An alias that nobody can be recognised by would be lost. */
function named({ type }: Message, { id, identifies = [] }: EventDocument): Problem[] {
  const recognised = identifies.some(({ scheme }) => scheme === 'user' || scheme === 'anonymous');
  if (type !== 'alias' || recognised) return [];
  return [
    {
      path: 'previousId',
      reason: `${id} identifies nobody by a former user id`,
      remedy: `add a field to events/${id}.json that identifies by the scheme "user" or "anonymous"`,
    },
  ];
}

type FieldsOf = {
  data: JsonObject;
  problems: Problem[];
  leftOut: string[];
  /** Where in the message a field came from. */
  places: Record<string, string>;
};

function fieldsOf(
  message: Message,
  row: Row,
  entry: SegmentEntry | undefined,
  { payload }: EventDocument,
): FieldsOf {
  const from = message.type === 'identify' || message.type === 'group' ? 'traits' : 'properties';
  const found: FieldsOf = { data: {}, problems: [], leftOut: [], places: {} };
  const mapped = Object.entries(entry?.data ?? {});
  const columns = mapped.flatMap(([, spec]) => columnsOfValue(spec, '').map(({ name }) => name));
  for (const [name, value] of Object.entries(message[from])) {
    const field = fieldName(name);
    if (Object.hasOwn(payload, field)) take(found, field, value, `${from}.${name}`);
    else if (!columns.some((column) => `${column}.`.startsWith(`${from}.${name}.`)))
      found.leftOut.push(`${from}.${name}`);
  }
  for (const [field, spec] of mapped) {
    const read = valueReader(spec, cell, times)(row);
    const [{ name: place } = { name: field }] = columnsOfValue(spec, '');
    if (read.kind === 'bad')
      found.problems.push({
        path: read.path,
        reason: read.reason,
        remedy: `send what settings/segment.json expects for the field "${field}"`,
      });
    else take(found, field, read.value, place);
  }
  return found;
}

/** What is blank is not known, and says nothing about what was known before. */
function take({ data, places }: FieldsOf, field: string, value: Json | undefined, place: string): void {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return;
  data[field] = value;
  places[field] = place;
}

/** A problem of the event in the words of the message. */
function inMessage(problem: Problem, { type, userId }: Message, places: FieldsOf['places']): Problem {
  const field = problem.path.startsWith('data.') ? problem.path.slice('data.'.length) : undefined;
  if (field !== undefined) {
    const usual = `${type === 'identify' || type === 'group' ? 'traits' : 'properties'}.${field}`;
    return { ...problem, path: places[field] ?? usual };
  }
  const subject = userId ? 'userId' : 'anonymousId';
  const envelope: Record<string, string> = { id: 'messageId', time: 'timestamp', subject };
  return { ...problem, path: envelope[problem.path] ?? problem.path };
}
