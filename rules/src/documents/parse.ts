import type * as z from 'zod';
import { type Problem, problem } from '../check/problems.ts';
import { limits } from '../conditions/condition.ts';
import { duplicateName, tooBig } from '../conditions/walk.ts';
import { describeIssues } from './describe-issue.ts';
import { type DocumentKind, documentKinds } from './index.ts';
import { readJsonValue } from './json-text.ts';

export type DocumentOf<K extends DocumentKind> = z.infer<(typeof documentKinds)[K]>;

export type Parsed<K extends DocumentKind> =
  | { ok: true; document: DocumentOf<K> }
  | { ok: false; problems: Problem[] };

const schemas: { readonly [K in DocumentKind]: z.ZodType<DocumentOf<K>> } = documentKinds;

/** A table of a thousand rows has half of it; what holds more cannot be checked while somebody waits. */
const valuesAtMost = 50_000;

/**
 * The one door for documents, from a file, an import, the store or the designer. It takes a text or a value and gives a
 * document that every other function may trust, or all problems it found. `file` is the file's name, checked against the id.
 */
export function parseDocument<K extends DocumentKind>(
  kind: K,
  input: unknown,
  { file }: { file?: string } = {},
): Parsed<K> {
  const named = file?.replace(/^.*[\\/]/, '').replace(/\.json$/, '');
  const read = readJsonValue(input, valuesAtMost);
  if ('flaw' in read) {
    const { code, path, what } = read.flaw;
    return { ok: false, problems: [problem(code, `${kind}/${named ?? '?'}`, path, what)] };
  }

  const id = idOf(read.value) ?? named;
  const document = `${kind}/${id ?? '?'}`;
  const parsed = schemas[kind].safeParse(read.value);
  if (!parsed.success) {
    const complaints = describeIssues(parsed.error.issues, read.value);
    return {
      ok: false,
      problems: complaints.map(({ code, path, what, remedy }) => problem(code, document, path, what, remedy)),
    };
  }

  const problems = conditionProblems(document, read.value);
  if (named !== undefined && named !== id)
    problems.push(
      problem('wrong-file-name', document, 'id', `The file is "${named}.json", the id is "${id}".`),
    );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document: parsed.data };
}

function idOf(value: unknown): string | undefined {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
  return typeof id === 'string' ? id.slice(0, 80) : undefined;
}

/** What the schema of a condition cannot say: its size as a whole, and names that must differ. */
function conditionProblems(document: string, value: unknown): Problem[] {
  return conditionsIn(value).flatMap(({ path, root }) => {
    const size = tooBig(root);
    if (size === 'depth')
      return [
        problem(
          'condition-too-deep',
          document,
          path,
          `The condition nests deeper than ${limits.depth} levels.`,
        ),
      ];
    if (size === 'nodes')
      return [
        problem(
          'condition-too-large',
          document,
          path,
          `The condition holds more than ${limits.nodes} nodes.`,
        ),
      ];
    const name = duplicateName(root);
    return name === undefined
      ? []
      : [problem('duplicate-node-name', document, path, `Two nodes are named "${name}".`)];
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
