import type { Condition, LeafValue, Root } from '@baton/rules/conditions/condition.ts';
import { operatorWords } from '@baton/rules/conditions/operator-words.ts';
import { describeDuration } from '@baton/rules/time/duration.ts';
import type { LiveLibrary } from '../ports.ts';
import { labelOf } from './labels.ts';
import { midSentence, sentenceCase, valueInWords } from './phrases.ts';

/** A condition as the sentence a person would say: "Owns contains credit-card and days since last order is at least 30". */
export function conditionInWords(root: Root, live: Pick<LiveLibrary, 'facts' | 'events'>): string {
  return sentenceCase(nodeInWords(root, live));
}

function nodeInWords(node: Condition, live: Pick<LiveLibrary, 'facts' | 'events'>): string {
  if ('not' in node) return `not (${nodeInWords(node.not, live)})`;
  if ('all' in node) return joined(node.all, 'and', live);
  if ('any' in node) return joined(node.any, 'or', live);
  const value = isReference(node.value)
    ? midSentence(labelOf(live, node.value.fact, node.value.path))
    : node.value;
  return `${midSentence(labelOf(live, node.fact, node.path))} ${demandInWords(node.operator, value)}`;
}

function joined(
  nodes: readonly Condition[],
  by: 'and' | 'or',
  live: Pick<LiveLibrary, 'facts' | 'events'>,
): string {
  return nodes
    .map((node) => {
      const words = nodeInWords(node, live);
      const mixed = nodes.length > 1 && childrenOf(node) > 1;
      return mixed ? `(${words})` : words;
    })
    .join(` ${by} `);
}

function childrenOf(node: Condition): number {
  if ('all' in node) return node.all.length;
  return 'any' in node ? node.any.length : 1;
}

/** What an operator asks of a fact, as the end of a sentence. `known:` says nothing: an unknown value never meets a demand. */
export function demandInWords(
  operator: string,
  value: Exclude<LeafValue, object> | readonly unknown[],
): string {
  const parts = operator.split(':');
  const bare = parts.pop() ?? operator;
  const turned = parts.filter((part) => part === 'not').length % 2 === 1;
  const each = parts.includes('everyFact')
    ? 'in every entry '
    : parts.includes('someFact')
      ? 'in one entry '
      : '';
  const orUnknown = parts.includes('orUnknown') ? ' or is not known' : '';
  const demand = bareDemand(bare, value);
  return `${each}${turned ? negated(demand) : demand}${orUnknown}`;
}

function bareDemand(operator: string, value: unknown): string {
  if (operator === 'isKnown') return value === false ? 'is not known' : 'is known';
  if (operator === 'withinLast') return `is within the last ${spanInWords(value)}`;
  if (operator === 'between' && Array.isArray(value))
    return `is between ${valueInWords(value[0])} and ${valueInWords(value[1])}`;
  return `${operatorWords[operator] ?? operator} ${valueInWords(value)}`;
}

function negated(demand: string): string {
  if (demand.startsWith('is not ')) return demand.replace('is not ', 'is ');
  if (demand.startsWith('is ')) return demand.replace('is ', 'is not ');
  if (demand.startsWith('does not contain ')) return demand.replace('does not contain ', 'contains ');
  return demand.replace(/^(\w+)s /, 'does not $1 ');
}

function spanInWords(value: unknown): string {
  try {
    return describeDuration(String(value));
  } catch {
    return String(value);
  }
}

function isReference(value: LeafValue): value is Extract<LeafValue, { fact: string }> {
  return typeof value === 'object' && !Array.isArray(value);
}
