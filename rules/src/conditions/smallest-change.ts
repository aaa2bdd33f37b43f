import type { FactReference } from '../documents/common.ts';
import type { Json } from '../json.ts';
import { parseDuration } from '../time/duration.ts';
import { type Condition, isReference, type Leaf, type Root } from './condition.ts';
import type { Outcome } from './evaluate.ts';
import { evaluatorOf } from './evaluator.ts';
import { parseInstant } from './instant.ts';
import { distinct, type Facts, isAbsent, resolveReference, withFact } from './path.ts';
import { childrenOf, isLeaf, leavesOf } from './walk.ts';

/** What a fact can be at all; without it a value may be proposed that no contact ever has. */
export type Domain = { type: string; values?: readonly string[]; min?: number; max?: number };

/** One fact that would have to be another. `to` is absent where it would have to be unknown. */
export type FactChange = FactReference & { from?: Json; to?: Json };

/** What would have to be different, fewest facts first, then nearest; `facts` are those that then hold. */
export type SmallestChange = { changes: FactChange[]; facts: Facts };

/** How many snapshots are tried at most; a person waits for the answer while typing. */
const triesAtMost = 20_000;

/**
 * The smallest change of facts that gives a condition the outcome wanted: first every single fact, then every pair, then
 * line by line. Each answer has been decided by the condition itself, so applying it gives that outcome. A single fact
 * is missed only where its values cannot be told from the condition. `undefined`: none was found. Throws `BrokenCondition`.
 */
export function smallestChange(
  root: Root,
  facts: Facts,
  wanted: 'true' | 'false',
  domainOf: (reference: FactReference) => Domain | undefined = () => undefined,
): SmallestChange | undefined {
  const { outcomeOf } = evaluatorOf(root);
  if (outcomeOf(facts) === wanted) return { changes: [], facts };
  const holds = (changed: Facts) => outcomeOf(changed) === wanted;

  const moves = movesOf(root, facts, domainOf);
  return oneOf(moves, facts, holds) ?? pairOf(moves, facts, holds) ?? lineByLine(root, moves, facts, wanted);
}

/** A fact with every value worth trying, nearest first. */
type Moves = { reference: FactReference; from: Json | undefined; options: Option[] };
type Option = { to: Json | undefined; distance: number };

function oneOf(moves: readonly Moves[], facts: Facts, holds: (facts: Facts) => boolean) {
  const found = moves.flatMap((move) => {
    const option = move.options.find(({ to }) => holds(withFact(facts, move.reference, to)));
    return option ? [{ move, option }] : [];
  });
  const [best] = found.sort((a, b) => a.option.distance - b.option.distance);
  return best && answer(facts, [best]);
}

function pairOf(moves: readonly Moves[], facts: Facts, holds: (facts: Facts) => boolean) {
  let best: { steps: Step[]; distance: number } | undefined;
  let tries = 0;
  for (const [index, first] of moves.entries()) {
    for (const one of first.options) {
      const halfway = withFact(facts, first.reference, one.to);
      for (const second of moves.slice(index + 1)) {
        for (const other of second.options) {
          const distance = one.distance + other.distance;
          if (best && distance >= best.distance) break; // options come nearest first
          tries += 1;
          if (tries > triesAtMost) return best && answer(facts, best.steps);
          if (!holds(withFact(halfway, second.reference, other.to))) continue;
          best = { steps: [step(first, one), step(second, other)], distance };
        }
      }
    }
  }
  return best && answer(facts, best.steps);
}

type Step = { move: Moves; option: Option };
const step = (move: Moves, option: Option): Step => ({ move, option });

function answer(facts: Facts, steps: readonly Step[]): SmallestChange {
  const changes = steps.map(({ move: { reference, from }, option: { to } }) => ({
    ...reference,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }));
  return { changes, facts: changes.reduce((held, change) => withFact(held, change, change.to), facts) };
}

/**
 * Settles one undecided line after another: of an `all` every part that does not hold yet, of an `any` the part that needs
 * the fewest facts. What an earlier line settled must stay so; where it does not, nothing is answered.
 */
