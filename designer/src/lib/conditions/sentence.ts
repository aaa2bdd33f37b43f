import { isReference, type Leaf } from '@baton/rules/conditions/condition.ts';
import { ifUnknownOf } from '@baton/rules/edit/conditions.ts';
import { sayUnit } from '../words/values.ts';
import { type FactScope, labelOf } from './facts-in-scope.ts';
import { sayLine } from './line-choices.ts';
import type { TreeGroup, TreeLine, TreeNode } from './tree.ts';

/** A piece of the sentence. `line`: the line it says; `negates`: the line it turns around; `joins`: what it stands between. */
export type Phrase = { text: string; line?: TreeLine; negates?: TreeLine; joins?: Joint };
/** One of the joining words of a group, counted from 1. */
export type Joint = { group: TreeGroup; place: number };

/** The condition as prose: "Value tier is one of a, b and Open cases is 0, and either … or …". */
export function phrasesOf(tree: TreeGroup, scope: FactScope): Phrase[] {
  return merged(sayGroup(tree, scope, true));
}

export const joints = { all: 'and', any: 'or', none: 'nor', 'not-all': 'and' } as const;
const openings = { all: '', any: 'either ', none: 'neither ', 'not-all': 'not all of: ' } as const;

function sayGroup(group: TreeGroup, scope: FactScope, isOutermost: boolean): Phrase[] {
  const parts = group.children.map((child) => sayNode(child, scope));
  const [only, ...others] = parts;
  if (only && others.length === 0)
    return group.group === 'none' || group.group === 'not-all'
      ? [{ text: 'not (' }, ...only, { text: ')' }]
      : only;

  const long = parts.length > 2 || group.children.some(({ kind }) => kind === 'group');
  const said = parts.flatMap((part, place): Phrase[] =>
    place === 0
      ? part
      : [
          { text: long ? ', ' : ' ' },
          { text: joints[group.group], joins: { group, place } },
          { text: ' ' },
          ...part,
        ],
  );
  const opening = isOutermost && group.group === 'any' ? 'either ' : openings[group.group];
  const needsBrackets = !isOutermost && group.children.length > 1;
  return needsBrackets ? [{ text: `${opening}(` }, ...said, { text: ')' }] : [{ text: opening }, ...said];
}

function sayNode(node: TreeNode, scope: FactScope): Phrase[] {
  return node.kind === 'line' ? sayTreeLine(node, scope) : sayGroup(node, scope, false);
}

function sayTreeLine(line: TreeLine, scope: FactScope): Phrase[] {
  const said = { text: sayClause(line.leaf, scope), line };
  return line.negated ? [{ text: 'not', negates: line }, { text: ': ' }, said] : [said];
}

/** What one line asks: "Lead score is at least 70 points or is not known". */
export function sayClause(leaf: Leaf, scope: FactScope): string {
  const value = isReference(leaf.value) ? labelOf(leaf.value, scope) : leaf.value;
  const words = sayLine(labelOf(leaf, scope), { ...leaf, value });
  const unit = sayUnit(scope.find(leaf)?.unit, leaf.value);
  const meaning = ifUnknownOf(leaf.operator) === 'yes' ? ' or is not known' : '';
  return `${words}${unit}${meaning}`;
}

/** Words about no line and no group that follow each other are one piece. */
function merged(phrases: readonly Phrase[]): Phrase[] {
  const isBare = ({ line, negates, joins }: Phrase) => !line && !negates && !joins;
  const pieces: Phrase[] = [];
  for (const phrase of phrases) {
    const last = pieces.at(-1);
    if (phrase.text === '') continue;
    if (last && isBare(last) && isBare(phrase)) pieces[pieces.length - 1] = { text: last.text + phrase.text };
    else pieces.push(phrase);
  }
  return pieces;
}
