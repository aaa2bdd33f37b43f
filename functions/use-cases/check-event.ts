import { EventType, forbiddenNames, Instant } from '@baton/rules/documents/common.ts';
import type { PayloadField } from '@baton/rules/documents/event.ts';
import type { EventDocument } from '@baton/rules/documents/index.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import type { Problem } from '../api/views.ts';
import type { CloudEvent, LiveLibrary } from '../ports.ts';
import { namesSomebody } from './subject.ts';

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

/** Checks one CloudEvent against the catalogue. Nothing here is Node's: the import page asks it before anything is sent. */
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
