import { type Condition, isReference, type Leaf, type Root } from './condition.ts';
import type { Outcome } from './evaluate.ts';
import { evaluatorOf } from './evaluator.ts';
import { type Facts, resolveReference } from './path.ts';
import { childrenOf, isLeaf, leavesOf, nameNodes } from './walk.ts';

/** One line of a condition: how many came to it, how many it lets through, and of how many nobody knows. */
export type LineReach = {
  before: number;
  after: number;
  unknown: number;
  /** It asks about what is only known when it happens (an event, an answer): everybody is let through. */
  open?: true;
};
export type Reach = { contacts: number; lines: Record<string, LineReach> };

/**
 * How many of a population a condition fits, line by line: within "all of" each line sees whom the lines above let through,
 * within "any of" each sees the same. Lines are named as `nameNodes` names them. `known`: the roots of the facts that the
 * population has.
 */
export function reachOf(root: Root, population: readonly Facts[], known: ReadonlySet<string>): Reach {
  const lines: Record<string, LineReach> = {};
  const named = nameNodes(root);
  const everybody = Uint32Array.from(population, (_, at) => at);
  const isOpen = (node: Condition): boolean =>
    [...leavesOf(node, '')].some(({ leaf }) => !known.has(leaf.fact));

  function pass(node: Condition, entering: Uint32Array): Uint32Array {
    const line: LineReach = { before: entering.length, after: 0, unknown: 0 };
    const through = letThrough(node, entering, line);
    line.after = through.length;
    if (node.name !== undefined) lines[node.name] = line;
    return through;
  }

  function letThrough(node: Condition, entering: Uint32Array, line: LineReach): Uint32Array {
    if ('all' in node) return node.all.reduce((left, child) => pass(child, left), entering);
    if ('any' in node) return union(node.any.map((child) => pass(child, entering)));
    if (!isLeaf(node)) for (const child of childrenOf(node)) pass(child, entering);
    if (isOpen(node)) {
      line.open = true;
      return entering;
    }
    const levelAt = levelsOf(node, population);
    const through = new Uint32Array(entering.length);
    let count = 0;
    for (const at of entering) {
      const level = levelAt(at);
      if (level === yes) through[count++] = at;
      else if (level === open) line.unknown++;
    }
    return through.subarray(0, count);
  }

  /** Whoever is in any of the lists, each once. */
  function union(lists: readonly Uint32Array[]): Uint32Array {
    const marks = new Uint8Array(population.length);
    for (const list of lists) for (const at of list) marks[at] = 1;
    return everybody.filter((at) => marks[at] === 1);
  }

  return { contacts: pass(named, everybody).length, lines };
}

const [no, open, yes] = [0, 1, 2] as const;
const levels = { false: no, unknown: open, true: yes } as const satisfies Record<Outcome, number>;

/** What a node says of each member of the population. */
function levelsOf(node: Condition, population: readonly Facts[]): (at: number) => number {
  const { outcomeOf } = evaluatorOf({ all: [node] });
  const levelOf = (facts: Facts): number => levels[outcomeOf(facts)];
  if (!isLeaf(node) || isReference(node.value)) return (at) => levelOf(population[at] ?? {});
  const { codes, samples, decided } = columnOf(population, node);
  const question = JSON.stringify([node.operator, node.value]);
  const answers = decided.get(question) ?? Uint8Array.from(samples, levelOf);
  if (decided.size > questionsKept) decided.clear();
  decided.set(question, answers);
  return (at) => answers[codes[at] ?? 0] ?? open;
}

/** While somebody edits one line the others ask the same again and again. */
const questionsKept = 100;

/** One fact of everybody: for each member the number of its value, and for each value somebody who has it. */
type Column = { codes: Uint32Array; samples: Facts[]; decided: Map<string, Uint8Array> };

const columns = new WeakMap<readonly Facts[], Map<string, Column>>();

/** A line asks about one fact, and people share values: it is decided once for each value. */
function columnOf(population: readonly Facts[], { fact, path }: Leaf): Column {
  const known = columns.get(population) ?? new Map<string, Column>();
  columns.set(population, known);
  const name = `${fact} ${path}`;
  const present = known.get(name);
  if (present) return present;
  const numbers = new Map<string, number>();
  const samples: Facts[] = [];
  const codes = Uint32Array.from(population, (facts) => {
    const value = JSON.stringify(resolveReference({ fact, path }, facts)) ?? '';
    const number = numbers.get(value);
    if (number !== undefined) return number;
    numbers.set(value, samples.length);
    return samples.push(facts) - 1;
  });
  const column = { codes, samples, decided: new Map<string, Uint8Array>() };
  known.set(name, column);
  return column;
}
