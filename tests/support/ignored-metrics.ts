import type { Metrics } from '@baton/functions/ports.ts';

/** For what is not about figures. */
export const ignoredMetrics: Metrics = { count: () => {}, measure: () => {} };