function lineByLine(
  root: Root,
  moves: readonly Moves[],
  facts: Facts,
  wanted: 'true' | 'false',
): SmallestChange | undefined {
  const steps = new Map<Moves, Option>();
  const demands: { leaf: Leaf; wanted: Outcome }[] = [];
  let held = facts;

  for (const demand of demandsOf(root, facts, wanted)) {
    demands.push(demand);
    if (outcomeOfLeaf(demand.leaf, held) === demand.wanted) continue;
    const found = moves.flatMap((move) => {
      const option = move.options.find(({ to }) => {
        const changed = withFact(held, move.reference, to);
        return demands.every(({ leaf, wanted }) => outcomeOfLeaf(leaf, changed) === wanted);
      });
      return option ? [{ move, option }] : [];
    });
    const [best] = found.sort(
      (a, b) =>
        Number(steps.has(b.move)) - Number(steps.has(a.move)) || a.option.distance - b.option.distance,
    );
    if (!best) return undefined;
    steps.set(best.move, best.option);
    held = withFact(held, best.move.reference, best.option.to);
  }
  if (evaluatorOf(root).outcomeOf(held) !== wanted) return undefined;
  return answer(
    facts,
    [...steps].map(([move, option]) => step(move, option)),
  );
}

const outcomeOfLeaf = (leaf: Leaf, facts: Facts): Outcome => evaluatorOf(alone(leaf)).outcomeOf(facts);

const groups = new WeakMap<Leaf, Root>();
function alone(leaf: Leaf): Root {
  const group = groups.get(leaf) ?? { all: [leaf] };
  groups.set(leaf, group);
  return group;
}

/** The lines that together settle a node, each with what it must come to. */
function demandsOf(
  node: Condition,
  facts: Facts,
  wanted: 'true' | 'false',
): { leaf: Leaf; wanted: 'true' | 'false' }[] {
  if (isLeaf(node)) return [{ leaf: node, wanted }];
  const other = wanted === 'true' ? 'false' : 'true';
  if ('not' in node) return demandsOf(node.not, facts, other);

  const parts = childrenOf(node).map((child) => demandsOf(child, facts, wanted));
  if ('all' in node === (wanted === 'true')) return parts.flat();
  const open = (demands: (typeof parts)[number]) =>
    demands.filter((demand) => outcomeOfLeaf(demand.leaf, facts) !== demand.wanted).length;
  return parts.sort((a, b) => open(a) - open(b))[0] ?? [];
}

function movesOf(
  root: Root,
  facts: Facts,
  domainOf: (reference: FactReference) => Domain | undefined,
): Moves[] {
  const leaves = [...leavesOf(root, '')].map(({ leaf }) => leaf);
  const mentioned = leaves.flatMap((leaf) => (isReference(leaf.value) ? [leaf, leaf.value] : [leaf]));
  return distinct(mentioned.map(({ fact, path }) => ({ fact, path })))
    .filter(({ fact }) => fact !== 'clock') // nobody can change what time it is
    .map((reference) => {
      const from = resolveReference(reference, facts);
      const about = leaves.flatMap((leaf) => comparisonsWith(leaf, reference, facts));
      const values = about.flatMap((comparison) => valuesFor(comparison, facts));
      const domain = domainOf(reference);
      const possible: (Json | undefined)[] = [
        ...values,
        ...listsOf(about, from),
        ...ownValues(domain),
      ].filter((value) => isPossible(value, domain));
      if (about.some(({ base }) => base === 'isKnown')) possible.push(undefined);
      return { reference, from, options: optionsOf(possible, from) };
    });
}

type Comparison = { base: string; operator: string; value: Json };

/** What a line compares a fact with, also where the fact stands on the other side. */
function comparisonsWith(leaf: Leaf, reference: FactReference, facts: Facts): Comparison[] {
  const base = leaf.operator.split(':').at(-1) ?? '';
  const { operator, value } = leaf;
  const found: Comparison[] = [];
  if (same(leaf, reference)) {
    const literal = isReference(value) ? resolveReference(value, facts) : value;
    found.push({ base, operator, value: isAbsent(literal) ? 0 : literal });
  }
  if (isReference(value) && same(value, reference)) {
    const other = resolveReference(leaf, facts);
    if (!isAbsent(other)) found.push({ base: 'equal', operator, value: other });
  }
  return found;
}

const same = (a: FactReference, b: FactReference): boolean => a.fact === b.fact && a.path === b.path;

const dayMs = 86_400_000;

/** Values on both sides of every limit that a comparison draws. */
function valuesFor({ base, operator, value }: Comparison, facts: Facts): Json[] {
  const near = nearValues(base, value, facts);
  return /someFact|everyFact/.test(operator) ? [[], ...near.map((entry) => [entry])] : near;
}

