import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { describeValue, isScalar, settle } from '../values.ts';

export const update: StepKindEntry<'update'> = {
  enter({ attribute, value, stage, next }, { step, facts }) {
    if (stage !== undefined) return continueTo(next, [{ kind: 'stage', step, stage }]);
    if (attribute === undefined || value === undefined) return continueTo(next);
    const settled = settle(value, facts);
    if (isScalar(settled)) return continueTo(next, [{ kind: 'update', step, attribute, value: settled }]);
    return continueTo(next, dataQuality(step, typeof value === 'object' ? [value] : []));
  },
  exits: ({ next }) => [{ to: next, title: 'then', path: 'next', waits: false }],
  onTimeout: () => undefined,
  shape: ({ next }) => ({ kind: 'pass', next }),
  describe: ({ attribute = '', value = '', stage }) =>
    stage === undefined
      ? `Sets ${attribute.slice(2)} to ${describeValue(value)}.`
      : `Moves the contact into the stage "${stage}".`,
};
