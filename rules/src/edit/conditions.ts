import { isOpen } from '../conditions/compile.ts';
import { type Condition, type Leaf, limits, type Root } from '../conditions/condition.ts';
import { childrenOf, isLeaf, tooBig } from '../conditions/walk.ts';
import type { FactReference } from '../documents/common.ts';
import type { Edited } from './edited.ts';

/** Where a node stands: which child at each level, from the root down. `[]` is the root; the child of a `not` is 0. */
export type Address = readonly number[];

/** What an edit of a condition answers: the condition, and where what was edited stands in it. */
export type EditedCondition = { ok: true; document: Root; at: Address } | { ok: false; reason: string };

const refused = (reason: string): EditedCondition => ({ ok: false, reason });

/** How people read a group. "None of" is a `not` over an `any`, "not all of" a `not` over an `all`. */
export type GroupKind = 'all' | 'any' | 'none' | 'not-all';

/** What an absent fact means to a line: "no", "yes", or that the outcome stays open and the fact's owner is asked. */
export type IfUnknown = 'no' | 'yes' | 'ask';

export type Direction = 'up' | 'down' | 'out' | 'in';

export function nodeAt(root: Root, at: Address): Condition | undefined {
  let node: Condition | undefined = root;
  for (const index of at) node = node && childrenOf(node)[index];
  return node;
}

/** Puts a line below the one at `at`, or at the end of the group there. */
export function addLine(root: Root, at: Address, line: Leaf): EditedCondition {
  return insertBelow(root, at, structuredClone(line));
}

/** Puts a group of one line below the node at `at`, or at the end of the group there. */
export function addGroup(root: Root, at: Address, kind: GroupKind, line: Leaf): EditedCondition {
  return insertBelow(root, at, groupOf(kind, [structuredClone(line)]));
}

/**
 * Puts a whole condition below the node at `at`, or at the end of the group there. Lines of an "all of" go one by one into an
 * "all of", those of an "any of" into an "any of"; into another kind of group they go as a group of their own.
 */
export function addCondition(root: Root, at: Address, condition: Condition): EditedCondition {
  const node = structuredClone(condition);
  const around = groupAround(root, at);
  const fits = around && !isLeaf(node) && !('not' in node) && 'all' in around === 'all' in node;
  if (!fits) return insertBelow(root, at, node);
  let edit: EditedCondition = { ok: true, document: root, at };
  for (const child of childrenOf(node)) if (edit.ok) edit = insertBelow(edit.document, edit.at, child);
  return edit;
}

/** The group that takes what is put below a node. */
function groupAround(root: Root, at: Address): Condition | undefined {
  const list = listBelow(at, nodeAt(root, at));
  if (list) return nodeAt(root, list.at);
  const above = at.length > 0 ? nodeAt(root, at.slice(0, -1)) : undefined;
  return above && 'not' in above ? groupAround(root, at.slice(0, -1)) : above;
}

/** A second one of the same below it; names are not repeated, because a name stands for one node. */
export function duplicate(root: Root, at: Address): EditedCondition {
  const node = nodeAt(root, at);
  if (!node || at.length === 0) return refused('There is nothing here to repeat.');
  return insertAfter(root, at, withoutNames(node));
}

export function remove(root: Root, at: Address): EditedCondition {
  if (!nodeAt(root, at)) return nothingHere;
  const [left] = rewritten(root, at, () => []);
  if (!left || at.length === 0)
    return refused('A condition needs at least one line. Change this one, or add another first.');
  return checked(left, nearest(left, at));
}

/** Takes a node to another group. `index` counts in that group as it is now. */
export function move(root: Root, from: Address, into: Address, index: number): EditedCondition {
  const node = nodeAt(root, from);
  const target = nodeAt(root, into);
  if (!node || from.length === 0 || !target || isLeaf(target) || 'not' in target) return nothingHere;
  if (startsWith(into, from)) return refused('A group cannot be moved into itself.');

  // The marker keeps the place while the node is taken out, which may shift or empty the groups on the way.
  const marker: Leaf = { fact: 'x', path: '$.x', operator: 'isKnown', value: true };
  const [marked] = rewritten(root, into, () => [withChildren(target, inserted(target, index, [marker]))]);
  const [taken] = marked ? rewritten(marked, addressOf(marked, node) ?? [], () => []) : [];
  const place = taken && addressOf(taken, marker);
  const [placed] = taken && place ? rewritten(taken, place, () => [node]) : [];
  return placed && place ? checked(placed, place) : nothingHere;
}

