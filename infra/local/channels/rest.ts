import type { Clock, SendAnswer } from '@baton/functions/ports.ts';

const restMs = 5000;

/**
 * A host does one thing after the other, and each wait for a provider that is out of reach holds up the next. So after
 * one such wait messages are not tried for a moment; the dispatcher comes back to them.
 */
export function createRest(clock: Clock) {
  let until = 0;
  let reason = '';
  return {
    /** What to answer without a try. */
    answer: (): SendAnswer | undefined =>
      clock.now().getTime() < until ? { kind: 'not-accepted', reason } : undefined,
    begin(why: string): void {
      until = clock.now().getTime() + restMs;
      reason = why;
    },
  };
}
