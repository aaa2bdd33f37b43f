import type { StepKindEntry } from '../step-kind.ts';

export const end: StepKindEntry<'end'> = {
  enter: ({ reason, goal = false }) => ({ effects: [], next: { kind: 'end', reason, goal } }),
  exits: () => [],
  onTimeout: () => undefined,
  shape: () => ({ kind: 'stop' }),
  describe: ({ reason, goal }) => `Ends: ${reason}${goal ? ', the goal' : ''}.`,
};