/** Moves a node by one place: past its neighbour, out of its group at the group's edge, or into the group beside it. */
export function moveBy(root: Root, at: Address, direction: Direction): EditedCondition {
  const parent = at.slice(0, -1);
  const index = at.at(-1);
  const group = nodeAt(root, parent);
  if (index === undefined || !group) return refused('The whole condition cannot be moved.');
  if ('not' in group) return moveBy(root, parent, direction);
  const count = childrenOf(group).length;

  if (direction === 'in') return moveIn(root, at, group, index);
  if (direction === 'up' && index > 0) return move(root, at, parent, index - 1);
  if (direction === 'down' && index < count - 1) return move(root, at, parent, index + 2);
  return moveOut(root, at, direction === 'up' ? 0 : 1);
}

function moveIn(root: Root, at: Address, group: Condition, index: number): EditedCondition {
  for (const beside of [index - 1, index + 1]) {
    const found = listBelow([...at.slice(0, -1), beside], childrenOf(group)[beside]);
    if (found) return move(root, at, found.at, beside < index ? found.count : 0);
  }
  return refused('There is no group beside it to move it into.');
}

/** The list that a group card shows: the group itself, or the one that a `not` stands over. */
function listBelow(at: Address, node: Condition | undefined): { at: Address; count: number } | undefined {
  if (!node || isLeaf(node)) return undefined;
  if (!('not' in node)) return { at, count: childrenOf(node).length };
  return listBelow([...at, 0], node.not);
}

function moveOut(root: Root, at: Address, offset: number): EditedCondition {
  for (let below = at.slice(0, -1); below.length > 0; below = below.slice(0, -1)) {
    const outer = nodeAt(root, below.slice(0, -1));
    if (outer && !('not' in outer)) return move(root, at, below.slice(0, -1), (below.at(-1) ?? 0) + offset);
  }
  return refused(
    offset === 0 ? 'It is the first line already.' : 'It stands in the outermost group already.',
  );
}

/** Puts a node into a group of its own. Wrapping the whole condition makes it the one entry of a new outermost group. */
export function wrap(root: Root, at: Address, kind: GroupKind): EditedCondition {
  const node = nodeAt(root, at);
  if (!node) return nothingHere;
  if (at.length === 0) return checked({ all: [groupOfGroup(kind, root)] }, [0]);
  const [wrapped] = rewritten(root, at, () => [groupOf(kind, [node])]);
  return wrapped ? checked(wrapped, at) : nothingHere;
}

const groupOfGroup = (kind: GroupKind, root: Root): Condition =>
  kind === 'none' || kind === 'not-all' ? { not: root } : groupOf(kind, [root]);

/** Dissolves a group: what it holds stands in its place. A `not` above it goes too. */
export function unwrap(root: Root, at: Address): EditedCondition {
  const node = nodeAt(root, at);
  const inner = node && 'not' in node ? node.not : node;
  if (!node || !inner || isLeaf(inner)) return refused('Only groups can be dissolved.');
  if (at.length > 0) {
    const [left] = rewritten(root, at, () => childrenOf(inner));
    return left ? checked(left, at) : nothingHere;
  }
  const [only, ...others] = childrenOf(node);
  if (!only || others.length > 0 || isLeaf(only) || 'not' in only)
    return refused('The outermost group stays; it can only give way to a single group inside it.');
  return checked(only, []);
}

/** Makes a group another kind. The outermost group is "all of" or "any of", so its negation moves one level down. */
export function setGroup(root: Root, at: Address, kind: GroupKind): EditedCondition {
  const node = nodeAt(root, at);
  const inner = node && 'not' in node ? node.not : node;
  if (!node || !inner || isLeaf(inner) || 'not' in inner) return refused('Only groups have a kind.');
  const changed = groupOf(kind, childrenOf(inner), 'not' in node ? {} : nameOf(node), nameOf(inner));
  if (at.length === 0 && 'not' in changed) return checked({ all: [changed] }, [0]);
  const [left] = rewritten(root, at, () => [changed]);
  return left ? checked(left, at) : nothingHere;
}

