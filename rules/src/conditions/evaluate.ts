import { Engine, Fact, type RuleResult, type TopLevelConditionResult } from 'json-rules-engine';
import type { FactReference } from '../documents/common.ts';
import type { Json } from '../json.ts';
import {
  BrokenCondition,
  type Compiled,
  type CompiledLeaf,
  compile,
  compileWithoutClock,
} from './compile.ts';
import { isReference, type Root } from './condition.ts';
import { parseInstant } from './instant.ts';
import { installOperators } from './operators.ts';
import { distinct, type Facts, factRoot, isAbsent, resolvePath, resolveReference } from './path.ts';

export { BrokenCondition } from './compile.ts';
export { type Facts, resolveReference } from './path.ts';

/** `unknown`: the facts that are there do not settle it. */
export type Outcome = 'true' | 'false' | 'unknown';

/** What one leaf saw: values only, never whole objects, long ones cut. */
export type TraceLine = {
  name: string;
  fact: string;
  path: string;
  operator: string;
  value: Json;
  seen?: Json;
  outcome: Outcome;
};

/** `unknown` lists the facts whose absence made the outcome unknown; absences that changed nothing are not in it. */
export type Verdict = { outcome: Outcome; trace: TraceLine[]; unknown: FactReference[] };

/** Decides many conditions on one snapshot, each on its own. */
export type EvaluateAll = (roots: readonly Root[], facts: Facts) => Promise<(Verdict | BrokenCondition)[]>;

/** Decides one condition on one snapshot of facts. Throws `BrokenCondition`. */
export async function evaluate(root: Root, facts: Facts): Promise<Verdict> {
  const [verdict] = await evaluateAll([root], facts);
  if (verdict instanceof BrokenCondition) throw verdict;
  if (!verdict) throw new BrokenCondition('was not decided');
  return verdict;
}

/**
 * Decides many conditions in one engine, hosted by these rules:
 * 1. facts are constants, taken before the decision; 2. the engine is fresh, because two runs on one lose rules;
 * 3. paths are read by `resolvePath` only; 4. absence is settled by decorators, see `Compiled`;
 * 5. a condition that does not compile or run is set aside alone; 6. all results are collected, no engine event is used.
 */
export async function evaluateAll(
  roots: readonly Root[],
  facts: Facts,
): Promise<(Verdict | BrokenCondition)[]> {
  const now = parseInstant(resolveReference({ fact: 'clock', path: '$.now' }, facts));
  const conditions = roots.map((root) => compiledOrBroken(root, now));
  try {
    return await decide(conditions, facts, now);
  } catch {
    return Promise.all(conditions.map((condition) => decideAlone(condition, facts, now)));
  }
}

function compiledOrBroken(root: Root, now: number | undefined): Compiled | BrokenCondition {
  try {
    return now === undefined ? compileWithoutClock(root) : compile(root);
  } catch (error) {
    return asBroken(error);
  }
}

async function decideAlone(
  condition: Compiled | BrokenCondition,
  facts: Facts,
  now: number | undefined,
): Promise<Verdict | BrokenCondition> {
  try {
    const [verdict] = await decide([condition], facts, now);
    return verdict ?? new BrokenCondition('was not decided');
  } catch (error) {
    return asBroken(error);
  }
}

function asBroken(error: unknown): BrokenCondition {
  if (error instanceof BrokenCondition) return error;
  return new BrokenCondition(`cannot be decided: ${error instanceof Error ? error.message : String(error)}`);
}

async function decide(
  conditions: readonly (Compiled | BrokenCondition)[],
  facts: Facts,
  now: number | undefined,
): Promise<(Verdict | BrokenCondition)[]> {
  const engine = new Engine([], { allowUndefinedFacts: true, pathResolver: resolvePath });
  installOperators(engine, now);
  const roots = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    if (condition instanceof BrokenCondition) continue;
    engine.addRule({ name: `${index} sure`, conditions: condition.sure, event });
    if (condition.leaves.some((leaf) => leaf.open && isUnknown(leaf, facts)))
      engine.addRule({ name: `${index} maybe`, conditions: condition.maybe, event });
    for (const { fact, value } of condition.leaves) {
      roots.add(fact);
      if (isReference(value)) roots.add(value.fact);
    }
  }

  const run = await engine.run(constants(facts, roots));
  const results = new Map([...run.results, ...run.failureResults].map((result) => [result.name, result]));

  return conditions.map((condition, index) => {
    if (condition instanceof BrokenCondition) return condition;
    const sure = results.get(`${index} sure`);
    if (!sure) return new BrokenCondition('was not decided');
    return verdictOf(condition, sure, results.get(`${index} maybe`) ?? sure, facts);
  });
}

