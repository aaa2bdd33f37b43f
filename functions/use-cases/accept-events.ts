import { EventType, forbiddenNames, Instant } from '@baton/rules/documents/common.ts';
import type { PayloadField } from '@baton/rules/documents/event.ts';
import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Problem } from '../api/views.ts';
import type { CloudEvent, LiveLibrary, Ports } from '../ports.ts';
import { eventKey, headKey } from '../repositories/rows.ts';
import { identityKey, namesSomebody, splitSubject } from './identity.ts';
import { contentHash } from './record-event.ts';

/** Most events in one request; more belong into an import. */
const batchLimit = 500;
const skewMs = 5 * 60_000;

const Envelope = z.object({
  specversion: z.literal('1.0', { error: 'must be "1.0"' }),
  id: z.string({ error: 'must be a text that names this event once and for ever' }).min(1).max(200),
  source: z.string({ error: 'must be a text that names the producer' }).min(1).max(200),
  type: z.string({ error: 'must be a type of the catalogue, for example "order.placed"' }).pipe(EventType),
  time: Instant.optional(),
  subject: z
    .string({ error: 'must name the contact, for example "email:ana@example.com" or "crm:4711"' })
    .max(300)
    .regex(/^[a-z][a-z0-9-]{0,40}:.+$/, 'must look like "scheme:value", for example "email:ana@example.com"')
    .refine(
      namesSomebody,
      'names nobody: the value after the colon is blank, no mail address, or a phone number without digits',
    ),
  datacontenttype: z.literal('application/json', { error: 'must be "application/json"' }).optional(),
  data: z.record(z.string(), z.json(), { error: 'must be an object' }).default({}),
  history: z.literal(true, { error: 'must be true or left out' }).optional(),
});

export type Accepted = { ok: true; events: CloudEvent[] } | { ok: false; problems: Problem[] };

/**
 * Checks one CloudEvent or a batch against the event catalogue. All or nothing: where one event of a batch does not
 * fit, none is accepted and every problem is listed with its place.
 */
function checkEvents(body: Json | undefined, live: LiveLibrary, now: Date): Accepted {
  const batch = Array.isArray(body) ? body : [body];
  if (batch.length === 0) return refuse('(batch)', 'the batch is empty', 'send at least one event');
  if (batch.length > batchLimit)
    return refuse(
      '(batch)',
      `the batch has ${batch.length} events`,
      `send at most ${batchLimit} in one request, or use "baton import"`,
    );

  const problems: Problem[] = [];
  const events: CloudEvent[] = [];
  batch.forEach((entry, index) => {
    const place = Array.isArray(body) ? `[${index}]` : '';
    const checked = checkEvent(entry, live, now);
    if (checked.ok && /^baton(\.|$)/.test(checked.event.source)) problems.push(reserved(place));
    else if (checked.ok) events.push(checked.event);
    else
      problems.push(
        ...checked.problems.map((problem) => ({
          ...problem,
          path: place ? `${place}.${problem.path}` : problem.path,
        })),
      );
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, events };
}

/** Baton's own events carry this name; from outside it could pass for an answer at the desk. */
const reserved = (place: string): Problem => ({
  path: place ? `${place}.source` : 'source',
  reason: 'the source "baton" is Baton itself',
  remedy: 'name the system that the event comes from',
});

function refuse(path: string, reason: string, remedy: string): Accepted {
  return { ok: false, problems: [{ path, reason, remedy }] };
}

export function checkEvent(
  entry: unknown,
  live: Pick<LiveLibrary, 'events'>,
  now: Date,
): { ok: true; event: CloudEvent } | { ok: false; problems: Problem[] } {
  const parsed = Envelope.safeParse(entry);
  if (!parsed.success)
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => ({
        path: path.join('.') || '(event)',
        reason: path.length === 0 ? 'must be an event, which is an object' : message,
        remedy: 'send a CloudEvents 1.0 event with id, source, type, subject and data',
      })),
    };
  const { time = now.toISOString(), ...event } = parsed.data;
  const document = live.events.get(event.type);
  if (!document)
    return {
      ok: false,
      problems: [
        {
          path: 'type',
          reason: `"${event.type}" is not in the event catalogue`,
          remedy: `use a known type or add events/${event.type}.json to the library`,
        },
      ],
    };
  const problems = checkData(event.data, document);
  if (Date.parse(time) > now.getTime() + skewMs)
    problems.push({
      path: 'time',
      reason: `${time} lies in the future`,
      remedy: "send events after they happened, with the producer's clock set right",
    });
  const { specversion, id, source, type, subject, data, history } = event;
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    event: { specversion, id, source, type, time, subject, data, ...(history ? { history } : {}) },
  };
}

/**
 * The same for what comes by the bus. What journeys emit comes there as "baton"; the desk never does, and whoever may put
 * events on the bus must not pass for it.
 */
export function checkBusEvent(
  entry: unknown,
  live: Pick<LiveLibrary, 'events'>,
  now: Date,
): ReturnType<typeof checkEvent> {
  const checked = checkEvent(entry, live, now);
  if (!checked.ok || !checked.event.source.startsWith('baton.')) return checked;
  const reason = `"${checked.event.source}" does not send by the bus`;
  return {
    ok: false,
    problems: [{ path: 'source', reason, remedy: 'name the system that the event comes from' }],
  };
}

