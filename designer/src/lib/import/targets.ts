import {
  type ContactFields,
  identifierSchemes,
  type Meaning,
  type Meanings,
} from '@baton/functions/import/contact-columns.ts';
import type { PayloadField } from '@baton/rules/documents/event.ts';
import { sayName } from '#lib/words/values.ts';

/** What a person takes a column for: `identifier:email`, `attribute:city`, `consent:sms`; empty leaves it out. */
export type Targets = Readonly<Record<string, string>>;

export type TargetOption = { value: string; label: string; group: string };
type Fields = Readonly<Record<string, PayloadField>>;

const schemeWords: Readonly<Record<string, string>> = {
  customer: 'Customer number',
  email: 'E-mail address',
  phone: 'Telephone number',
};
const channelWords: Readonly<Record<string, string>> = {
  email: 'e-mail',
  sms: 'SMS',
  push: 'push',
  webhook: 'webhook',
};

/** What columns can be taken for, by the catalogue. */
export function targetOptions(fields: Fields, channels: readonly string[]): TargetOption[] {
  return [
    ...identifierSchemes.map((scheme) => ({
      value: `identifier:${scheme}`,
      label: schemeWords[scheme] ?? sayName(scheme),
      group: 'Names the contact',
    })),
    ...Object.entries(fields)
      .filter(([field]) => !identifierSchemes.includes(field))
      .map(([field, { label, unit }]) => ({
        value: `attribute:${field}`,
        label: `${label ?? sayName(field)}${unit ? ` (${unit})` : ''}`,
        group: 'Known of the contact',
      }))
      .sort((one, other) => one.label.localeCompare(other.label, 'en')),
    ...channels.map((channel) => ({
      value: `consent:${channel}`,
      label: `Consent to marketing by ${channelWords[channel] ?? channel}`,
      group: 'Allowed by the contact (yes or no)',
    })),
  ];
}

/** How what was recognised stands in the choices: a mail address that names the contact is known of it as well. */
export function targetsOf(meanings: Meanings): Targets {
  return Object.fromEntries(
    [...meanings].flatMap(([column, [first]]) => (first ? [[column, nameOf(first)]] : [])),
  );
}

const nameOf = (meaning: Meaning): string =>
  meaning.kind === 'identifier'
    ? `identifier:${meaning.scheme}`
    : meaning.kind === 'attribute'
      ? `attribute:${meaning.field}`
      : `consent:${meaning.channel}`;

/** What the choices mean; `where` is how consent was given, as its proof. */
export function meaningsOf(targets: Targets, fields: ContactFields, where: string): Meanings {
  return new Map(
    Object.entries(targets).flatMap(([column, target]): [string, Meaning[]][] => {
      const [kind, name = ''] = target.split(':');
      if (kind === 'identifier')
        return [
          [
            column,
            [
              { kind, scheme: name },
              ...(Object.hasOwn(fields, name) ? [{ kind: 'attribute' as const, field: name }] : []),
            ],
          ],
        ];
      if (kind === 'attribute') return [[column, [{ kind, field: name }]]];
      if (kind === 'consent') return [[column, [{ kind, channel: name, ...(where ? { where } : {}) }]]];
      return [];
    }),
  );
}

/** Why a file cannot be imported so; empty where it can. */
export function flawOf(targets: Targets, options: readonly TargetOption[]): string {
  const chosen = Object.entries(targets).filter(([, target]) => target !== '');
  if (!chosen.some(([, target]) => target.startsWith('identifier:')))
    return 'No column names the contact. Say which one is the customer number, the e-mail address or the telephone number.';
  for (const [target, columns] of Map.groupBy(chosen, ([, target]) => target)) {
    const [first, second] = columns.map(([column]) => column);
    const label = options.find(({ value }) => value === target)?.label ?? target;
    if (second !== undefined)
      return `“${first}” and “${second}” are both taken for ${label}. Leave one of them out.`;
  }
  return '';
}

/** Where a reject stands, as the file calls it: the column behind `contact.updated data.leadScore`. */
export function columnOf(path: string, targets: Targets): string {
  const [, field] = /^contact\.updated data\.(\w+)$/.exec(path) ?? [];
  if (path === 'row') return 'Whole row';
  if (/ time$/.test(path)) return 'Date of the file';
  if (/ subject$/.test(path)) return columnsFor(targets, 'identifier:');
  if (field === undefined) return path;
  return Object.entries(targets).find(([, target]) => target.split(':')[1] === field)?.[0] ?? path;
}

const columnsFor = (targets: Targets, kind: string): string =>
  Object.entries(targets)
    .filter(([, target]) => target.startsWith(kind))
    .map(([column]) => column)
    .join(', ');
