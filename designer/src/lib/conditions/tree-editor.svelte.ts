import type { Problem } from '@baton/rules/check/problems.ts';
import type { Condition, Leaf, Root } from '@baton/rules/conditions/condition.ts';
import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import * as edit from '@baton/rules/edit/conditions.ts';
import { getContext, setContext, tick } from 'svelte';
import { type FactInScope, type FactScope, labelOf } from './facts-in-scope.ts';
import { fittingFor, type OperatorChoice, sayLine, valueFor } from './line-choices.ts';
import type { Reach } from './reach.svelte.ts';
import {
  addressKey,
  nodesOf,
  problemsByLine,
  type TreeLine,
  type TreeNode,
  type Tried,
  treeOf,
  triedTree,
} from './tree.ts';

/** What a tree is given by the page that shows it. */
export type TreeSource = {
  condition: Root;
  scope: FactScope;
  /** Makes an edit of the document; answers why it cannot be made. */
  change: (label: string, edit: (root: Root) => edit.EditedCondition) => string | undefined;
  /** Why nothing can be changed; empty where it can. */
  readOnlyReason: string;
  /** Problems below this condition, their paths without what leads to it. */
  problems: readonly Problem[];
  reach?: Reach | undefined;
  trace?: readonly TraceLine[] | undefined;
};

export type TreeEditor = ReturnType<typeof createTreeEditor>;
const key = Symbol('tree');
export const getTreeEditor = (): TreeEditor => getContext(key);

