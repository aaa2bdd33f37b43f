import middy from '@middy/core';
import * as z from 'zod';
import { Rejected } from '../ports.ts';
import { type Feedback, type FeedbackPorts, recordFeedback } from '../use-cases/record-feedback.ts';
import { readFeedback } from './provider-feedback.ts';
import { type Handler, invoked } from './task.ts';

/** Called by rules of the default bus with one report of a provider. One that cannot be read goes to the dead letters. */
export function recordFeedbackHandler(ports: FeedbackPorts): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const feedback = parse(event);
      if (feedback) return recordFeedback(ports, feedback);
      ports.log.info('feedback about no message of ours', { count: 1 });
      return { kind: 'unknown' };
    }),
  );
}

/** The reason names places only; values may be addresses. */
function parse(event: unknown): Feedback | undefined {
  try {
    return readFeedback(event);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const places = error.issues.map(({ path }) => path.join('.') || '(event)').join(', ');
    throw new Rejected(
      `${places}: the report has a shape that Baton does not know; see the provider's documentation`,
    );
  }
}
