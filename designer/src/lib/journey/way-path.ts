type Place = { x: number; y: number };

/** How far an arrow goes straight where it leaves a box or comes to one. */
const straight = 22;

/** An arrow from the foot of a box to the head of another, through its bends: the path, and a place in its middle. */
export function wayPath(
  from: Place,
  to: Place,
  bends: readonly Place[],
): [path: string, x: number, y: number] {
  const isBack = to.y < from.y;
  const out = { x: from.x, y: from.y + straight };
  const into = { x: to.x, y: to.y - straight };
  const lane =
    bends.length > 0 || !isBack ? bends : [{ x: Math.max(from.x, to.x) + 160, y: (from.y + to.y) / 2 }];
  const places = isBack ? [from, out, ...lane, into, to] : [from, ...lane, to];
  const middle = places[Math.floor(places.length / 2)] ?? from;
  const before = places[Math.floor(places.length / 2) - 1] ?? from;
  const rest = places.slice(1).map((place, index) => curve(places[index] ?? from, place));
  return [`M${at(from)} ${rest.join(' ')}`, (middle.x + before.x) / 2, (middle.y + before.y) / 2];
}

/** Leaves and comes upright, so that pieces meet without a kink. */
function curve(from: Place, to: Place): string {
  const y = (from.y + to.y) / 2;
  return `C${at({ x: from.x, y })} ${at({ x: to.x, y })} ${at(to)}`;
}

const at = ({ x, y }: Place): string => `${Math.round(x)},${Math.round(y)}`;
