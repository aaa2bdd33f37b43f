import type { Problem } from '@baton/rules/check/problems.ts';
import type { Condition, Leaf, Root } from '@baton/rules/conditions/condition.ts';
import type { Outcome, TraceLine } from '@baton/rules/conditions/evaluate.ts';
import { childrenOf, isLeaf, nameNodes } from '@baton/rules/conditions/walk.ts';
import type { Address, GroupKind } from '@baton/rules/edit/conditions.ts';

/**
 * A condition as it is drawn. A `not` is not drawn by itself: over a group it makes the card "none of" or "not all of",
 * over a line it makes the line a negated one. `at` is the outer node, which moves and is removed; `inner` is the group or
 * line that is edited.
 */
export type TreeNode = TreeGroup | TreeLine;
export type TreeGroup = {
  kind: 'group';
  at: Address;
  inner: Address;
  names: readonly string[];
  group: GroupKind;
  children: readonly TreeNode[];
};
export type TreeLine = {
  kind: 'line';
  at: Address;
  inner: Address;
  names: readonly string[];
  leaf: Leaf;
  negated: boolean;
};

/** `names` are those of the trace and of the reach, the outer node's first. */
export function treeOf(root: Root): TreeGroup {
  const named = nameNodes(root);
  const tree = nodeFrom(root, named, [], []);
  return tree.kind === 'group'
    ? tree
    : { kind: 'group', at: [], inner: [], names: [], group: 'all', children: [tree] };
}

/** A condition as one that can stand by itself. */
export const asRoot = (condition: Condition): Root =>
  'all' in condition || 'any' in condition ? condition : { all: [condition] };

function nodeFrom(
  node: Condition,
  named: Condition,
  at: Address,
  above: readonly string[],
  outer = at,
): TreeNode {
  const names = [...above, ...(named.name === undefined ? [] : [named.name])];
  const negated = outer !== at;
  if (isLeaf(node)) return { kind: 'line', at: outer, inner: at, names, leaf: node, negated };
  if ('not' in node && !negated && !('not' in node.not)) {
    const below = childrenOf(named)[0] ?? node.not;
    return nodeFrom(node.not, below, [...at, 0], names, at);
  }
  const group: GroupKind = 'not' in node ? 'not-all' : kindOf('all' in node, negated);
  const namedChildren = childrenOf(named);
  const children = childrenOf(node).map((child, index) =>
    nodeFrom(child, namedChildren[index] ?? child, [...at, index], []),
  );
  return { kind: 'group', at: outer, inner: at, names, group, children };
}

function kindOf(isAll: boolean, negated: boolean): GroupKind {
  if (negated) return isAll ? 'not-all' : 'none';
  return isAll ? 'all' : 'any';
}

/** Every node in the order in which it is read, which is the order of the arrow keys. */
export function* nodesOf(node: TreeNode): Generator<TreeNode> {
  yield node;
  if (node.kind === 'group') for (const child of node.children) yield* nodesOf(child);
}

export const addressKey = (at: Address): string => at.join('.') || 'root';

export type Tried = { outcome: Outcome; line?: TraceLine };

/** What a decision made of every drawn node: lines from the trace, groups from what they hold. */
export function triedTree(tree: TreeNode, trace: readonly TraceLine[]): Map<string, Tried> {
  const lines = new Map(trace.map((line) => [line.name, line]));
  const tried = new Map<string, Tried>();
  const decide = (node: TreeNode): Outcome => {
    const found = decideNode(node);
    tried.set(addressKey(node.at), found);
    return found.outcome;
  };
  const decideNode = (node: TreeNode): Tried => {
    if (node.kind === 'line') {
      const line = node.names.map((name) => lines.get(name)).find((found) => found !== undefined);
      const outcome = line?.outcome ?? 'unknown';
      return { outcome: node.negated ? opposite[outcome] : outcome, ...(line ? { line } : {}) };
    }
    const outcomes = node.children.map(decide);
    const isAll = node.group === 'all' || node.group === 'not-all';
    const joined = join(outcomes, isAll ? 'false' : 'true');
    return { outcome: node.group === 'none' || node.group === 'not-all' ? opposite[joined] : joined };
  };
  decide(tree);
  return tried;
}

const opposite = { true: 'false', false: 'true', unknown: 'unknown' } as const;

function join(outcomes: readonly Outcome[], settles: 'true' | 'false'): Outcome {
  if (outcomes.includes(settles)) return settles;
  return outcomes.includes('unknown') ? 'unknown' : opposite[settles];
}

export const groupWords: Readonly<Record<GroupKind, string>> = {
  all: 'All of',
  any: 'Any of',
  none: 'None of',
  'not-all': 'Not all of',
};

/** Problems name the way into the document (`all.0.any.1.value`), lines the way into the tree (0, 1). */
export function problemsByLine(problems: readonly Problem[]) {
  return (at: Address, root: Root): readonly Problem[] => {
    const path = pathOf(root, at);
    return problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`));
  };
}

function pathOf(root: Root, at: Address): string {
  const parts: (string | number)[] = [];
  let node: Condition | undefined = root;
  for (const index of at) {
    if (!node || isLeaf(node)) break;
    if ('not' in node) {
      parts.push('not');
      node = node.not;
    } else {
      parts.push('all' in node ? 'all' : 'any', index);
      node = ('all' in node ? node.all : node.any)[index];
    }
  }
  return parts.join('.');
}
