import type { Condition, Leaf, Root } from './condition.ts';
import { limits } from './condition.ts';

/** The nodes below a node, in document order; a leaf has none. */
export function childrenOf(node: Condition): readonly Condition[] {
  if ('all' in node) return node.all;
  if ('any' in node) return node.any;
  return 'not' in node ? [node.not] : [];
}

export function isLeaf(node: Condition): node is Leaf {
  return 'fact' in node;
}

/** Every leaf with its path below `at`, in document order: what checks and the editor point at. */
export function* leavesOf(node: Condition, at: string): Generator<{ leaf: Leaf; at: string }> {
  if (isLeaf(node)) {
    yield { leaf: node, at };
    return;
  }
  const key = 'all' in node ? 'all' : 'any' in node ? 'any' : 'not';
  for (const [index, child] of childrenOf(node).entries())
    yield* leavesOf(child, key === 'not' ? `${at}.not` : `${at}.${key}.${index}`);
}

/**
 * A copy in which every node has a name: unnamed ones get n1, n2, … by their place in pre-order, stepping over names
 * that the document itself uses. Every trace and the editor use these same names.
 */
export function nameNodes(root: Root): Root {
  const taken = new Set<string>();
  collectNames(root, taken);

  let next = 0;
  const free = () => {
    do next += 1;
    while (taken.has(`n${next}`));
    return `n${next}`;
  };
  const copy = (node: Condition): Condition => {
    const name = node.name ?? free();
    if ('all' in node) return { name, all: node.all.map(copy) };
    if ('any' in node) return { name, any: node.any.map(copy) };
    if ('not' in node) return { name, not: copy(node.not) };
    return { ...node, name };
  };
  const name = root.name ?? free();
  return 'all' in root ? { name, all: root.all.map(copy) } : { name, any: root.any.map(copy) };
}

/** A copy with other leaves; `negated` tells a leaf that an odd number of `not` stands above it. */
export function mapRoot(root: Root, change: (leaf: Leaf, negated: boolean) => Leaf): Root {
  const map = (node: Condition, negated: boolean): Condition => {
    if ('all' in node) return { ...node, all: node.all.map((child) => map(child, negated)) };
    if ('any' in node) return { ...node, any: node.any.map((child) => map(child, negated)) };
    if ('not' in node) return { ...node, not: map(node.not, !negated) };
    return change(node, negated);
  };
  return 'all' in root
    ? { ...root, all: root.all.map((child) => map(child, false)) }
    : { ...root, any: root.any.map((child) => map(child, false)) };
}

function collectNames(node: Condition, names: Set<string>): void {
  if (node.name !== undefined) names.add(node.name);
  for (const child of childrenOf(node)) collectNames(child, names);
}

/**
 * Says in what way a condition is too big, before anything recurses into it. It takes any value, also one that is no
 * condition or that contains itself, and stops at the limits.
 */
export function tooBig(root: unknown): 'depth' | 'nodes' | undefined {
  let nodes = 0;
  for (const { depth } of nodesIn(root)) {
    nodes += 1;
    if (depth > limits.depth) return 'depth';
    if (nodes > limits.nodes) return 'nodes';
  }
  return undefined;
}

/** The first name that two nodes share; for conditions that are not too big. */
export function duplicateName(root: unknown): string | undefined {
  const names = new Set<string>();
  for (const { node } of nodesIn(root)) {
    const name: unknown = Reflect.get(node, 'name');
    if (typeof name !== 'string') continue;
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}

const groupKeys = ['all', 'any', 'not'] as const;

/** Every object that stands where a node stands, whatever it is, without recursion. */
function* nodesIn(root: unknown): Generator<{ node: object; depth: number }> {
  const open: { node: object; depth: number }[] = [];
  const add = (node: unknown, depth: number) => {
    if (typeof node === 'object' && node !== null) open.push({ node, depth });
  };
  add(root, 1);
  for (let entry = open.pop(); entry; entry = open.pop()) {
    yield entry;
    for (const key of groupKeys) {
      const below: unknown = Reflect.get(entry.node, key);
      if (Array.isArray(below)) for (const child of below) add(child, entry.depth + 1);
      else add(below, entry.depth + 1);
    }
  }
}