/** Turns a node into its opposite, or back. */
export function negate(root: Root, at: Address): EditedCondition {
  const node = nodeAt(root, at);
  if (!node) return nothingHere;
  if (at.length === 0) return negateRoot(root);
  const [left] = rewritten(root, at, () => ['not' in node ? node.not : { not: node }]);
  return left ? checked(left, at) : nothingHere;
}

function negateRoot(root: Root): EditedCondition {
  const [only, ...others] = childrenOf(root);
  if (only && others.length === 0 && 'not' in only && ('all' in only.not || 'any' in only.not))
    return checked(only.not, []);
  return checked({ all: [{ not: root }] }, [0]);
}

/** Asks about another fact. `fitting` says operator and value for facts of another type. */
export function changeFact(
  root: Root,
  at: Address,
  { fact, path }: FactReference,
  fitting: Partial<Pick<Leaf, 'operator' | 'value'>> = {},
): EditedCondition {
  return changeLeaf(root, at, (leaf) => ({ ...leaf, fact, path, ...fitting }));
}

/** Compares in another way; what an absent fact means stays, where the operator leaves it open at all. */
export function changeOperator(
  root: Root,
  at: Address,
  operator: string,
  value?: Leaf['value'],
): EditedCondition {
  return changeLeaf(root, at, (leaf) => ({
    ...leaf,
    operator: withIfUnknown(operator, ifUnknownOf(leaf.operator) ?? 'ask'),
    ...(value === undefined ? {} : { value }),
  }));
}

export function changeValue(root: Root, at: Address, value: Leaf['value']): EditedCondition {
  return changeLeaf(root, at, (leaf) => ({ ...leaf, value }));
}

export function changeIfUnknown(root: Root, at: Address, meaning: IfUnknown): EditedCondition {
  const leaf = nodeAt(root, at);
  if (leaf && isLeaf(leaf) && ifUnknownOf(leaf.operator) === undefined)
    return refused('The line asks whether the fact is known, so it is never unknown itself.');
  return changeLeaf(root, at, (line) => ({ ...line, operator: withIfUnknown(line.operator, meaning) }));
}

/** Asks something else where a line stands: all that it asks is replaced, its place and name stay. */
export function changeLine(root: Root, at: Address, { fact, path, operator, value }: Leaf): EditedCondition {
  return changeLeaf(root, at, (leaf) => ({ ...leaf, fact, path, operator, value }));
}

/** What an operator makes of an absent fact; `undefined` where absence is the very question. */
export function ifUnknownOf(operator: string): IfUnknown | undefined {
  if (operator.startsWith('known:')) return 'no';
  if (operator.startsWith('orUnknown:')) return 'yes';
  return isOpen(operator) ? 'ask' : undefined;
}

/** The operator without its word on absence. */
export const bareOperator = (operator: string): string => operator.replace(/^(known|orUnknown):/, '');

export function withIfUnknown(operator: string, meaning: IfUnknown): string {
  const bare = bareOperator(operator);
  if (!isOpen(bare)) return bare;
  return meaning === 'ask' ? bare : `${meaning === 'no' ? 'known' : 'orUnknown'}:${bare}`;
}

function changeLeaf(root: Root, at: Address, change: (leaf: Leaf) => Leaf): EditedCondition {
  const node = nodeAt(root, at);
  if (!node || !isLeaf(node)) return refused('There is no line here.');
  const [left] = rewritten(root, at, () => [change(node)]);
  return left ? checked(left, at) : nothingHere;
}

function insertBelow(root: Root, at: Address, node: Condition): EditedCondition {
  const present = nodeAt(root, at);
  const list = present && listBelow(at, present);
  if (!present) return nothingHere;
  return list ? insertInto(root, list.at, list.count, node) : insertAfter(root, at, node);
}

/** Behind a node in the nearest list around it: a `not` has room for one only. */
function insertAfter(root: Root, at: Address, node: Condition): EditedCondition {
  const parent = at.slice(0, -1);
  const around = nodeAt(root, parent);
  if (!around || at.length === 0) return nothingHere;
  return 'not' in around
    ? insertAfter(root, parent, node)
    : insertInto(root, parent, (at.at(-1) ?? 0) + 1, node);
}

