import type { PayloadField } from '@baton/rules/documents/event.ts';
import type { RowCondition, ValueSpec } from '@baton/rules/documents/row-source.ts';
import type { Problem } from '../api/views.ts';
import type { EventEntry, Mapping } from './mapping.ts';

/** What a column of a contacts file is taken for; columns without a meaning are left out. */
export type Meaning =
  | { kind: 'identifier'; scheme: string }
  | { kind: 'attribute'; field: string }
  /** Cells say yes or no to marketing by this channel; `where` it was said is kept as proof. */
  | { kind: 'consent'; channel: string; where?: string };

/** By column. One column may be two things, as a mail address both names a contact and is known of it. */
export type Meanings = ReadonlyMap<string, readonly Meaning[]>;

/** The payload of `contact.updated` by field; only what it holds can be imported. */
export type ContactFields = Readonly<Record<string, Pick<PayloadField, 'type'>>>;

/** Headers by which a contacts file is understood without a mapping; compared without case, blanks, "-" and "_". */
const identifierHeaders: Record<string, readonly string[]> = {
  customer: ['id', 'customerid', 'contactid', 'customernumber', 'customerno'],
  email: ['email', 'mail', 'emailaddress'],
  phone: ['phone', 'phonenumber', 'telephone', 'mobile', 'mobilephone'],
};

const attributeHeaders: Record<string, readonly string[]> = {
  email: identifierHeaders.email ?? [],
  phone: identifierHeaders.phone ?? [],
  name: ['name', 'fullname', 'contactname'],
  firstName: ['firstname', 'givenname'],
  lastName: ['lastname', 'surname', 'familyname'],
  city: ['city', 'town'],
  state: ['state', 'region', 'province'],
  country: ['country'],
  language: ['language', 'lang', 'locale'],
  timeZone: ['timezone', 'tz'],
};

/** Identifiers that a column can be taken for. */
export const identifierSchemes: readonly string[] = Object.keys(identifierHeaders);

/** What the headers say by themselves. */
export function recognise(columns: readonly string[], fields: ContactFields): Meanings {
  const meanings = new Map<string, Meaning[]>();
  const add = (column: string, meaning: Meaning) =>
    meanings.set(column, [...(meanings.get(column) ?? []), meaning]);
  for (const [scheme, column] of recognised(identifierHeaders, columns))
    add(column, { kind: 'identifier', scheme });
  for (const [field, column] of recognised(attributeHeaders, columns))
    if (Object.hasOwn(fields, field)) add(column, { kind: 'attribute', field });
  return meanings;
}

/** The mapping of a contacts file whose headers speak for themselves, taking only attributes that `fields` knows. */
export function mappingForContacts(
  columns: readonly string[],
  fields: ContactFields,
): { mapping: Mapping } | { problems: Problem[] } {
  const mapping = mappingOf(recognise(columns, fields), fields);
  if (mapping) return { mapping };
  return {
    problems: [
      {
        path: 'header',
        reason: `none of the columns ${columns.join(', ')} is called id, email or phone`,
        remedy: 'rename one of them, or say what they mean with --map',
      },
    ],
  };
}

/**
 * The mapping that gives columns these meanings; undefined where none of them names a contact. The order of what it holds
 * follows from the meanings and not from the file, because ids are made from what an event says.
 */
export function mappingOf(meanings: Meanings, fields: ContactFields): Mapping | undefined {
  const all = [...meanings].flatMap(([column, list]) => list.map((meaning) => ({ column, meaning })));
  const identifiers = identifierSchemes.flatMap((scheme) =>
    all.flatMap(({ column, meaning }) =>
      meaning.kind === 'identifier' && meaning.scheme === scheme ? [{ scheme, value: { column } }] : [],
    ),
  );
  if (identifiers.length === 0) return undefined;
  const attributes = inOrder(fields).flatMap((field): [string, ValueSpec][] =>
    all.flatMap(({ column, meaning }): [string, ValueSpec][] =>
      meaning.kind === 'attribute' && meaning.field === field
        ? [[field, specOf(column, fields[field]?.type)]]
        : [],
    ),
  );
  const events = all.flatMap(({ column, meaning }) =>
    meaning.kind === 'consent' ? consents(column, meaning, identifiers) : [],
  );
  return {
    id: 'contacts-by-header',
    title: 'Contacts by header',
    why: 'The headers say what the columns are.',
    owner: { team: 'marketing' },
    zone: 'UTC',
    contacts: [
      {
        source: 'import',
        time: { at: 'file-modified' },
        identifiers,
        attributes: Object.fromEntries(attributes),
      },
    ],
    ...(events.length > 0 ? { events } : {}),
  };
}

/** Fields that headers name first, then the others as the catalogue has them. */
const inOrder = (fields: ContactFields): string[] => [
  ...new Set([
    ...Object.keys(attributeHeaders).filter((field) => Object.hasOwn(fields, field)),
    ...Object.keys(fields),
  ]),
];

function specOf(column: string, type: PayloadField['type'] | undefined): ValueSpec {
  return type === 'number' || type === 'boolean' || type === 'date' || type === 'list'
    ? { column, as: type }
    : column;
}

type Named = { scheme: string; value: { column: string } };

/** Yes and no, each under the first identifier that the row knows. */
function consents(
  column: string,
  { channel, where }: Extract<Meaning, { kind: 'consent' }>,
  identifiers: readonly Named[],
): EventEntry[] {
  return [true, false].flatMap((yes) =>
    identifiers.map((subject, index): EventEntry => {
      const when: RowCondition[] = [
        { column, yes },
        ...identifiers.slice(0, index).map(({ value }) => ({ ...value, known: false })),
        { ...subject.value, known: true },
      ];
      return {
        type: yes ? 'consent.given' : 'consent.withdrawn',
        when,
        source: 'import',
        time: { at: 'file-modified' },
        subject,
        data: {
          channel: { constant: channel },
          purpose: { constant: 'marketing' },
          method: { constant: 'import' },
          ...(where ? { source: { constant: where } } : {}),
        },
      };
    }),
  );
}

function recognised(
  headers: Record<string, readonly string[]>,
  columns: readonly string[],
): [string, string][] {
  return Object.entries(headers).flatMap(([field, names]) => {
    const column = columns.find((name) => names.includes(name.toLowerCase().replace(/[\s_-]/g, '')));
    return column === undefined ? [] : [[field, column] as [string, string]];
  });
}