/** Every payload value against its field; values the catalogue does not know are refused, so that none slips in unseen. */
function checkData(data: JsonObject, { id, payload }: EventDocument): Problem[] {
  const problems: Problem[] = [];
  for (const name of Object.keys(data)) {
    if (Object.hasOwn(payload, name) && !forbiddenNames.includes(name)) continue;
    problems.push({
      path: `data.${name}`,
      reason: `${id} has no field "${name}"`,
      remedy: `send only ${Object.keys(payload).join(', ') || 'an empty object'}, or add the field to events/${id}.json`,
    });
  }
  for (const [name, field] of Object.entries(payload)) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined || value === null) {
      if (field.required)
        problems.push({
          path: `data.${name}`,
          reason: 'is missing',
          remedy: `${id} needs it: ${expected(field)}`,
        });
      continue;
    }
    if (!fits(value, field))
      problems.push({
        path: `data.${name}`,
        reason: `${shown(value)} does not fit`,
        remedy: `send ${expected(field)}`,
      });
  }
  return problems;
}

function fits(value: Json, field: PayloadField): boolean {
  switch (field.type) {
    case 'number':
      return (
        typeof value === 'number' && value >= (field.min ?? -Infinity) && value <= (field.max ?? Infinity)
      );
    case 'text':
      return typeof value === 'string' && value.length <= (field.maxLength ?? 10_000);
    case 'enum':
      return typeof value === 'string' && field.values.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && Instant.safeParse(value).success;
    case 'list':
      return (
        Array.isArray(value) &&
        value.length <= 1000 &&
        value.every((entry) => typeof entry === 'string' && entry.length <= 500)
      );
  }
}

function expected(field: PayloadField): string {
  switch (field.type) {
    case 'number':
      return `a number${field.min === undefined ? '' : ` from ${field.min}`}${field.max === undefined ? '' : ` up to ${field.max}`}`;
    case 'text':
      return `a text of at most ${field.maxLength ?? 10_000} characters`;
    case 'enum':
      return `one of ${field.values.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'date':
      return 'an instant with a zone, for example "2026-03-01T09:00:00Z"';
    case 'list':
      return 'a list of texts';
  }
}

const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

export type Refused = { ok: false; problems: Problem[]; conflict?: true };

/** Checks and puts on the bus; acknowledged only when it is safe on disk. `conflict`: an id was used for something else. */
export async function acceptEvents(
  ports: Ports,
  body: Json | undefined,
  { history = false } = {},
): Promise<Extract<Accepted, { ok: true }> | Refused> {
  const live = await ports.documents.live();
  const checked = checkEvents(body, live, ports.clock.now());
  if (!checked.ok) return checked;
  const places = checked.events.map((event, index) => ({
    event,
    place: Array.isArray(body) ? `[${index}].` : '',
  }));
  const missing = await missingContacts(ports, checked.events, Array.isArray(body));
  if (missing.length > 0) return { ok: false, problems: missing };
  const conflicts = await conflictingIds(ports, places);
  if (conflicts.length > 0) return { ok: false, problems: conflicts, conflict: true };

  await ports.bus.put(
    history ? checked.events.map((event) => ({ ...event, history: true as const })) : checked.events,
  );
  await ports.store.durable();
  return checked;
}

type Placed = { event: CloudEvent; place: string };

/**
 * Ids that stand for another event already, in the contact's history or in this batch. Two requests at the very same
 * moment can both pass; then the later of their events is quarantined when it is recorded.
 */
async function conflictingIds(ports: Ports, places: readonly Placed[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const inBatch = new Map<string, string>();
  for (const { event, place } of places) {
    const name = JSON.stringify([event.source, event.id]);
    const hash = contentHash(event);
    const known = inBatch.get(name) ?? (await recordedHash(ports, event));
    inBatch.set(name, hash);
    if (known === undefined || known === hash) continue;
    problems.push({
      path: `${place}id`,
      reason: `"${event.id}" of source "${event.source}" was already used by a different event`,
      remedy: 'give every event an id of its own; the same event may be sent again as often as you like',
    });
  }
  return problems;
}

async function recordedHash(
  { store, identity }: Ports,
  { subject, source, id }: CloudEvent,
): Promise<string | undefined> {
  const [scheme, value] = splitSubject(subject);
  const contact =
    scheme === 'contact'
      ? value
      : (await store.get('guard', identityKey(identity, scheme, value)))?.contactId;
  if (typeof contact !== 'string') return undefined;
  const recorded = await store.get('core', eventKey(contact, source, id));
  return typeof recorded?.hash === 'string' ? recorded.hash : undefined;
}

/** `contact:<id>` must name somebody; every other subject makes a contact when it is first seen. */
async function missingContacts({ store }: Ports, events: CloudEvent[], inBatch: boolean): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [index, { subject }] of events.entries()) {
    const [scheme, id] = splitSubject(subject);
    if (scheme === 'contact' && !(await store.get('core', headKey(id))))
      problems.push({
        path: inBatch ? `[${index}].subject` : 'subject',
        reason: `there is no contact "${id}"`,
        remedy: 'use the id of an existing contact, or an identifier such as "email:…"',
      });
  }
  return problems;
}
