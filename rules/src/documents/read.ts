import type * as z from 'zod';
import { limits } from '../conditions/condition.ts';
import { duplicateName, tooBig } from '../conditions/walk.ts';
import { type Complaint, describeIssues } from './describe-issue.ts';
import { type DocumentKind, documentKinds } from './index.ts';
import { readJsonValue } from './json-text.ts';

export type DocumentOf<K extends DocumentKind> = z.infer<(typeof documentKinds)[K]>;

/** `name`: the document as `kind/id`, as far as it says who it is. */
type Read<K extends DocumentKind> =
  | { ok: true; document: DocumentOf<K> }
  | { ok: false; name: string; complaints: Complaint[] };

const schemas: { readonly [K in DocumentKind]: z.ZodType<DocumentOf<K>> } = documentKinds;

/** A table of a thousand rows has half of it; what holds more cannot be checked while somebody waits. */
const valuesAtMost = 50_000;

/**
 * The one door for documents, from a file, an import, the store or the designer. It takes a text or a value and gives a
 * document that every other function may trust, or all that is wrong with it. `file` is the file's name, checked against the
 * id. Who shows what is wrong asks `parseDocument`, which knows titles and remedies; functions that only read do without.
 */
export function readDocument<K extends DocumentKind>(
  kind: K,
  input: unknown,
  { file }: { file?: string } = {},
): Read<K> {
  const named = file?.replace(/^.*[\\/]/, '').replace(/\.json$/, '');
  const read = readJsonValue(input, valuesAtMost);
  if ('flaw' in read) return { ok: false, name: `${kind}/${named ?? '?'}`, complaints: [read.flaw] };

  const id = idOf(read.value) ?? named;
  const name = `${kind}/${id ?? '?'}`;
  const parsed = schemas[kind].safeParse(read.value);
  if (!parsed.success)
    return { ok: false, name, complaints: describeIssues(parsed.error.issues, read.value) };

  const complaints = conditionComplaints(read.value);
  if (named !== undefined && named !== id)
    complaints.push({
      code: 'wrong-file-name',
      path: 'id',
      what: `The file is "${named}.json", the id is "${id}".`,
    });
  return complaints.length > 0 ? { ok: false, name, complaints } : { ok: true, document: parsed.data };
}

function idOf(value: unknown): string | undefined {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  return typeof id === 'string' ? id.slice(0, 80) : undefined;
}

/** What the schema of a condition cannot say: its size as a whole, and names that must differ. */
function conditionComplaints(value: unknown): Complaint[] {
  return conditionsIn(value).flatMap(({ path, root }): Complaint[] => {
    const size = tooBig(root);
    if (size === 'depth')
      return [
        { code: 'condition-too-deep', path, what: `The condition nests deeper than ${limits.depth} levels.` },
      ];
    if (size === 'nodes')
      return [
        { code: 'condition-too-large', path, what: `The condition holds more than ${limits.nodes} nodes.` },
      ];
    const name = duplicateName(root);
    return name === undefined
      ? []
      : [{ code: 'duplicate-node-name', path, what: `Two nodes are named "${name}".` }];
  });
}

/** Where documents hold conditions, and where they hold values in which the same words mean nothing. */
const conditionKeys = new Set(['conditions', 'when', 'entry']);
const valueKeys = new Set(['tests', 'sample', 'facts', 'data']);

/** Adds what it finds to `found`, because generators within generators take most of the time of a large document. */
function conditionsIn(
  value: unknown,
  path = '',
  found: { path: string; root: unknown }[] = [],
): { path: string; root: unknown }[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    const below: unknown = Reflect.get(value, key);
    if (typeof below !== 'object' || below === null) continue;
    const at = path === '' ? key : `${path}.${key}`;
    if (conditionKeys.has(key)) found.push({ path: at, root: below });
    else if (!valueKeys.has(key)) conditionsIn(below, at, found);
  }
  return found;
}
