/** One place at which two documents differ. `path` leads there; entries of lists go by their id or name where they have one. */
export type Difference = { path: readonly string[] } & (
  | { kind: 'added'; after: unknown }
  | { kind: 'removed'; before: unknown }
  | { kind: 'changed'; before: unknown; after: unknown }
  | { kind: 'moved' }
);

/** What became of one value on the way to another, in the order of the fields; empty where both say the same. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): Difference[] {
  if (same(before, after)) return [];
  if (before === undefined) return [{ kind: 'added', path, after }];
  if (after === undefined) return [{ kind: 'removed', path, before }];
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, path);
  if (isRecord(before) && isRecord(after)) return ofRecords(before, after, path);
  return [{ kind: 'changed', path, before, after }];
}

type Fields = Readonly<Record<string, unknown>>;

function ofRecords(before: Fields, after: Fields, path: readonly string[]): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differences(own(before, name), own(after, name), [...path, name]));
}

function ofLists(
  before: readonly unknown[],
  after: readonly unknown[],
  path: readonly string[],
): Difference[] {
  const [was, is] = [byName(before), byName(after)];
  if (!was || !is) return byPlace(before, after, path);
  const stay = [...was.keys()].filter((name) => is.has(name));
  const order = [...is.keys()].filter((name) => was.has(name));
  return [
    ...ofRecords(Object.fromEntries(was), Object.fromEntries(is), path),
    ...(same(stay, order) ? [] : [{ kind: 'moved' as const, path }]),
  ];
}

/** What stands alike at both ends is left alone; what lies between is compared place by place. */
function byPlace(
  before: readonly unknown[],
  after: readonly unknown[],
  path: readonly string[],
): Difference[] {
  let start = 0;
  while (start < Math.min(before.length, after.length) && same(before[start], after[start])) start += 1;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    same(before[before.length - 1 - end], after[after.length - 1 - end])
  )
    end += 1;
  const count = Math.max(before.length, after.length) - start - end;
  return Array.from({ length: count }, (_, index) => start + index).flatMap((index) =>
    differences(
      index < before.length - end ? before[index] : undefined,
      index < after.length - end ? after[index] : undefined,
      [...path, String(index + 1)],
    ),
  );
}

/** The entries of a list by what they call themselves; undefined where one has no name or two share one. */
function byName(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const entry of list) {
    const name = isRecord(entry)
      ? (entry.id ?? entry.name ?? entry.date ?? entry.team ?? entry.path)
      : undefined;
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, entry);
  }
  return named;
}

const same = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
