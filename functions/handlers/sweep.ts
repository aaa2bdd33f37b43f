import middy from '@middy/core';
import type { Ports } from '../ports.ts';
import { sweep } from '../use-cases/sweep.ts';
import { type Handler, invoked } from './task.ts';

const graceMs = 60_000;

/** Called on a schedule; leaves alone what has been due for less than a minute, because somebody is at it. */
export function sweepHandler(ports: Ports): Handler {
  return invoked(
    middy().handler(async () => {
      const swept = await sweep(ports, new Date(ports.clock.now().getTime() - graceMs).toISOString());
      const count = swept.applied + swept.dispatched + swept.signalled + swept.paired;
      if (count > 0) ports.log.warn('the sweeper found work', { count });
      return swept;
    }),
  );
}
