const words = 'failed at ';

/** Why an enrolment is over whose step could not be performed. */
export const failedAt = (step: string): string => words + step;

/** The step that such a reason names. The row stands at the step before: what failed has not happened. */
export const stepThatFailed = (reason: string | undefined): string | undefined =>
  reason?.startsWith(words) ? reason.slice(words.length) : undefined;
