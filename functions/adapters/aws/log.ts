import { Logger } from '@aws-lambda-powertools/logger';
import { listedFields, logFields } from '../../log-fields.ts';
import type { Log } from '../../ports.ts';

/** What Powertools itself puts on a line, beside the fields of the Log port. */
const ownFields = new Set<string>([
  'level',
  'message',
  'timestamp',
  'service',
  'cold_start',
  'function_name',
  'function_request_id',
  'xray_trace_id',
  ...logFields,
]);

/** One JSON line per entry. Whoever holds the logger, only fields on the list are printed. */
export const createLogger = (service: string): Logger =>
  new Logger({
    serviceName: service,
    jsonReplacerFn: (key, value) => (key === '' || ownFields.has(key) ? value : undefined),
  });

/** The Log port on a Powertools logger. */
export const logOn = (logger: Logger): Log => ({
  info: (event, fields = {}) => logger.info(event, listedFields(fields)),
  warn: (event, fields = {}) => logger.warn(event, listedFields(fields)),
  error: (event, fields = {}) => logger.error(event, listedFields(fields)),
});
