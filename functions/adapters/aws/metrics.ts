import { Metrics as EmbeddedMetrics } from '@aws-lambda-powertools/metrics';
import { catalogue, dimensionOf } from '../../metrics.ts';
import type { Metrics } from '../../ports.ts';

/**
 * Figures as lines of CloudWatch's embedded metric format; what one invocation counted is printed at its end. The
 * deployment names the namespace, so that stages in one account are told apart.
 */
export const createEmbeddedMetrics = (service: string): EmbeddedMetrics =>
  new EmbeddedMetrics({
    namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Baton',
    serviceName: service,
  });

/** The Metrics port on Powertools metrics. A count with a dimension is a line of its own: dimensions are a line's. */
export const metricsOn = (embedded: EmbeddedMetrics): Metrics => ({
  count: (name, value = 1, dimension) => {
    const known = dimensionOf(name, dimension);
    const line = known ? embedded.singleMetric().addDimension(known.dimension, known.value) : embedded;
    line.addMetric(name, catalogue[name].unit, value);
  },
  measure: (name, value) => {
    embedded.addMetric(name, catalogue[name].unit, value);
  },
});
