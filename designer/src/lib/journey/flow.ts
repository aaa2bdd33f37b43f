import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import type { Fate } from '@baton/rules/edit/journey-changes.ts';
import { type Edge, type Node, Position } from '@xyflow/svelte';
import type { Size } from './arrangement.ts';
import { type Drawing, lineId, sizes, startId, type Way } from './graph.ts';
import { kindLooks } from './kind-look.ts';
import { bare } from './sentence.ts';
import type { BriefNumber } from './step-numbers.ts';

/** What is shown of a step on the canvas. */
type StepData = {
  step: Step;
  ways: Way[];
  about: string;
  problems?: { errors: number; warnings: number };
  numbers?: BriefNumber[];
  /** In a trial: when the contact came here; absent where it did not. */
  visit?: string;
  isDim?: boolean;
  fate?: Fate;
};
export type StepNodeType = Node<StepData, 'step'>;
export type StartNodeType = Node<{ title: string; about: string }, 'start'>;
export type FlowNode = StepNodeType | StartNodeType;
export type FlowEdge = Edge<
  { look?: 'taken' | 'dim' | 'added' | 'removed'; bends?: { x: number; y: number }[] },
  'way'
>;

/** What a canvas adds to the drawing. */
export type Marks = {
  step(id: string, step: Step): Partial<StepData> & { words?: string };
  line(from: string, path: string, to: string): NonNullable<FlowEdge['data']>['look'];
  selectedStep?: string;
  selectedLine?: string;
};

export function flowNodes(
  drawing: Drawing,
  journey: Journey,
  marks: Marks,
  say = (text: string) => text,
): FlowNode[] {
  const event = journey.trigger?.event && bare(say(journey.trigger.event));
  const start: StartNodeType = {
    id: startId,
    type: 'start',
    position: drawing.start,
    ...drawnAs(sizes.start, ['start']),
    draggable: true,
    deletable: false,
    selectable: false,
    data: { title: event ?? 'A rule or campaign', about: event ? 'Starts with' : 'Started by' },
    ariaLabel: event
      ? `Start: ${event}. Opens the settings.`
      : 'Start: by a rule or campaign. Opens the settings.',
  };
  // In the order in which they are read, so that Tab goes the way that contacts go.
  const boxes = drawing.boxes.toSorted((a, b) => a.y - b.y || a.x - b.x);
  return [
    start,
    ...boxes.map(({ id, step, about, ways, x, y, width, height }): StepNodeType => {
      const { words, ...own } = marks.step(id, step);
      return {
        id,
        type: 'step',
        position: { x, y },
        ...drawnAs(
          { width, height },
          ways.map(({ path }) => path),
          'in',
        ),
        selected: marks.selectedStep === id,
        data: { step, ways, about, ...own },
        ariaLabel: [`${kindLooks[step.kind].name}: ${step.title}`, about.replace(/\.$/, ''), words]
          .filter(Boolean)
          .join('. '),
      };
    }),
  ];
}

export function flowEdges(drawing: Drawing, marks: Marks): FlowEdge[] {
  const titles = new Map(drawing.boxes.map(({ id, step }) => [id, step.title || id]));
  const titleOf = (id: string) => (id === startId ? 'The start' : (titles.get(id) ?? id));
  return drawing.lines.map(({ id, from, path, to, bends }) => ({
    id,
    type: 'way',
    source: from,
    sourceHandle: path,
    target: to,
    targetHandle: 'in',
    deletable: false,
    ariaLabel: `${titleOf(from)} leads to ${titleOf(to)}`,
    selected: marks.selectedLine === lineId(from, path),
    data: { look: marks.line(from, path, to), bends },
  }));
}

/** Both sides of the dot in which an arrow begins or ends, and the line around a box. */
const dot = 10;
const border = 1;

/**
 * What xyflow would find out by drawing a box and looking at it: its size and where its arrows begin. Said at once, only
 * boxes on the screen need to be drawn.
 */
function drawnAs({ width, height }: Size, ways: readonly string[], into?: string) {
  const at = { width: dot, height: dot };
  const share = (width - 2 * border) / Math.max(ways.length, 1);
  const handles = ways.map((id, index) => ({
    ...{ id, type: 'source' as const, position: Position.Bottom, ...at },
    x: border + (index + 0.5) * share - dot / 2,
    y: height - border - dot / 2,
  }));
  const entry = {
    ...{ type: 'target' as const, position: Position.Top, ...at },
    x: width / 2 - dot / 2,
    y: border - dot / 2,
  };
  return {
    ...{ width, height },
    measured: { width, height },
    handles: into === undefined ? handles : [{ id: into, ...entry }, ...handles],
  };
}

/**
 * Gives back what was drawn before wherever it would be drawn alike: xyflow draws anew only what is another object, and a
 * journey of a thousand steps is drawn anew with every letter typed.
 */
export function createMemory<Drawn extends { id: string }>(): (drawn: readonly Drawn[]) => Drawn[] {
  let before = new Map<string, Drawn>();
  return (drawn) => {
    const kept = drawn.map((one) => {
      const known = before.get(one.id);
      return known && isAlike(known, one) ? known : one;
    });
    before = new Map(kept.map((one) => [one.id, one]));
    return kept;
  };
}

/** Whether two values say the same. Steps are replaced and never changed, so they are the same object or another step. */
function isAlike(a: unknown, b: unknown, depth = 5): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || depth === 0) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [one, other]: unknown[] = [Reflect.get(a, name), Reflect.get(b, name)];
    return isAlike(one, other, name === 'step' ? 0 : depth - 1);
  });
}
