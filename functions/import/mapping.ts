import { problemCatalogue } from '@baton/rules/check/problems.ts';
import { base, Duration, EventType, Instant } from '@baton/rules/documents/common.ts';
import { type Complaint, describeIssues } from '@baton/rules/documents/describe-issue.ts';
import { readJsonValue } from '@baton/rules/documents/json-text.ts';
import {
  ColumnName,
  columnsOfPattern,
  columnsOfValue,
  conditionsOf,
  Fields,
  lookupOf,
  Pattern,
  TimeFormat,
  ValueSpec,
  When,
} from '@baton/rules/documents/row-source.ts';
import { IANAZone } from 'luxon';
import * as z from 'zod';
import type { Problem } from '../api/views.ts';

/** When it happened: the first of the columns that is known, or one instant for the whole file. */
const TimeSpec = z
  .strictObject({
    columns: z.array(ColumnName).min(1).max(20).optional(),
    format: TimeFormat.optional(),
    at: z.union([z.literal('file-modified'), Instant]).optional(),
    plus: Duration.optional(),
    minus: Duration.optional(),
  })
  .refine(({ columns, at }) => (columns === undefined) !== (at === undefined), {
    error: 'must have exactly one of "columns" and "at"',
  });
export type TimeSpec = z.infer<typeof TimeSpec>;

const Scheme = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be lower case, for example "customer" or "email"');
const Identifier = z.strictObject({ scheme: Scheme, value: ValueSpec });
const Source = z.string().min(1).max(200);

const EventEntry = z.strictObject({
  type: EventType,
  /** All must hold; a row for which they do not gives no such event. */
  when: When.optional(),
  /**
   * The producer's id: the same row gives the same id in every import, because the id is what dedupes. Without it the id is
   * made from what the event says.
   */
  id: Pattern.optional(),
  source: Source,
  time: TimeSpec,
  subject: Identifier,
  data: Fields,
});
export type EventEntry = z.infer<typeof EventEntry>;

const ContactEntry = z.strictObject({
  when: When.optional(),
  /** Without it the id is made from what the row says, so that a changed row is a new event and an equal one is none. */
  id: Pattern.optional(),
  source: Source,
  time: TimeSpec,
  /** The first that the row knows names the contact. */
  identifiers: z.array(Identifier).min(1).max(10),
  attributes: Fields,
});
export type ContactEntry = z.infer<typeof ContactEntry>;

const Lookup = z.strictObject({
  /** Relative to the mapped file. */
  file: z.string().min(1).max(500),
  /** Column of the lookup file that the rows are found by. */
  key: ColumnName,
  /** What holds that key in the mapped file: a column, or a column of another lookup; without it the column named like `key`. */
  by: ColumnName.optional(),
});

/** Says how the rows of a foreign file become events. Data only: nothing in it is ever run. */
export const Mapping = z
  .strictObject({
    ...base,
    /** For dates without a zone. A time that the clocks skipped moves on by the gap; of a time that came twice the first counts. */
    zone: z.string().refine((zone) => IANAZone.isValidZone(zone), {
      error: 'must be a time zone like "America/Sao_Paulo" or "UTC"',
    }),
    /** Without it by the file's ending. */
    format: z.enum(['csv', 'jsonl']).optional(),
    lookups: z.record(z.string().regex(/^[a-z][A-Za-z0-9_-]*$/), Lookup).optional(),
    contacts: z.array(ContactEntry).min(1).max(20).optional(),
    events: z.array(EventEntry).min(1).max(50).optional(),
  })
  .superRefine((mapping, context) => {
    if (!mapping.contacts && !mapping.events)
      context.addIssue({ code: 'custom', message: 'must have "contacts" or "events", or both' });
    for (const name of circularLookups(mapping.lookups ?? {}))
      context.addIssue({
        code: 'custom',
        path: ['lookups', name, 'by'],
        message: 'must not lead back to this lookup',
      });
  });
export type Mapping = z.infer<typeof Mapping>;

/** Every lookup that leads back to itself; each is walked through once, however many there are. */
function circularLookups(lookups: Record<string, z.infer<typeof Lookup>>): string[] {
  const walked = new Set<string>();
  return Object.keys(lookups).flatMap((start) => {
    const way: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && !walked.has(name)) {
      walked.add(name);
      way.push(name);
      name = lookupOf(lookups[name]?.by, lookups);
    }
    const back = name === undefined ? -1 : way.indexOf(name);
    return back < 0 ? [] : way.slice(back);
  });
}

/** Far more than the columns of any file. */
const valuesAtMost = 20_000;

/** Reads a mapping document from its text or value; each problem names the place in the document. */
export function parseMapping(input: unknown): { mapping: Mapping } | { problems: Problem[] } {
  const read = readJsonValue(input, valuesAtMost);
  if ('flaw' in read) return { problems: [inWords(read.flaw)] };
  const parsed = Mapping.safeParse(read.value);
  if (parsed.success) return { mapping: parsed.data };
  return { problems: describeIssues(parsed.error.issues, read.value).map(inWords) };
}

function inWords({ code, path, what, remedy }: Complaint): Problem {
  return { path: path || 'mapping', reason: what, remedy: remedy ?? problemCatalogue[code].remedy };
}

/** Every column name in a mapping, and where it stands. */
export function columnsIn(mapping: Mapping): { path: string; name: string }[] {
  return [
    ...Object.entries(mapping.lookups ?? {}).map(([id, { key, by }]) => ({
      path: `lookups.${id}.${by === undefined ? 'key' : 'by'}`,
      name: by ?? key,
    })),
    ...(mapping.contacts ?? []).flatMap((entry, index) => [
      ...columnsOfEntry(entry, `contacts.${index}`),
      ...entry.identifiers.flatMap(({ value }, at) =>
        columnsOfValue(value, `contacts.${index}.identifiers.${at}.value`),
      ),
      ...columnsOfFields(entry.attributes, `contacts.${index}.attributes`),
    ]),
    ...(mapping.events ?? []).flatMap((entry, index) => [
      ...columnsOfEntry(entry, `events.${index}`),
      ...columnsOfValue(entry.subject.value, `events.${index}.subject.value`),
      ...columnsOfFields(entry.data, `events.${index}.data`),
    ]),
  ];
}

type NamedColumn = { path: string; name: string };

function columnsOfEntry({ when, id, time }: EventEntry | ContactEntry, path: string): NamedColumn[] {
  return [
    ...conditionsOf(when).map(({ column }) => ({ path: `${path}.when`, name: column })),
    ...(id === undefined ? [] : columnsOfPattern(id, `${path}.id`)),
    ...(time.columns ?? []).map((name) => ({ path: `${path}.time.columns`, name })),
  ];
}

function columnsOfFields(fields: Record<string, ValueSpec>, path: string): NamedColumn[] {
  return Object.entries(fields).flatMap(([field, spec]) => columnsOfValue(spec, `${path}.${field}`));
}
