import type { LayoutView } from '@baton/functions/api/views.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import { Graph, layout } from '@dagrejs/dagre';

/** The drawing of a journey in pixels: where it starts, a box per step, an arrow per way out of one. */
export type Way = { path: string; title: string; to: string };
export type Box = { id: string; step: Step; ways: Way[]; x: number; y: number; height: number };
export type Line = { id: string; from: string; path: string; to: string };
export type Drawing = { start: { x: number; y: number }; boxes: Box[]; lines: Line[] };

/** No step can be called so: names have no @. */
export const startId = '@start';
export const sizes = {
  width: 248,
  head: 76,
  way: 26,
  numbers: 26,
  start: { width: 200, height: 60 },
} as const;
const gaps = { rank: 64, node: 28 } as const;

export const lineId = (from: string, path: string): string => `${from} ${path}`;

/** One way needs no name of its own: it stands on the box itself. */
export function heightOf(step: Step, withNumbers: boolean): number {
  const ways = exits(step).length;
  return sizes.head + (ways > 1 ? ways * sizes.way + 8 : 0) + (withNumbers ? sizes.numbers : 0);
}

/**
 * Draws a journey. What a person has placed stands where they placed it; what is new stands behind the step that leads
 * to it; where nobody placed anything the whole drawing is laid out anew.
 */
export function draw(journey: Journey, placed: LayoutView, withNumbers = false): Drawing {
  const boxes = Object.entries(journey.steps).map(([id, step]) => ({
    id,
    step,
    ways: exits(step).map(({ path, title, to }) => ({ path, title, to })),
    height: heightOf(step, withNumbers),
  }));
  const lines = [
    { id: lineId(startId, 'start'), from: startId, path: 'start', to: journey.start },
    ...boxes.flatMap(({ id, ways }) =>
      ways.map(({ path, to }) => ({ id: lineId(id, path), from: id, path, to })),
    ),
  ].filter(({ to }) => Object.hasOwn(journey.steps, to));
  const heights = new Map(boxes.map(({ id, height }) => [id, height]));
  const isPlaced = boxes.some(({ id }) => placed[id]);
  const places = isPlaced ? completed(placed, lines, heights) : arranged(lines, heights);
  return {
    start: places[startId] ?? { x: 0, y: 0 },
    boxes: boxes.map((box) => ({ ...box, ...(places[box.id] ?? { x: 0, y: 0 }) })),
    lines,
  };
}

/** From left to right, each step behind those that lead to it, with as few crossings as dagre finds. */
export function arranged(lines: readonly Line[], heights: ReadonlyMap<string, number>): LayoutView {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', ranksep: gaps.rank, nodesep: gaps.node, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode(startId, { ...sizes.start });
  for (const [id, height] of heights) graph.setNode(id, { width: sizes.width, height });
  for (const { id, from, to } of lines) graph.setEdge(from, to, {}, id);
  layout(graph);
  const places: LayoutView = {};
  for (const id of graph.nodes()) {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id);
    places[id] = { x: Math.round(x - width / 2), y: Math.round(y - height / 2) };
  }
  return places;
}

function completed(
  placed: LayoutView,
  lines: readonly Line[],
  heights: ReadonlyMap<string, number>,
): LayoutView {
  const places: LayoutView = { ...placed };
  const isTaken = (x: number, y: number) =>
    Object.entries(places).some(
      ([id, place]) =>
        Math.abs(place.x - x) < sizes.width && Math.abs(place.y - y) < (heights.get(id) ?? sizes.head),
    );
  for (const id of heights.keys()) {
    if (places[id]) continue;
    const leader = lines.find(({ from, to }) => to === id && places[from])?.from;
    const beside = places[leader ?? ''] ?? { x: 0, y: 0 };
    const x = beside.x + sizes.width + gaps.rank;
    let y = beside.y;
    while (isTaken(x, y)) y += sizes.head + gaps.node;
    places[id] = { x, y };
  }
  const first = places[lines.find(({ from }) => from === startId)?.to ?? ''] ?? { x: 0, y: 0 };
  places[startId] = placed[startId] ?? { x: first.x - sizes.start.width - gaps.rank, y: first.y };
  return places;
}
