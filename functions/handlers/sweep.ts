import middy from '@middy/core';
import type { Ports } from '../ports.ts';
import { settleJourneys } from '../use-cases/settle-journeys.ts';
import { sweep } from '../use-cases/sweep.ts';
import { type Handler, invoked } from './task.ts';

const graceMs = 60_000;

/**
 * Called on a schedule; leaves alone what has been due for less than a minute, because somebody is at it. Then it carries
 * on what follows from stopping a journey or letting it go on: that is nobody else's, so it is no work that was left.
 */
export function sweepHandler(ports: Ports): Handler {
  return invoked(
    middy().handler(async () => {
      const swept = await sweep(ports, new Date(ports.clock.now().getTime() - graceMs).toISOString());
      const count = swept.applied + swept.dispatched + swept.signalled + swept.paired;
      if (count > 0) ports.log.warn('the sweeper found work', { count });
      const settled = await settleJourneys(ports);
      if (settled > 0) ports.log.info('journeys settle', { count: settled });
      return { ...swept, settled };
    }),
  );
}
