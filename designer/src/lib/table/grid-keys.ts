/** What the keys of a grid do; the same in every grid. Steps are rows down and columns to the right. */
export type GridActs = {
  /** Whether a cell is being written in. */
  isWriting: boolean;
  step(rows: number, columns: number): void;
  toEdge(edge: 'first' | 'last'): void;
  /** Begins to write, over what stands there where a letter was pressed. */
  write(letter?: string): void;
  /** Takes over what was written and goes on. */
  keep(rows: number, columns: number): void;
  giveUp(): void;
  clear(): void;
  /** Moves the row or column itself, where the grid has an order of its own. */
  move?(rows: number, columns: number): void;
};

/** Arrows move, Enter writes, Esc gives up, Alt and an arrow move the row or column. */
export function pressInGrid(event: KeyboardEvent, acts: GridActs): void {
  const done = acts.isWriting ? write(event, acts) : look(event, acts);
  if (!done) return;
  event.preventDefault();
  event.stopPropagation();
}

function write({ key, shiftKey }: KeyboardEvent, acts: GridActs): boolean {
  if (key === 'Enter') acts.keep(shiftKey ? -1 : 1, 0);
  else if (key === 'Tab') acts.keep(0, shiftKey ? -1 : 1);
  else if (key === 'Escape') acts.giveUp();
  else return false;
  return true;
}

function look({ key, altKey, ctrlKey, metaKey }: KeyboardEvent, acts: GridActs): boolean {
  const step = steps[key];
  if (step && altKey) {
    acts.move?.(...step);
    return acts.move !== undefined;
  }
  if (ctrlKey || metaKey) return false;
  if (step) acts.step(...step);
  else if (key === 'Home') acts.toEdge('first');
  else if (key === 'End') acts.toEdge('last');
  else if (key === 'Enter' || key === 'F2') acts.write();
  else if (key === 'Delete' || key === 'Backspace') acts.clear();
  else if (key.length === 1 && !altKey && key !== ' ') acts.write(key);
  else return false;
  return true;
}

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
