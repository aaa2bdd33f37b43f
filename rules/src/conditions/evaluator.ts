import type { FactReference } from '../documents/common.ts';
import type { Json } from '../json.ts';
import { BrokenCondition, compile, compileWithoutClock, isOpen } from './compile.ts';
import { type Condition, isReference, type Leaf, type Root } from './condition.ts';
import type { EvaluateAll, Outcome } from './evaluate.ts';
import { parseInstant } from './instant.ts';
import { testOf } from './operators.ts';
import { distinct, type Facts, factRoot, follow, isAbsent, namesIn } from './path.ts';
import { childrenOf, isLeaf } from './walk.ts';

/**
 * One condition as functions of the facts, for whoever looks at many contacts and keeps no trace: the outcome and the
 * unknown facts that `evaluate` would give, at once and without json-rules-engine. That engine stays the authority;
 * `prove:evaluator` holds the two equal.
 */
export type Evaluator = {
  outcomeOf: (facts: Facts) => Outcome;
  /** Facts whose absence made the outcome unknown; none where it is decided. */
  unknownIn: (facts: Facts) => FactReference[];
};

const cache = new WeakMap<object, Evaluator>();

/** Prepares once per document object; documents are never changed in place. Throws `BrokenCondition`. */
export function evaluatorOf(root: Root): Evaluator {
  let evaluator = cache.get(root);
  if (!evaluator) {
    evaluator = evaluatorAfresh(root);
    cache.set(root, evaluator);
  }
  return evaluator;
}

/** `evaluateAll` by evaluators: the same verdicts, without a trace. */
export const evaluateAllUntraced: EvaluateAll = async (roots, facts) =>
  roots.map((root) => {
    const evaluator = evaluatorOrBroken(root);
    if (evaluator instanceof BrokenCondition) return evaluator;
    const outcome = evaluator.outcomeOf(facts);
    return { outcome, trace: [], unknown: outcome === 'unknown' ? evaluator.unknownIn(facts) : [] };
  });

function evaluatorOrBroken(root: Root): Evaluator | BrokenCondition {
  try {
    return evaluatorOf(root);
  } catch (error) {
    if (error instanceof BrokenCondition) return error;
    throw error;
  }
}

/** Kleene's three values in their order, so that `all` is the lowest and `any` the highest of its children. */
type Level = 0 | 1 | 2;
const [no, open, yes] = [0, 1, 2] as const;
const outcomes = ['false', 'unknown', 'true'] as const;

type Node = {
  decide: (facts: Facts, now: number | undefined) => Level;
  /** Adds what a node that is unknown misses. */
  miss: (facts: Facts, now: number | undefined, missing: FactReference[]) => void;
};

function evaluatorAfresh(root: Root): Evaluator {
  const [compiled, withoutClock] = [compile(root), compileWithoutClock(root)];
  const node = nodeOf(compiled.root);
  if (withoutClock === compiled) return evaluatorFrom(() => node, noClock);

  const timeless = nodeOf(withoutClock.root);
  return evaluatorFrom((now) => (now === undefined ? timeless : node), clockOf);
}

function evaluatorFrom(
  nodeAt: (now: number | undefined) => Node,
  nowIn: (facts: Facts) => number | undefined,
): Evaluator {
  return {
    outcomeOf: (facts) => {
      const now = nowIn(facts);
      return outcomes[nodeAt(now).decide(facts, now)];
    },
    unknownIn: (facts) => {
      const now = nowIn(facts);
      const missing: FactReference[] = [];
      missUnknown(nodeAt(now), facts, now, missing);
      return distinct(missing);
    },
  };
}

const noClock = (): undefined => undefined;

const readClock = readerOf({ fact: 'clock', path: '$.now' });
let clock: { text: unknown; now: number | undefined } = { text: undefined, now: undefined };

/** Many conditions ask the same clock one after the other, so the last text that was read is kept. */
function clockOf(facts: Facts): number | undefined {
  const text = readClock(facts);
  if (text !== clock.text) clock = { text, now: parseInstant(text) };
  return clock.now;
}

function nodeOf(condition: Condition): Node {
  if (isLeaf(condition)) return leafNode(condition);
  const children = childrenOf(condition).map(nodeOf);
  const miss: Node['miss'] = (facts, now, missing) => {
    for (const child of children) missUnknown(child, facts, now, missing);
  };
  if ('not' in condition) return { decide: negated(children), miss };
  return { decide: 'all' in condition ? lowest(children) : highest(children), miss };
}

/** A node that is decided misses nothing, whatever is absent below it. */
function missUnknown(node: Node, facts: Facts, now: number | undefined, missing: FactReference[]): void {
  if (node.decide(facts, now) === open) node.miss(facts, now, missing);
}

function lowest(children: readonly Node[]): Node['decide'] {
  return (facts, now) => {
    let level: Level = yes;
    for (const { decide } of children) {
      const below = decide(facts, now);
      if (below === no) return no;
      if (below < level) level = below;
    }
    return level;
  };
}

function highest(children: readonly Node[]): Node['decide'] {
  return (facts, now) => {
    let level: Level = no;
    for (const { decide } of children) {
      const below = decide(facts, now);
      if (below === yes) return yes;
      if (below > level) level = below;
    }
    return level;
  };
}

function negated([child]: readonly Node[]): Node['decide'] {
  return (facts, now) => {
    const level = child?.decide(facts, now);
    return level === yes ? no : level === no ? yes : open;
  };
}

function leafNode(leaf: Leaf): Node {
  const { operator, value } = leaf;
  const test = testOf(operator, isReference(value) ? undefined : value);
  const read = readerOf(leaf);
  const other = isReference(value) ? readerOf(value) : () => value;
  const undecided = isOpen(operator);
  return {
    decide: (facts, now) => {
      const seen = read(facts);
      const wanted = other(facts);
      if (undecided && (isAbsent(seen) || isAbsent(wanted))) return open;
      return test(seen, wanted, now) ? yes : no;
    },
    miss: (facts, _now, missing) => {
      if (isAbsent(read(facts))) missing.push({ fact: leaf.fact, path: leaf.path });
      if (isReference(value) && isAbsent(other(facts))) missing.push({ fact: value.fact, path: value.path });
    },
  };
}

function readerOf({ fact, path }: FactReference): (facts: Facts) => Json | undefined {
  const names = namesIn(path);
  return names ? (facts) => follow(factRoot(facts, fact), names) : () => undefined;
}
