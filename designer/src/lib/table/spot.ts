/** A place in a grid. Row -1 is the head. */
export type Spot = { row: number; column: number };
