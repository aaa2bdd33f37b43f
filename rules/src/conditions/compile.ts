import type { TopLevelCondition } from 'json-rules-engine';
import { type Leaf, limits, Root } from './condition.ts';
import { leavesOf, mapRoot, nameNodes, tooBig } from './walk.ts';

/** A condition that cannot be decided as written. The document that holds it is set aside; others still decide. */
export class BrokenCondition extends Error {
  override name = 'BrokenCondition';
}

/**
 * A condition as json-rules-engine gets it, twice. Leaves that leave the meaning of absence open become false in
 * `sure` and true in `maybe` (the other way round below `not`): where the two agree the outcome is decided, where
 * they differ it is unknown.
 */
export type Compiled = {
  /** The condition itself, checked, every node named. */
  root: Root;
  sure: TopLevelCondition;
  maybe: TopLevelCondition;
  /** In document order, which is also the order of the leaves in the engine's result. */
  leaves: readonly CompiledLeaf[];
};

/** `open`: an absent fact or reference makes this leaf unknown. */
export type CompiledLeaf = Leaf & { open: boolean };

const cache = new WeakMap<object, Compiled | BrokenCondition>();

/** Compiles once per document object; documents are never changed in place. Throws `BrokenCondition`. */
export function compile(root: Root): Compiled {
  // A document that never met its schema may hold anything here, and a weak map takes objects only.
  if (typeof root !== 'object' || root === null) throw unfit();
  let entry = cache.get(root);
  if (!entry) {
    entry = compileAfresh(root);
    cache.set(root, entry);
  }
  if (entry instanceof BrokenCondition) throw entry;
  return entry;
}

/**
 * The same condition for a decision without a clock: leaves that count back from now ask for `clock.$.now` instead,
 * so that they are unknown, or what their decorator says, like any leaf whose fact is absent.
 */
export function compileWithoutClock(root: Root): Compiled {
  if (!compile(root).leaves.some(readsClock)) return compile(root);

  const entry = compileAfresh(
    mapRoot(root, (leaf) => (readsClock(leaf) ? { ...leaf, fact: 'clock', path: '$.now' } : leaf)),
  );
  if (entry instanceof BrokenCondition) throw entry;
  return entry;
}

function compileAfresh(root: Root): Compiled | BrokenCondition {
  const size = tooBig(root);
  if (size === 'depth') return new BrokenCondition(`nests deeper than ${limits.depth} levels; split it`);
  if (size === 'nodes') return new BrokenCondition(`holds more than ${limits.nodes} nodes; split it`);
  const parsed = Root.safeParse(root);
  if (!parsed.success) return unfit();

  const named = nameNodes(parsed.data);
  return {
    root: named,
    sure: mapRoot(named, (leaf, negated) => settle(leaf, negated ? 'orUnknown' : 'known')),
    maybe: mapRoot(named, (leaf, negated) => settle(leaf, negated ? 'known' : 'orUnknown')),
    leaves: [...leavesOf(named, '')].map(({ leaf }) => ({ ...leaf, open: isOpen(leaf.operator) })),
  };
}

function unfit(): BrokenCondition {
  return new BrokenCondition('does not fit the condition format; open and save its document to see where');
}

function settle(leaf: Leaf, meaning: 'known' | 'orUnknown'): Leaf {
  return isOpen(leaf.operator) ? { ...leaf, operator: `${meaning}:${leaf.operator}` } : leaf;
}

/** Whether absence is left open: neither decorated, nor the question itself. */
export function isOpen(operator: string): boolean {
  return !/^(known:|orUnknown:|(not:)*isKnown$)/.test(operator);
}

function readsClock(leaf: Leaf): boolean {
  return leaf.operator.endsWith('withinLast');
}
