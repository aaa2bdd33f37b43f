/**
 * Step Functions ends every execution after a year. No step waits longer than `longestWaitDays`, and an execution that is older
 * than `renewAfterDays` is followed by another one before it enters a step; so none is ever ended, and a journey may last for ever.
 */
export const longestWaitDays = 330;
export const renewAfterDays = 30;
/** With a day to spare for what a step does besides waiting. */
export const longestRunDays = renewAfterDays + longestWaitDays + 1;
