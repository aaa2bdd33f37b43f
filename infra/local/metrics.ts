import { dimensionOf } from '@baton/functions/metrics.ts';
import type { Metrics } from '@baton/functions/ports.ts';

/** Figures since the start of the process: counted things by name and dimension, measured ones by number and maximum. */
export function createLocalMetrics(): { metrics: Metrics; counts: () => Record<string, number> } {
  const figures = new Map<string, number>();
  const add = (name: string, value: number) => figures.set(name, (figures.get(name) ?? 0) + value);
  return {
    metrics: {
      count: (name, value = 1, dimension) => {
        const known = dimensionOf(name, dimension);
        add(known ? `${name}.${known.value}` : name, value);
      },
      measure: (name, value) => {
        add(name, 1);
        figures.set(`${name}.max`, Math.max(figures.get(`${name}.max`) ?? 0, value));
      },
    },
    counts: () => Object.fromEntries([...figures].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