function insertInto(root: Root, into: Address, index: number, node: Condition): EditedCondition {
  const [left] = rewritten(root, into, (group) => [withChildren(group, inserted(group, index, [node]))]);
  return left ? checked(left, [...into, index]) : nothingHere;
}

function groupOf(
  kind: GroupKind,
  children: readonly Condition[],
  outer: { name?: string } = {},
  inner: { name?: string } = outer,
): Condition {
  if (kind === 'all') return { ...inner, all: [...children] };
  if (kind === 'any') return { ...inner, any: [...children] };
  const below = kind === 'none' ? { any: [...children] } : { all: [...children] };
  return { not: { ...inner, ...below } };
}

const nameOf = (node: Condition): { name?: string } => (node.name === undefined ? {} : { name: node.name });

/** The tree with the node at `at` replaced by none, one or several; groups that are left empty go with it. */
function rewritten(
  node: Condition,
  at: Address,
  put: (node: Condition) => readonly Condition[],
): readonly Condition[] {
  const [index, ...rest] = at;
  if (index === undefined) return put(node);
  const children = childrenOf(node).flatMap((child, place) =>
    place === index ? rewritten(child, rest, put) : [child],
  );
  return children.length === 0 ? [] : [withChildren(node, children)];
}

function withChildren(node: Condition, children: readonly Condition[]): Condition {
  if ('all' in node) return { ...node, all: [...children] };
  if ('any' in node) return { ...node, any: [...children] };
  if (!('not' in node)) return node;
  const [only, ...others] = children;
  return { ...node, not: only && others.length === 0 ? only : { all: [...children] } };
}

const inserted = (group: Condition, index: number, nodes: readonly Condition[]): Condition[] =>
  childrenOf(group).toSpliced(index, 0, ...nodes);

/** Found by identity: an edit leaves every node as it is that it has nothing to do with. */
function addressOf(root: Condition, wanted: Condition): Address | undefined {
  if (root === wanted) return [];
  for (const [index, child] of childrenOf(root).entries()) {
    const below = addressOf(child, wanted);
    if (below) return [index, ...below];
  }
  return undefined;
}

/** What stands where something was removed: the next entry, else the one before, else the group. */
function nearest(root: Condition, at: Address): Address {
  const found: number[] = [];
  let node = root;
  for (const index of at) {
    const children = childrenOf(node);
    const place = Math.min(index, children.length - 1);
    const next = children[place];
    if (!next) break;
    found.push(place);
    node = next;
    if (place !== index) break;
  }
  return found;
}

const startsWith = (at: Address, start: Address): boolean =>
  start.every((index, place) => at[place] === index);

function withoutNames(node: Condition): Condition {
  const { name: _, ...rest } = node;
  if ('all' in rest) return { all: rest.all.map(withoutNames) };
  if ('any' in rest) return { any: rest.any.map(withoutNames) };
  if ('not' in rest) return { not: withoutNames(rest.not) };
  return structuredClone(rest);
}

const nothingHere = refused('There is nothing here any more.');

/** Lets nothing pass that could not be read again: an outermost group, within the limits of the format. */
function checked(root: Condition, at: Address): EditedCondition {
  if (!('all' in root || 'any' in root)) return refused('The outermost entry must be a group.');
  const size = tooBig(root);
  if (size === 'depth') return refused(`Groups nest ${limits.depth} levels deep at most.`);
  if (size === 'nodes') return refused(`A condition holds ${limits.nodes} lines and groups at most.`);
  if (hasLongGroup(root)) return refused(`A group holds ${limits.children} entries at most.`);
  return { ok: true, document: root, at };
}

const hasLongGroup = (node: Condition): boolean =>
  childrenOf(node).length > limits.children || childrenOf(node).some(hasLongGroup);

/** Lets an edit of a condition stand for the edit of the document that holds it. */
export function withCondition<D>(edit: EditedCondition, put: (root: Root) => D): Edited<D> {
  return edit.ok ? { ok: true, document: put(edit.document) } : edit;
}