function nearValues(base: string, value: Json, facts: Facts): Json[] {
  switch (base) {
    case 'withinLast':
      return aroundSpan(value, facts);
    case 'dateBefore':
    case 'dateAfter':
      return aroundInstant(value);
    case 'textContains':
    case 'textStartsWith':
      return [value, ''];
    case 'isKnown':
      return [true, 1, 'known', '2026-01-01'];
    case 'contains':
    case 'doesNotContain':
      return [];
    default:
      return (Array.isArray(value) ? value : [value]).flatMap(aroundValue);
  }
}

function aroundValue(value: Json): Json[] {
  if (typeof value === 'boolean') return [value, !value];
  if (typeof value === 'string') return [value, `other than ${value}`];
  if (typeof value !== 'number') return [];
  const digits = String(value).split('.')[1]?.length ?? 0;
  const by = 10 ** -digits;
  const rounded = (number: number) => Number(number.toFixed(digits));
  return [value, rounded(value - by), rounded(value + by)];
}

function aroundInstant(value: Json): Json[] {
  const at = parseInstant(value);
  if (at === undefined) return [];
  const isDay = typeof value === 'string' && value.length === 10;
  const written = (ms: number) => new Date(ms).toISOString().slice(0, isDay ? 10 : undefined);
  return [written(at), written(at - dayMs), written(at + dayMs)];
}

function aroundSpan(value: Json, facts: Facts): Json[] {
  const now = parseInstant(resolveReference({ fact: 'clock', path: '$.now' }, facts));
  if (now === undefined || typeof value !== 'string') return [];
  try {
    const span = parseDuration(value);
    return [now, now - span, now - span - dayMs].map((ms) => new Date(ms).toISOString());
  } catch {
    return [];
  }
}

/** The list as it is, with and without each entry that some line asks about; up to five of them in every combination. */
function listsOf(about: readonly Comparison[], from: Json | undefined): Json[] {
  const entries = [
    ...new Set(
      about.filter(({ base }) => base === 'contains' || base === 'doesNotContain').map(({ value }) => value),
    ),
  ].slice(0, 5);
  if (entries.length === 0) return [];
  const rest = (Array.isArray(from) ? from : []).filter((entry) => !entries.includes(entry));
  return Array.from({ length: 2 ** entries.length }, (_, mask) => [
    ...rest,
    ...entries.filter((__, index) => mask & (1 << index)),
  ]);
}

function ownValues(domain: Domain | undefined): Json[] {
  if (domain?.type === 'boolean') return [true, false];
  if (domain?.type === 'list') return [];
  return [...(domain?.values ?? []), ...[domain?.min, domain?.max].filter((limit) => limit !== undefined)];
}

/** Whether a contact can have the value at all. */
function isPossible(value: Json, domain: Domain | undefined): boolean {
  if (!domain) return true;
  if (domain.type === 'list')
    return (
      Array.isArray(value) &&
      (!domain.values || value.every((entry) => domain.values?.includes(String(entry))))
    );
  if (domain.type === 'number')
    return (
      typeof value === 'number' && value >= (domain.min ?? -Infinity) && value <= (domain.max ?? Infinity)
    );
  if (domain.type === 'boolean') return typeof value === 'boolean';
  if (domain.type === 'date') return parseInstant(value) !== undefined;
  return typeof value === 'string' && (!domain.values || domain.values.includes(value));
}

function optionsOf(values: readonly (Json | undefined)[], from: Json | undefined): Option[] {
  const seen = new Set([JSON.stringify(from)]);
  const options: Option[] = [];
  for (const to of values) {
    const text = JSON.stringify(to);
    if (seen.has(text)) continue;
    seen.add(text);
    options.push({ to, distance: distance(from, to) });
  }
  return options.sort((a, b) => a.distance - b.distance);
}

/** Below 1 for numbers and dates that lie near; a value that becomes known costs more than one that changes. */
function distance(from: Json | undefined, to: Json | undefined): number {
  if (isAbsent(to)) return 4;
  if (isAbsent(from)) return 2;
  const [a, b] = [measure(from), measure(to)];
  if (a !== undefined && b !== undefined) return Math.abs(a - b) / (Math.abs(a - b) + Math.abs(a) + 1);
  if (Array.isArray(from) && Array.isArray(to)) return 0.5 * symmetricDifference(from, to);
  return typeof to === 'string' && to.startsWith('other than ') ? 1.5 : 1;
}

const measure = (value: Json): number | undefined =>
  typeof value === 'number'
    ? value
    : parseInstant(value) === undefined
      ? undefined
      : (parseInstant(value) ?? 0) / dayMs;

const symmetricDifference = (a: readonly Json[], b: readonly Json[]): number =>
  a.filter((entry) => !b.includes(entry)).length + b.filter((entry) => !a.includes(entry)).length;
