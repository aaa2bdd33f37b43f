import type * as z from 'zod';
import type { ProblemCode } from '../check/problems.ts';

type Issue = z.core.$ZodIssue;
type Place = readonly PropertyKey[];

/** A zod issue in words people understand: where, what is there, what belongs there. */
export type Complaint = { code: ProblemCode; path: string; what: string; remedy?: string };

/** Nobody reads more at once, and a text can be wrong in as many places as it has characters. */
const describedAtMost = 200;

/** Puts the first issues into words. */
export function describeIssues(issues: readonly Issue[], root: unknown): Complaint[] {
  return issues
    .slice(0, describedAtMost)
    .flatMap((issue) => describeIssue(issue, root))
    .slice(0, describedAtMost);
}

/** Puts one issue into words; of a union only the alternative that comes closest to what was written. */
export function describeIssue(issue: Issue, root: unknown, above: Place = []): Complaint[] {
  const place = [...above, ...issue.path];
  const value = valueAt(root, place);
  const path = place.map(String).join('.');
  switch (issue.code) {
    case 'invalid_union':
      return describeUnion(issue, root, place);
    case 'invalid_type':
      return value === undefined
        ? [missing(path, place, [issue.expected])]
        : [
            {
              code: 'wrong-type',
              path,
              what: `${shown(value)} stands here.`,
              remedy: `Give ${kindsOf([issue.expected])}.`,
            },
          ];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: 'unknown-field',
        path: [...place.map(String), key].join('.'),
        what: `"${key}" is not a field of ${nameOf(place)}.`,
      }));
    case 'invalid_value':
      return [
        value === undefined
          ? missing(path, place, ['value'])
          : {
              code: 'wrong-value',
              path,
              what: `${shown(value)} stands here.`,
              remedy: `Use ${choice(issue.values)}.`,
            },
      ];
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({
        code: 'wrong-format',
        path,
        what: `The key "${String(place.at(-1))}" ${sentence(message)}`,
        remedy: '',
      }));
    case 'too_small':
    case 'too_big':
      return [{ code: 'out-of-range', path, what: `${shown(value)} ${limitOf(issue)}`, remedy: '' }];
    case 'invalid_format':
      return [{ code: 'wrong-format', path, what: `${shown(value)} ${formOf(issue)}`, remedy: '' }];
    default:
      return [{ code: 'wrong-format', path, what: `${shown(value)} ${sentence(issue.message)}`, remedy: '' }];
  }
}

function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: unknown,
  place: Place,
): Complaint[] {
  const value = valueAt(root, place);
  const path = place.map(String).join('.');
  if ('options' in issue && Array.isArray(issue.options)) {
    return [
      value === undefined
        ? { ...missing(path, place, ['value']), remedy: `Use ${choice(issue.options)}.` }
        : {
            code: 'wrong-value',
            path,
            what: `${shown(value)} stands here.`,
            remedy: `Use ${choice(issue.options)}.`,
          },
    ];
  }
  if (isConditionUnion(issue)) {
    const wrong = shapeOfCondition(value, path, issue.errors.length === 2);
    if (wrong) return [wrong];
  }
  const kinds = expectedKinds(issue);
  if (kinds.length > 0)
    return value === undefined
      ? [missing(path, place, kinds)]
      : [
          {
            code: 'wrong-type',
            path,
            what: `${shown(value)} stands here.`,
            remedy: `Give ${kindsOf(kinds)}.`,
          },
        ];

  const closest = issue.errors.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
  return closest.flatMap((inner) => describeIssue(inner, root, place));
}

/** What json-rules-engine would read wrongly without a word: two groups on one node, a bare comparison as a rule. */
function shapeOfCondition(value: unknown, path: string, needsGroup: boolean): Complaint | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = ['all', 'any', 'not', 'fact'].filter((key) => Object.hasOwn(value, key));
  if (found.length > 1)
    return {
      code: 'mixed-group',
      path,
      what: `The node holds ${found.map((key) => `"${key}"`).join(' and ')}.`,
    };
  if (needsGroup && !found.includes('all') && !found.includes('any'))
    return { code: 'not-a-group', path, what: 'A single condition stands here where a group must stand.' };
  if (found.length === 0)
    return {
      code: 'missing-field',
      path,
      what: 'The node says nothing.',
      remedy: 'Add "all", "any", "not", or a comparison with fact, path, operator and value.',
    };
  return undefined;
}

/** A union of which one alternative wants "all" and another "any". */
function isConditionUnion({ errors }: Extract<Issue, { code: 'invalid_union' }>): boolean {
  const speaksOf = (group: string) =>
    errors
      .flat()
      .some(
        (issue) =>
          issue.path[0] === group || (issue.code === 'unrecognized_keys' && issue.keys.includes(group)),
      );
  return speaksOf('all') && speaksOf('any');
}

/** The kinds a union would take, where what stands there is of none of them. */
function expectedKinds(issue: Extract<Issue, { code: 'invalid_union' }>): string[] {
  const kinds: string[] = [];
  for (const alternative of issue.errors) {
    const [first] = alternative;
    if (alternative.length !== 1 || !first || first.path.length > 0) return [];
    if (first.code === 'invalid_type') kinds.push(first.expected);
    else if (first.code === 'invalid_union' && expectedKinds(first).length > 0)
      kinds.push(...expectedKinds(first));
    else return [];
  }
  return kinds;
}

/** How far an alternative of a union lies from what was written: another kind is far, a wrong value inside is near. */
function distance(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 0 && issue.code === 'invalid_type') return sum + 1000;
    if (issue.path.length === 0 && issue.code === 'invalid_union')
      return sum + Math.min(1000, ...issue.errors.map(distance));
    if (issue.path.length === 0 && issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length;
    return sum + (issue.path.length === 1 && issue.code === 'invalid_type' ? 5 : 1);
  }, 0);
}

function nameOf(place: Place): string {
  const last = place.at(-1);
  if (last === undefined) return 'the document';
  return typeof last === 'number' ? `entry ${last + 1} of the list` : `"${String(last)}"`;
}

function missing(path: string, place: Place, kinds: readonly string[]): Complaint {
  return {
    code: 'missing-field',
    path,
    what: `"${String(place.at(-1) ?? 'the document')}" is missing.`,
    remedy: `Add ${kindsOf(kinds)}.`,
  };
}

const kindNames: Record<string, string> = {
  string: 'a text in double quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  object: 'an object { … }',
  record: 'an object { … }',
  value: 'one of the values allowed',
};

function kindsOf(kinds: readonly string[]): string {
  return listed([...new Set(kinds)].map((kind) => kindNames[kind] ?? kind));
}

function choice(values: readonly unknown[]): string {
  return listed(values.map((value) => JSON.stringify(value)));
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function limitOf(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  if (!/^Too (small|big)/.test(issue.message)) return sentence(issue.message);
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  if (issue.origin === 'string')
    return `must have ${bound} ${bound.endsWith(' 1') ? 'character' : 'characters'}.`;
  if (issue.origin === 'array') return `must have ${bound} ${bound.endsWith(' 1') ? 'entry' : 'entries'}.`;
  return `must be ${bound}.`;
}

function formOf(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if (issue.format === 'date') return 'must be a day, for example "2026-03-01".';
  return sentence(
    issue.message.startsWith('Invalid') ? 'does not have the form that is needed here' : issue.message,
  );
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** What stands there, short enough for a sentence. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'An empty list' : 'A list';
  if (typeof value === 'object' && value !== null) return 'An object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function valueAt(root: unknown, place: Place): unknown {
  let value = root;
  for (const key of place) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