/** What is drawn of a condition, where the keyboard is in it, and every edit that a key or button makes. */
export function createTreeEditor(source: () => TreeSource) {
  let place: HTMLElement | undefined;
  let current = $state('root');
  let composing = $state.raw<edit.Address>();
  let refusal = $state('');

  const tree = $derived(treeOf(source().condition));
  const nodes = $derived([...nodesOf(tree)]);
  const tried = $derived.by(() => {
    const { trace } = source();
    return trace ? triedTree(tree, trace) : undefined;
  });
  const problems = $derived(problemsByLine(source().problems));
  const isReadOnly = $derived(source().readOnlyReason !== '');
  /** Where something was removed or undone, the keyboard is at the root. */
  const reachable = $derived(nodes.some(({ at }) => addressKey(at) === current) ? current : 'root');

  async function focus(at: edit.Address, field?: string): Promise<void> {
    current = addressKey(at);
    await tick();
    const row = place?.querySelector(`[data-node="${current}"]`);
    const found = field ? row?.querySelector(`[data-field="${field}"]`) : undefined;
    const target = found ?? row;
    if (target instanceof HTMLElement) target.focus();
  }

  /** `field`: which part of the line the keyboard goes on in; by itself an edit keeps the focus where it is. */
  function make(label: string, made: (root: Root) => edit.EditedCondition, field?: string | null): boolean {
    let at: edit.Address | undefined;
    const reason = source().change(label, (root) => {
      const edited = made(root);
      if (edited.ok) at = edited.at;
      return edited;
    });
    refusal = reason ?? '';
    if (reason === undefined && at && field !== undefined) void focus(drawn(at), field ?? undefined);
    return reason === undefined;
  }

  /** The drawn node that an edited one is part of: a `not` and what it stands over are one. */
  function drawn(at: edit.Address): edit.Address {
    const same = (a: edit.Address) => addressKey(a) === addressKey(at);
    return nodes.find((node) => same(node.at) || same(node.inner))?.at ?? at;
  }

  const labelOfLine = (leaf: Leaf) => labelOf(leaf, source().scope);
  const say = (node: TreeNode): string =>
    node.kind === 'line' ? sayLine(labelOfLine(node.leaf), node.leaf) : 'the group';

  function remove(node: TreeNode): void {
    make(`Remove ${say(node)}`, (root) => edit.remove(root, node.at), null);
  }

  function moveBy(node: TreeNode, way: edit.Direction): void {
    make(`Move ${say(node)}`, (root) => edit.moveBy(root, node.at, way), null);
  }

  function nodeOf(target: EventTarget | null): TreeNode | undefined {
    const row = target instanceof Element ? target.closest('[data-node]') : null;
    return nodes.find(({ at }) => addressKey(at) === row?.getAttribute('data-node'));
  }

  function step(node: TreeNode, by: number): void {
    const next = nodes[nodes.indexOf(node) + by];
    if (next) void focus(next.at);
  }

  function onkeydown(event: KeyboardEvent): void {
    const node = nodeOf(event.target);
    if (!node || event.defaultPrevented) return;
    const isRow = event.target instanceof Element && event.target.matches('[data-node]');
    if (!act(event, node, isRow)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  function act(event: KeyboardEvent, node: TreeNode, isRow: boolean): boolean {
    const way = ways[event.key];
    if (event.altKey && way) {
      if (!isReadOnly) moveBy(node, way);
      return true;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'g') {
      if (!isReadOnly) make(`Group ${say(node)}`, (root) => edit.wrap(root, node.at, 'any'), null);
      return true;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'Enter' && (isRow || isTextField(event.target))) {
      if (!isReadOnly) composing = node.at;
      return true;
    }
    return isRow && actOnRow(event.key, node);
  }

  function actOnRow(key: string, node: TreeNode): boolean {
    if (key === 'ArrowDown') step(node, 1);
    else if (key === 'ArrowUp') step(node, -1);
    else if (key === 'Home') void focus([]);
    else if (key === 'End') step(node, nodes.length - 1 - nodes.indexOf(node));
    else if (key === 'ArrowLeft') void focus(drawn(node.at.slice(0, -1)));
    else if (key === 'ArrowRight') step(node, 1);
    else if (key === 'Delete' || key === 'Backspace') {
      if (!isReadOnly) remove(node);
    } else return false;
    return true;
  }

  const editor = {
    get tree() {
      return tree;
    },
    get scope() {
      return source().scope;
    },
    get reach() {
      return source().reach;
    },
    get readOnlyReason() {
      return source().readOnlyReason;
    },
    get isReadOnly() {
      return isReadOnly;
    },
    /** Why the last edit was not made. */
    get refusal() {
      return refusal;
    },
    get current() {
      return reachable;
    },
    /** Below which node a line is being added. */
    get composing() {
      return composing;
    },
    triedAt: (at: edit.Address): Tried | undefined => tried?.get(addressKey(at)),
    problemsAt: (line: TreeLine): readonly Problem[] => problems(line.inner, source().condition),
    onkeydown,
    /** Takes the element in which rows are looked for. */
    attach: (element: HTMLElement) => {
      place = element;
    },
    seen(at: edit.Address) {
      current = addressKey(at);
    },
    compose(at: edit.Address) {
      refusal = '';
      composing = at;
    },
    cancel() {
      const at = composing;
      composing = undefined;
      if (at) void focus(at);
    },
    add(at: edit.Address, line: Leaf) {
      composing = undefined;
      make(`Add ${labelOfLine(line)}`, (root) => edit.addLine(root, at, line), 'operator');
    },
    /** A typed condition: its lines one after the other where they suit the group, else as a group of their own. */
    addTyped(at: edit.Address, condition: Condition) {
      composing = undefined;
      make('Add what was typed', (root) => edit.addCondition(root, at, condition), null);
    },
    addGroup(at: edit.Address, line: Leaf) {
      make('Add a group', (root) => edit.addGroup(root, at, 'any', line), null);
    },
    changeFact(line: TreeLine, fact: FactInScope) {
      make(
        `Ask about ${fact.label}`,
        (root) => edit.changeFact(root, line.inner, fact, fittingFor(fact, line.leaf)),
        'operator',
      );
    },
    changeOperator(line: TreeLine, choice: OperatorChoice) {
      const { leaf } = line;
      const value = choice.value ?? valueFor(choice.operator, source().scope.find(leaf), leaf.value);
      make(`Compare ${labelOfLine(leaf)}`, (root) =>
        edit.changeOperator(root, line.inner, choice.operator, value),
      );
    },
    changeValue(line: TreeLine, value: Leaf['value']) {
      make(`Value of ${labelOfLine(line.leaf)}`, (root) => edit.changeValue(root, line.inner, value));
    },
    changeIfUnknown(line: TreeLine, meaning: edit.IfUnknown) {
      make(`If ${labelOfLine(line.leaf)} is unknown`, (root) =>
        edit.changeIfUnknown(root, line.inner, meaning),
      );
    },
    setGroup(node: TreeNode, kind: edit.GroupKind) {
      make('Change the group', (root) => edit.setGroup(root, node.at, kind), 'group');
    },
    negate(node: TreeNode) {
      make(`Negate ${say(node)}`, (root) => edit.negate(root, node.at), null);
    },
    wrap(node: TreeNode) {
      make(`Group ${say(node)}`, (root) => edit.wrap(root, node.at, 'any'), null);
    },
    unwrap(node: TreeNode) {
      make('Dissolve the group', (root) => edit.unwrap(root, node.at), null);
    },
    duplicate(node: TreeNode) {
      make(`Repeat ${say(node)}`, (root) => edit.duplicate(root, node.at), null);
    },
    remove,
    moveBy,
    focus,
    say,
  };
  setContext(key, editor);
  return editor;
}

const ways: Readonly<Record<string, edit.Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'out',
  ArrowRight: 'in',
};

const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type);
