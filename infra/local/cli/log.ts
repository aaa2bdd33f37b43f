import { listedFields } from '@baton/functions/log-fields.ts';
import type { Log, LogFields } from '@baton/functions/ports.ts';

/** One JSON line per entry on standard error; only the fields on the list are ever written. */
export function createLog(level: 'info' | 'warn' | 'error' = 'info'): Log {
  const order = ['info', 'warn', 'error'] as const;
  const write =
    (at: (typeof order)[number]) =>
    (event: string, fields: LogFields = {}) => {
      if (order.indexOf(at) < order.indexOf(level)) return;
      process.stderr.write(
        `${JSON.stringify({ level: at, time: new Date().toISOString(), event, ...listedFields(fields) })}\n`,
      );
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
