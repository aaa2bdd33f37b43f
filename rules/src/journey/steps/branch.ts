import { evaluate } from '../../conditions/evaluate.ts';
import type { FactReference } from '../../documents/common.ts';
import { continueTo, dataQuality } from '../moment.ts';
import type { StepKindEntry } from '../step-kind.ts';

export const branch: StepKindEntry<'branch'> = {
  async enter({ cases, else: otherwise }, { step, facts }) {
    const unknown: FactReference[] = [];
    for (const { when, next } of cases) {
      const verdict = await evaluate(when, facts);
      if (verdict.outcome === 'true') return continueTo(next, dataQuality(step, unknown));
      if (verdict.outcome === 'unknown') unknown.push(...verdict.unknown);
    }
    return continueTo(otherwise, dataQuality(step, unknown));
  },
  exits: ({ cases, else: otherwise }) => [
    ...cases.map(({ title, next }, index) => ({
      to: next,
      title,
      path: `cases.${index}.next`,
      waits: false,
    })),
    { to: otherwise, title: 'else', path: 'else', waits: false },
  ],
  onTimeout: () => undefined,
  shape: () => ({ kind: 'route' }),
  describe: ({ cases }) =>
    `Takes the first way that fits: ${cases.map(({ title }) => title).join(', ')}, else.`,
};
