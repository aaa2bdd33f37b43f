import type { Clock } from '@baton/functions/ports.ts';

export type VirtualClock = Clock & {
  /** Moves time forward to an instant in epoch milliseconds; an earlier one leaves it where it is. */
  moveTo(instant: number): void;
};

/** A clock that stands still until it is moved, so that a year passes in seconds. */
export function createVirtualClock(start: string | number | Date): VirtualClock {
  let now = new Date(start).getTime();
  if (Number.isNaN(now))
    throw new RangeError(`virtual clock: ${String(start)} is no instant; give an ISO date-time`);
  return {
    now: () => new Date(now),
    moveTo(instant) {
      if (instant > now) now = instant;
    },
  };
}

export const systemClock: Clock = { now: () => new Date() };
