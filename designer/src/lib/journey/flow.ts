import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import type { Fate } from '@baton/rules/edit/journey-changes.ts';
import type { Edge, Node } from '@xyflow/svelte';
import { type Drawing, lineId, sizes, startId, type Way } from './graph.ts';
import { kindLooks } from './kind-look.ts';
import { bare } from './sentence.ts';

/** What is shown of a step on the canvas. */
type StepData = {
  step: Step;
  ways: Way[];
  about: string;
  problems?: { errors: number; warnings: number };
  numbers?: { inside: number; passed: number };
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
    width: sizes.start.width,
    height: sizes.start.height,
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
        width,
        height,
        selected: marks.selectedStep === id,
        data: { step, ways, about, ...own },
        ariaLabel: [`${kindLooks[step.kind].name}: ${step.title}`, about, words].filter(Boolean).join('. '),
      };
    }),
  ];
}

export function flowEdges(drawing: Drawing, marks: Marks): FlowEdge[] {
  return drawing.lines.map(({ id, from, path, to, bends }) => ({
    id,
    type: 'way',
    source: from,
    sourceHandle: path,
    target: to,
    targetHandle: 'in',
    deletable: false,
    selected: marks.selectedLine === lineId(from, path),
    data: { look: marks.line(from, path, to), bends },
  }));
}
