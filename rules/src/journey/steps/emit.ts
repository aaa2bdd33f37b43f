import type { FactReference } from '../../documents/common.ts';
import type { JsonObject } from '../../json.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { settle } from '../values.ts';

export const emit: StepKindEntry<'emit'> = {
  enter({ event, data, next }, { step, facts }) {
    const known: JsonObject = {};
    const unknown: FactReference[] = [];
    for (const [name, parameter] of Object.entries(data)) {
      const value = settle(parameter, facts);
      if (value !== undefined) known[name] = value;
      else if (typeof parameter === 'object') unknown.push(parameter);
    }
    return continueTo(next, [{ kind: 'emit', step, event, data: known }, ...dataQuality(step, unknown)]);
  },
  exits: ({ next }) => [{ to: next, title: 'then', path: 'next', waits: false }],
  onTimeout: () => undefined,
  shape: ({ next }) => ({ kind: 'pass', next }),
  describe: ({ event }) => `Announces ${event}.`,
};
