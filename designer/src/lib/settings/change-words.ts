import { differences } from '@baton/rules/edit/difference.ts';
import type { PlainKind } from '@baton/rules/edit/plain.ts';
import type { ChangeLine, TellChanges } from '#lib/document/words.ts';
import { saySpan } from '#lib/words/conditions.ts';
import { sayName, sayValue } from '#lib/words/values.ts';
import { type FormField, forms } from './forms.ts';

/** What changed between two settings of a kind, in the words of its form; what has no field there keeps its own name. */
export const tellSettingsChanges =
  (kind: PlainKind): TellChanges =>
  (before, after) =>
    differences(before, after).map((difference): ChangeLine => {
      const { labels, field } = followForm(forms[kind], difference.path);
      const sides = {
        ...('before' in difference ? { before: sayOf(field, difference.before) } : {}),
        ...('after' in difference ? { after: sayOf(field, difference.after) } : {}),
        ...(difference.kind === 'moved' ? { after: 'in another order' } : {}),
      };
      return { kind: difference.kind, where: labels.join(' › '), ...sides };
    });

type Found = { labels: string[]; field?: FormField | undefined };

/** The labels that lead to a place, and the field that is shown there; a group without a place of its own is passed through. */
function followForm(fields: readonly FormField[], path: readonly string[]): Found {
  for (const field of fields) {
    const at = field.at.split('.').filter(Boolean);
    if (at.some((name, index) => path[index] !== name)) continue;
    const rest = path.slice(at.length);
    if (field.kind === 'group' && at.length === 0) {
      const found = followForm(field.fields, rest);
      if (found.field) return { ...found, labels: [field.label, ...found.labels] };
    } else {
      const found = within(field, rest);
      return { ...found, labels: [field.label, ...found.labels] };
    }
  }
  return { labels: path.map(sayName) };
}

function within(field: FormField, path: readonly string[]): Found {
  const [name, ...rest] = path;
  if (name === undefined) return { labels: [], field };
  if (field.kind === 'list') {
    const entry = /^\d+$/.test(name) ? `${field.one} ${name}` : sayEntry(field, name);
    const found: Found =
      rest.length === 0 ? { labels: [], field: entryOf(field) } : followForm(field.fields, rest);
    return { ...found, labels: [entry, ...found.labels] };
  }
  if (field.kind === 'several' || field.kind === 'weekdays') return { labels: [], field };
  if (field.kind === 'group' || field.kind === 'optional') return followForm(field.fields, path);
  return { labels: path.map(sayName) };
}

type ListField = Extract<FormField, { kind: 'list' }>;

const sayEntry = ({ fields, named }: ListField, name: string): string =>
  sayOf(fields.find(({ at }) => at === named) ?? fields.find(({ kind }) => kind === 'date'), name);

/** One entry of a list, as if it were a part by itself; a text where it has no fields. */
const entryOf = ({ one, fields }: ListField): FormField =>
  fields.length === 0 ? { kind: 'text', at: '', label: one } : { kind: 'group', at: '', label: one, fields };

/** A value as its field shows it. */
function sayOf(field: FormField | undefined, value: unknown): string {
  switch (field?.kind) {
    case 'span':
      return saySpan(value);
    case 'pick':
      return typeof value === 'string' ? sayName(value) : sayValue(value);
    case 'several':
      return Array.isArray(value)
        ? value.map((one) => sayOf(field, one)).join(', ') || 'nothing'
        : (field.of.find((of) => of.value === value)?.title ?? sayValue(value));
    case 'weekdays':
      return value === undefined ? 'every day' : sayValue(value);
    case 'list':
      return Array.isArray(value) && value.length > 0
        ? value.map((one) => sayOf(entryOf(field), one)).join('; ')
        : field.none || 'none';
    case 'group':
    case 'optional':
      return sayParts(field.fields, value);
    default:
      return sayValue(value);
  }
}

function sayParts(fields: readonly FormField[], value: unknown): string {
  if (typeof value !== 'object' || value === null) return sayValue(value);
  return Object.entries(value)
    .map(([name, part]) => {
      const field = fields.find(({ at }) => at === name);
      return `${field?.label ?? sayName(name)}: ${sayOf(field, part)}`;
    })
    .join('; ');
}
