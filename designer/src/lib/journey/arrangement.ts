export type Place = { x: number; y: number };
export type Size = { width: number; height: number };
/** What is laid out: boxes by name, and arrows between them. Plain data, so that a worker can be asked. */
export type Unarranged = {
  boxes: readonly (Size & { id: string })[];
  lines: readonly { id: string; from: string; to: string }[];
};
export type Arrangement = { places: Record<string, Place>; bends: Record<string, Place[]> };

export const gaps = { rank: 52, node: 36, lane: 24 } as const;

/** Drawings of more boxes are laid out beside the page, and long arrows have no say in them. */
export const large = 120;
