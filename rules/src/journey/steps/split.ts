import { continueTo } from '../moment.ts';
import { drawn } from '../shares.ts';
import type { StepKindEntry } from '../step-kind.ts';

export const split: StepKindEntry<'split'> = {
  enter: ({ ways }, { draw }) => continueTo(drawn(ways, draw()).next),
  exits: ({ ways }) =>
    ways.map(({ title, next }, index) => ({ to: next, title, path: `ways.${index}.next`, waits: false })),
  onTimeout: () => undefined,
  shape: () => ({ kind: 'route' }),
  describe: ({ ways }) =>
    `Draws one of: ${ways.map(({ title, share }) => `${title} (${share} %)`).join(', ')}.`,
};
