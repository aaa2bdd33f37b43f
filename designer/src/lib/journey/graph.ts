import type { LayoutView } from '@baton/functions/api/views.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import { type Arrangement, gaps, type Place, type Size, type Unarranged } from './arrangement.ts';
import { bare, sentenceOf } from './sentence.ts';

/** The drawing of a journey in pixels: where it starts, a box per step, an arrow per way out of one. */
export type Way = { path: string; title: string; to: string };
type Box = Size & { id: string; step: Step; about: string; ways: Way[] };
/** `bends`: where the arrow goes around boxes: as it was laid out with all others, or beside the boxes where it leads back. */
type Line = { id: string; from: string; path: string; to: string; bends?: Place[] };
/** What is to be drawn, before it is known where. */
export type Measured = { boxes: Box[]; lines: Line[] };
export type Drawing = { start: Place; boxes: (Box & Place)[]; lines: Line[] };

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
  /** How far an arrow goes straight where it leaves a box or comes to one. */
  straight: 22,
  start: { width: 200, height: 56 },
} as const;

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

type Words = { withNumbers?: boolean; say?: (text: string) => string };

/** How large each step is drawn and where its arrows lead. What a step says is put into words once. */
export function measure(journey: Journey, { withNumbers = false, say = asItIs }: Words = {}): Measured {
  const boxes = Object.entries(journey.steps).map(([id, step]) => boxOf(id, step, withNumbers, say));
  const lines = [
    { id: lineId(startId, 'start'), from: startId, path: 'start', to: journey.start },
    ...boxes.flatMap(({ id, ways }) =>
      ways.map(({ path, to }) => ({ id: lineId(id, path), from: id, path, to })),
    ),
  ].filter(({ to }) => Object.hasOwn(journey.steps, to));
  return { boxes, lines };
}

const asItIs = (text: string): string => text;

/** By what says it; steps are never changed, only replaced. */
const said = new WeakMap<(text: string) => string, WeakMap<Step, Box & { withNumbers: boolean }>>();

function boxOf(id: string, step: Step, withNumbers: boolean, say: (text: string) => string): Box {
  const known = said.get(say) ?? new WeakMap<Step, Box & { withNumbers: boolean }>();
  said.set(say, known);
  const before = known.get(step);
  if (before?.id === id && before.withNumbers === withNumbers) return before;
  const about = say(sentenceOf(step));
  const ways = exits(step).map(({ path, title, to }) => ({ path, title: bare(say(title)), to }));
  const box = { id, step, about, ways, withNumbers, ...sizeOf(step, about, withNumbers) };
  known.set(step, box);
  return box;
}

/** What is to be laid out where nobody has placed anything. `spare`: room below each box for what is still to come. */
export const unarranged = ({ boxes, lines }: Measured, spare = 0): Unarranged => ({
  boxes: [
    { id: startId, ...sizes.start },
    ...boxes.map(({ id, width, height }) => ({ id, width, height: height + spare })),
  ],
  lines: lines.map(({ id, from, to }) => ({ id, from, to })),
});

export const isPlaced = ({ boxes }: Measured, placed: LayoutView): boolean =>
  boxes.some(({ id }) => placed[id]);

/** The ways of arrows that still hold where a person has moved some boxes: of those between two that stand as laid out. */
export function waysBetween(
  places: LayoutView,
  { lines }: Measured,
  arrangement: Arrangement | undefined,
): Arrangement['bends'] {
  if (!arrangement) return {};
  const stands = (id: string): boolean => {
    const [now, laid] = [places[id], arrangement.places[id]];
    return now !== undefined && laid !== undefined && now.x === laid.x && now.y === laid.y;
  };
  const kept = lines.filter(({ id, from, to }) => arrangement.bends[id] && stands(from) && stands(to));
  return Object.fromEntries(kept.map(({ id }) => [id, arrangement.bends[id] ?? []]));
}

/**
 * Puts every step where a person, or the layout, has placed it; what is new stands behind the step that leads to it. Ways
 * stand in the order of where they lead, so that arrows do not cross at once.
 */
export function put(
  { boxes, lines }: Measured,
  { places: placed, bends = {} }: { places: LayoutView; bends?: Arrangement['bends'] },
): Drawing {
  const boxSizes = new Map(boxes.map(({ id, width, height }) => [id, { width, height }]));
  const places = completed(placed, lines, boxSizes);
  const around = { ...bends, ...lanesBack(lines, places, boxSizes) };
  const sideBySide = ({ id, ways }: { id: string; ways: Way[] }): Way[] => {
    const towards = ({ path, to }: Way) =>
      around[lineId(id, path)]?.[0]?.x ?? (places[to]?.x ?? 0) + (boxSizes.get(to)?.width ?? 0) / 2;
    return ways.length > 1 ? ways.toSorted((a, b) => towards(a) - towards(b)) : ways;
  };
  return {
    start: places[startId] ?? { x: 0, y: 0 },
    boxes: boxes.map((box) => ({ ...box, ways: sideBySide(box), ...(places[box.id] ?? { x: 0, y: 0 }) })),
    lines: lines.map((line) => ({ ...line, bends: around[line.id] })),
  };
}

/** An arrow that leads back goes up beside every box between, each in a lane of its own, so that a circle is seen as one. */
function lanesBack(
  lines: readonly Line[],
  places: LayoutView,
  boxSizes: ReadonlyMap<string, Size>,
): Arrangement['bends'] {
  const boxes = [...boxSizes].map(([id, { width, height }]) => {
    const { x, y } = places[id] ?? { x: 0, y: 0 };
    return { id, left: x, right: x + width, top: y, foot: y + height };
  });
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const lanes: Arrangement['bends'] = {};
  let taken = 0;
  for (const { id, from, to } of lines) {
    const [source, target] = [byId.get(from), byId.get(to)];
    if (!source || !target || target.top > source.top) continue;
    const ends = { above: target.top - sizes.straight, below: source.foot + sizes.straight };
    const beside = boxes.filter(({ top, foot }) => foot > ends.above && top < ends.below);
    const x = freeLane(Math.max(source.right, target.right) + gaps.lane, beside) + taken * (gaps.lane / 2);
    taken += 1;
    lanes[id] = [
      { x, y: ends.below },
      { x, y: ends.above },
    ];
  }
  return lanes;
}

function freeLane(from: number, boxes: readonly { left: number; right: number }[]): number {
  let lane = from;
  for (const { left, right } of boxes.toSorted((a, b) => a.left - b.left))
    if (left - gaps.lane < lane && lane < right + gaps.lane) lane = right + gaps.lane;
  return lane;
}

function completed(
  placed: LayoutView,
  lines: readonly Line[],
  boxSizes: ReadonlyMap<string, Size>,
): LayoutView {
  // Layouts keep the places of steps that are not there, for when they come back; nothing makes room for those.
  const places: LayoutView = Object.fromEntries(
    Object.entries(placed).filter(([id]) => id === startId || boxSizes.has(id)),
  );
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
