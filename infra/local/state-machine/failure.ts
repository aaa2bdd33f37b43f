import type { Catcher, Retrier } from './definition.ts';

/**
 * Why a state failed, in Step Functions' words. `also` is a second name that handlers may match: a missed heartbeat is
 * reported as `States.Timeout` and can be caught as `States.HeartbeatTimeout` too.
 */
export type Failure = { error?: string | undefined; cause?: string | undefined; also?: string | undefined };

/** Carries a failure out of the evaluation of a state. */
export class StateFailed extends Error {
  override name = 'StateFailed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause ?? failure.error ?? 'failed');
    this.failure = failure;
  }
}

/** `States.Runtime` is matched by nothing, not even by its own name: that is what Step Functions does. */
function matches(names: readonly string[], { error, also }: Failure): boolean {
  if (error === 'States.Runtime') return false;
  return names.some(
    (name) =>
      name === error ||
      name === also ||
      name === 'States.ALL' ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout'),
  );
}

/** The first entry that names the failure decides; when its attempts are used up no later entry is tried. */
export function findRetrier(retriers: readonly Retrier[] | undefined, failure: Failure): number {
  return retriers?.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure)) ?? -1;
}

export function findCatcher(catchers: readonly Catcher[] | undefined, failure: Failure): Catcher | undefined {
  return catchers?.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
}

/** Milliseconds before attempt `used + 1` of a retrier. Full jitter draws evenly between nothing and the whole delay. */
export function backOff(retrier: Retrier, used: number, random: () => number): number {
  const {
    IntervalSeconds = 1,
    BackoffRate = 2,
    MaxDelaySeconds = 31_622_400,
    JitterStrategy = 'NONE',
  } = retrier;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds);
  return Math.round(seconds * 1000 * (JitterStrategy === 'FULL' ? random() : 1));
}
