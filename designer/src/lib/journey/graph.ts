import type { LayoutView } from '@baton/functions/api/views.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import { Graph, layout } from '@dagrejs/dagre';
import { bare, sentenceOf } from './sentence.ts';

/** The drawing of a journey in pixels: where it starts, a box per step, an arrow per way out of one. */
export type Way = { path: string; title: string; to: string };
type Box = {
  id: string;
  step: Step;
  about: string;
  ways: Way[];
  x: number;
  y: number;
  width: number;
  height: number;
};
/** `bends`: where the arrow goes around boxes, where the drawing was laid out as a whole. */
type Line = { id: string; from: string; path: string; to: string; bends?: Place[] };
type Place = { x: number; y: number };
export type Drawing = { start: Place; boxes: Box[]; lines: Line[] };

/** No step can be called so: names have no @. */
export const startId = '@start';
export const sizes = {
  width: 248,
  way: 92,
  head: 76,
  /** The height of a head whose sentence takes one line, and the letters of such a line. */
  shortHead: 60,
  line: 33,
  ways: 30,
  numbers: 26,
  start: { width: 200, height: 56 },
} as const;
const gaps = { rank: 52, node: 36 } as const;

export const lineId = (from: string, path: string): string => `${from} ${path}`;

/** One way needs no name of its own; several stand side by side at the foot of the box, which is as wide as they need. */
function sizeOf(step: Step, about: string, withNumbers: boolean): { width: number; height: number } {
  const ways = exits(step).length;
  return {
    width: Math.max(sizes.width, ways > 1 ? ways * sizes.way : 0),
    height:
      (about.length > sizes.line ? sizes.head : sizes.shortHead) +
      (withNumbers ? sizes.numbers : 0) +
      (ways > 1 ? sizes.ways : 0),
  };
}

/**
 * Draws a journey. What a person has placed stands where they placed it; what is new stands behind the step that leads
 * to it; where nobody placed anything the whole drawing is laid out anew.
 */
export function draw(
  journey: Journey,
  placed: LayoutView,
  { withNumbers = false, say = (text: string) => text } = {},
): Drawing {
  const boxes = Object.entries(journey.steps).map(([id, step]) => {
    const about = say(sentenceOf(step));
    const ways = exits(step).map(({ path, title, to }) => ({ path, title: bare(say(title)), to }));
    return { id, step, about, ways, ...sizeOf(step, about, withNumbers) };
  });
  const lines = [
    { id: lineId(startId, 'start'), from: startId, path: 'start', to: journey.start },
    ...boxes.flatMap(({ id, ways }) =>
      ways.map(({ path, to }) => ({ id: lineId(id, path), from: id, path, to })),
    ),
  ].filter(({ to }) => Object.hasOwn(journey.steps, to));
  const boxSizes = new Map(boxes.map(({ id, width, height }) => [id, { width, height }]));
  const isPlaced = boxes.some(({ id }) => placed[id]);
  const { places, bends } = isPlaced
    ? { places: completed(placed, lines, boxSizes), bends: new Map<string, Place[]>() }
    : arranged(lines, boxSizes);
  /** In the order of where they lead, so that arrows do not cross at once. */
  const sideBySide = ({ id, ways }: { id: string; ways: Way[] }): Way[] => {
    const towards = ({ path, to }: Way) =>
      bends.get(lineId(id, path))?.[0]?.x ?? (places[to]?.x ?? 0) + (boxSizes.get(to)?.width ?? 0) / 2;
    return ways.toSorted((a, b) => towards(a) - towards(b));
  };
  return {
    start: places[startId] ?? { x: 0, y: 0 },
    boxes: boxes.map((box) => ({ ...box, ways: sideBySide(box), ...(places[box.id] ?? { x: 0, y: 0 }) })),
    lines: lines.map((line) => ({ ...line, bends: bends.get(line.id) })),
  };
}

type Sizes = ReadonlyMap<string, { width: number; height: number }>;

/** From top to bottom, each step below those that lead to it, with as few crossings as dagre finds. */
function arranged(
  lines: readonly Line[],
  boxSizes: Sizes,
): { places: LayoutView; bends: ReadonlyMap<string, Place[]> } {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', ranksep: gaps.rank, nodesep: gaps.node, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode(startId, { ...sizes.start });
  for (const [id, size] of boxSizes) graph.setNode(id, { ...size });
  for (const { id, from, to } of lines) graph.setEdge(from, to, {}, id);
  layout(graph);
  const places: LayoutView = {};
  for (const id of graph.nodes()) {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id);
    places[id] = { x: Math.round(x - width / 2), y: Math.round(y - height / 2) };
  }
  // The first and the last point are where dagre meets the boxes; ours have places of their own for that.
  const bends = new Map(
    lines.map(({ id, from, to }) => [id, (graph.edge(from, to, id).points ?? []).slice(1, -1)]),
  );
  return { places, bends };
}

function completed(placed: LayoutView, lines: readonly Line[], boxSizes: Sizes): LayoutView {
  const places: LayoutView = { ...placed };
  const sizeAt = (id: string) => boxSizes.get(id) ?? { width: sizes.width, height: sizes.head };
  const isTaken = (x: number, y: number) =>
    Object.entries(places).some(
      ([id, place]) =>
        Math.abs(place.x - x) < sizeAt(id).width && Math.abs(place.y - y) < sizeAt(id).height + gaps.node / 2,
    );
  for (const id of boxSizes.keys()) {
    if (places[id]) continue;
    const leader = lines.find(({ from, to }) => to === id && places[from])?.from ?? '';
    const above = places[leader] ?? { x: 0, y: 0 };
    const y = above.y + sizeAt(leader).height + gaps.rank;
    let { x } = above;
    while (isTaken(x, y)) x += sizes.width + gaps.node;
    places[id] = { x, y };
  }
  const first = places[lines.find(({ from }) => from === startId)?.to ?? ''] ?? { x: 0, y: 0 };
  places[startId] ??= { x: first.x + 24, y: first.y - sizes.start.height - gaps.rank };
  return places;
}
