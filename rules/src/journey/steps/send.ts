import { continueTo } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';

export const send: StepKindEntry<'send'> = {
  enter({ template, channel, purpose, next }, { step }) {
    return continueTo(next, [{ kind: 'send', step, template, channel, purpose }]);
  },
  exits: ({ next }) => [{ to: next, title: 'then', path: 'next', waits: false }],
  onTimeout: () => undefined,
  shape: ({ next }) => ({ kind: 'hold', next }),
  describe: ({ template, channel, purpose }) => `Sends "${template}" by ${channel} (${purpose}).`,
};
