import type { Cycle, Way } from '@baton/rules/cycle/ways.ts';
import type { Stage } from '@baton/rules/documents/index.ts';

/** Sizes of the drawing, in its own pixels. */
export const sizes = { width: 212, height: 132, gapX: 168, gapY: 236, gapNarrow: 84, overlay: 72 } as const;

export type Box = { stage: Stage; x: number; y: number; column: number; row: number };
export type Band = { stage: Stage; x: number; y: number; width: number };
type Side = 'top' | 'right' | 'bottom' | 'left';
export type Line = Way & { key: string; from: string; out: string; into: string; lane: Lane };

/** Between two stages: handovers first, then rules that lead on, then rules that lead back. */
type Lane = 'a' | 'b' | 'c';

/**
 * The cycle as a ring. Where there is width, the first half of the stages stands above from left to right and the second
 * below from right to left; in a narrow place the first goes down and the second up.
 */
export function boxesOf(stages: readonly Stage[], isNarrow: boolean): Box[] {
  const half = Math.ceil(stages.length / 2);
  return stages.map((stage, index) => {
    const line = index < half ? 0 : 1;
    const place = line === 0 ? index : half - 1 - (index - half);
    const [column, row] = isNarrow ? [line, place] : [place, line];
    return {
      ...{ stage, row, column },
      x: column * (sizes.width + sizes.gapX),
      y: row * (sizes.height + (isNarrow ? sizes.gapNarrow : sizes.gapY)),
    };
  });
}

/** What is laid over all stages lies in the middle of the ring, or below it where the ring is narrow. */
export function bandsOf({ stages, overlays }: Pick<Cycle, 'stages' | 'overlays'>, isNarrow: boolean): Band[] {
  const half = Math.ceil(stages.length / 2);
  const step = sizes.overlay + 12;
  const width = isNarrow
    ? 2 * sizes.width + sizes.gapX
    : Math.max(320, (half - 1) * (sizes.width + sizes.gapX) - 72);
  const top = isNarrow
    ? half * (sizes.height + sizes.gapNarrow) - sizes.gapNarrow + 56
    : sizes.height + sizes.gapY / 2 - (overlays.length * step - 12) / 2;
  return overlays.map((stage, index) => ({ stage, x: 0, y: top + index * step, width }));
}

/**
 * The ways to draw. Rules beside a handover say little and make much of a tangle, so they are drawn where no handover
 * leads to the stage, or where somebody asks for all of them.
 */
export function linesOf(ways: readonly Way[], boxes: readonly Box[], withRules: boolean): Line[] {
  const places = new Map(boxes.map((box) => [box.stage.id, box]));
  const handedTo = new Set(ways.flatMap(({ kind, to }) => (kind === 'handover' ? [to] : [])));
  return ways.flatMap((way): Line[] => {
    const from = places.get(way.from ?? '');
    const to = places.get(way.to);
    if (!from || !to || way.from === null || from === to) return [];
    if (way.kind === 'rule' && !withRules && handedTo.has(way.to)) return [];
    const lane = way.kind === 'handover' ? 'a' : from.stage.order < to.stage.order ? 'b' : 'c';
    const [out, into] = sidesOf(from, to);
    return [
      {
        ...way,
        from: way.from,
        lane,
        key: `${way.kind} ${way.id} ${way.from}`,
        out: `out-${out}-${lane}`,
        into: `in-${into}-${lane}`,
      },
    ];
  });
}

/** Neighbours are joined straight; a way past others goes around outside the ring. */
function sidesOf(from: Box, to: Box): [Side, Side] {
  const [across, down] = [to.column - from.column, to.row - from.row];
  if (down === 0 && Math.abs(across) > 1) return from.row === 0 ? ['top', 'top'] : ['bottom', 'bottom'];
  if (across === 0 && Math.abs(down) > 1) return from.column === 0 ? ['left', 'left'] : ['right', 'right'];
  if (down !== 0) return down > 0 ? ['bottom', 'top'] : ['top', 'bottom'];
  return across > 0 ? ['right', 'left'] : ['left', 'right'];
}
