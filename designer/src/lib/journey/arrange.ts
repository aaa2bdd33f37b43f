import { Graph, layout } from '@dagrejs/dagre';
import { type Arrangement, gaps, large, type Place, type Unarranged } from './arrangement.ts';

/** Ranks that an arrow of a large drawing may span before it is left out: dagre lays a box into every rank it passes. */
const longest = 12;

/** From top to bottom, each box below those that lead to it, with as few crossings as dagre finds. */
export function arrange({ boxes, lines }: Unarranged): Arrangement {
  const isLarge = boxes.length > large;
  const told = isLarge ? shortLines(boxes, lines) : lines;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'TB',
    ranksep: gaps.rank,
    nodesep: gaps.node,
    ranker: isLarge ? 'tight-tree' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { id, from, to } of told) graph.setEdge(from, to, {}, id);
  layout(graph);
  const places: Record<string, Place> = {};
  for (const id of graph.nodes()) {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id);
    places[id] = { x: Math.round(x - width / 2), y: Math.round(y - height / 2) };
  }
  // The first and the last point are where dagre meets the boxes; ours have places of their own for that. With one point
  // between, boxes stand in neighbouring rows and nothing is to be gone around.
  const bends = Object.fromEntries(
    told
      .map(({ id, from, to }): [string, Place[]] => [
        id,
        (graph.edge(from, to, id).points ?? []).slice(1, -1),
      ])
      .filter(([, points]) => points.length > 1),
  );
  return { places, bends };
}

type Line = Unarranged['lines'][number];

/**
 * The arrows that say where boxes stand: of those that lead far, like every step's way to the one end, only the last stays.
 * A box keeps the arrow from the lowest box that leads to it, so it stands below all of them still.
 */
function shortLines(boxes: Unarranged['boxes'], lines: readonly Line[]): Line[] {
  const ranks = ranksOf(boxes, lines);
  const rankOf = (id: string) => ranks.get(id) ?? 0;
  const lowest = new Map<string, Line>();
  for (const line of lines) {
    if (rankOf(line.from) >= rankOf(line.to)) continue;
    const known = lowest.get(line.to);
    if (!known || rankOf(known.from) < rankOf(line.from)) lowest.set(line.to, line);
  }
  return lines.filter(
    (line) => Math.abs(rankOf(line.to) - rankOf(line.from)) <= longest || lowest.get(line.to) === line,
  );
}

/** How many boxes stand above each at least; arrows that lead back do not count. */
function ranksOf(boxes: Unarranged['boxes'], lines: readonly Line[]): ReadonlyMap<string, number> {
  const from = Map.groupBy(lines, (line) => line.from);
  const order = depthFirst(
    boxes.map(({ id }) => id),
    (id) => (from.get(id) ?? []).map(({ to }) => to),
  );
  const at = new Map(order.map((id, index) => [id, index]));
  const ranks = new Map<string, number>();
  for (const id of order)
    for (const { to } of from.get(id) ?? [])
      if ((at.get(to) ?? 0) > (at.get(id) ?? 0))
        ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(id) ?? 0) + 1));
  return ranks;
}

/** Every name before those it leads to, as far as there are no circles; without recursion, since a journey may be long. */
function depthFirst(names: readonly string[], next: (id: string) => string[]): string[] {
  const met = new Set<string>();
  const left: string[] = [];
  for (const name of names) {
    const open = met.has(name) ? [] : [{ id: name, to: next(name) }];
    met.add(name);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const to = top.to.shift();
      if (to === undefined) left.push(open.pop()?.id ?? '');
      else if (!met.has(to)) {
        met.add(to);
        open.push({ id: to, to: next(to) });
      }
    }
  }
  return left.toReversed();
}