/** Never heard by anybody: results are read from the run. */
const event = { type: 'condition.decided' };

function constants(facts: Facts, roots: ReadonlySet<string>): Record<string, Fact> {
  const constants: Record<string, Fact> = {};
  for (const root of roots) {
    const value = factRoot(facts, root);
    if (value) constants[root] = new Fact(root, value, { cache: false });
  }
  return constants;
}

function isUnknown(leaf: CompiledLeaf, facts: Facts): boolean {
  return missingFrom(leaf, facts).length > 0;
}

/** The facts a leaf needs and does not find: its own and the one its value refers to. */
function missingFrom(leaf: CompiledLeaf, facts: Facts): FactReference[] {
  const needed = isReference(leaf.value) ? [leaf, leaf.value] : [leaf];
  return needed
    .filter((reference) => isAbsent(resolveReference(reference, facts)))
    .map(({ fact, path }) => ({ fact, path }));
}

function verdictOf({ leaves }: Compiled, sure: RuleResult, maybe: RuleResult, facts: Facts): Verdict {
  const outcome = agreed(sure.result, maybe.result);
  const readings = [...readingsOf(sure.conditions, maybe.conditions, outcome === 'unknown')];
  const unknown: FactReference[] = [];
  const trace = leaves.map((leaf, index) => {
    const reading = readings[index];
    if (reading?.matters) unknown.push(...missingFrom(leaf, facts));
    return traceLine(leaf, reading?.outcome ?? 'unknown', facts);
  });
  return { outcome, trace, unknown: distinct(unknown) };
}

/** Where the two readings of a node agree it is decided; see `Compiled`. */
function agreed(sure: unknown, maybe: unknown): Outcome {
  if (sure !== maybe) return 'unknown';
  return sure === true ? 'true' : 'false';
}

type EngineNode = TopLevelConditionResult | Extract<TopLevelConditionResult, { all: unknown }>['all'][number];

/** What the engine made of each leaf, in document order; `matters`: it and every group above it are unknown. */
function* readingsOf(
  sure: EngineNode,
  maybe: EngineNode,
  matters: boolean,
): Generator<{ outcome: Outcome; matters: boolean }> {
  const [left, right] = [nodesBelow(sure), nodesBelow(maybe)];
  for (const [index, a] of left.entries()) {
    const b = right[index] ?? a;
    const outcome = agreed(resultOf(a), resultOf(b));
    const unknown = matters && outcome === 'unknown';
    if (nodesBelow(a).length > 0) yield* readingsOf(a, b, unknown);
    else yield { outcome, matters: unknown };
  }
}

function nodesBelow(node: EngineNode): readonly EngineNode[] {
  if ('all' in node) return node.all;
  if ('any' in node) return node.any;
  return 'not' in node ? [node.not] : [];
}

function resultOf(node: EngineNode): unknown {
  return 'result' in node ? node.result : undefined;
}

function traceLine(leaf: CompiledLeaf, outcome: Outcome, facts: Facts): TraceLine {
  const { name = '', fact, path, operator } = leaf;
  const value = isReference(leaf.value) ? (resolveReference(leaf.value, facts) ?? null) : leaf.value;
  const seen = resolveReference(leaf, facts);
  const line: TraceLine = { name, fact, path, operator, value: cut(value), outcome };
  return isAbsent(seen) ? line : { ...line, seen: cut(seen) };
}

/** Keeps a trace small and free of what was not asked for: objects are only hinted at, long texts and lists are cut. */
function cut(value: Json): Json {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 199)}…` : value;
  if (Array.isArray(value)) return value.length > 20 ? [...value.slice(0, 20).map(cut), '…'] : value.map(cut);
  return typeof value === 'object' && value !== null ? '{…}' : value;
}
