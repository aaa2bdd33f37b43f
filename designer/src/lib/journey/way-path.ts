type Place = { x: number; y: number };

/** How round the corners of an arrow are that leads back. */
const round = 12;

/**
 * An arrow from the foot of a box to the head of another, through its bends: the path, and a place in its middle. One that
 * leads back has the two ends of its lane as bends, and goes there at right angles.
 */
export function wayPath(
  from: Place,
  to: Place,
  bends: readonly Place[],
): [path: string, x: number, y: number] {
  const [below, above] = bends;
  if (to.y < from.y && below && above)
    return [
      cornered([from, { x: from.x, y: below.y }, below, above, { x: to.x, y: above.y }, to]),
      below.x,
      (below.y + above.y) / 2,
    ];
  const places = [from, ...bends, to];
  const middle = places[Math.floor(places.length / 2)] ?? from;
  const before = places[Math.floor(places.length / 2) - 1] ?? from;
  const rest = places.slice(1).map((place, index) => curve(places[index] ?? from, place));
  return [`M${at(from)} ${rest.join(' ')}`, (middle.x + before.x) / 2, (middle.y + before.y) / 2];
}

/** Straight from place to place, with round corners that are never longer than half of what they join. */
function cornered(places: readonly Place[]): string {
  const parts = places.map((place, index) => {
    const [before, after] = [places[index - 1], places[index + 1]];
    if (!before) return `M${at(place)}`;
    if (!after) return `L${at(place)}`;
    return `L${at(towards(place, before))} Q${at(place)} ${at(towards(place, after))}`;
  });
  return parts.join(' ');
}

function towards(from: Place, to: Place): Place {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(round, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Leaves and comes upright, so that pieces meet without a kink. */
function curve(from: Place, to: Place): string {
  const y = (from.y + to.y) / 2;
  return `C${at({ x: from.x, y })} ${at({ x: to.x, y })} ${at(to)}`;
}

const at = ({ x, y }: Place): string => `${Math.round(x)},${Math.round(y)}`;
