import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics as EmbeddedMetrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { errorCode, nameOf } from '../../error-code.ts';
import type { Handler } from '../../handlers/task.ts';
import type { LogFields } from '../../ports.ts';
import { logOn } from './log.ts';

/**
 * A handler as Lambda calls it.
 *
 * 1. Every line it logs carries function, request and cold start; what it counted is printed at its end, also a failed one.
 * 2. An error leaves it with its name, which `Retry` and `Catch` match, and without its message: Lambda prints that, and
 *    Step Functions keeps it.
 * 3. It is never answered for before it ends: an answer at the time limit would call done what goes on.
 */
export function observed(
  handler: Handler,
  { logger, metrics }: { logger: Logger; metrics: EmbeddedMetrics },
): (event: unknown, context: Context) => Promise<unknown> {
  const print = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  const observer = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({
      after: print,
      onError: (request) => {
        const reason = errorCode(request.error);
        logOn(logger).error('invocation failed', { ...aboutCall(request.event), reason });
        request.error = withoutMessage(request.error, reason);
        print();
      },
    })
    .handler((event) => handler(event));
  return (event, context) => observer(event, context);
}

function withoutMessage(error: unknown, reason: string): Error {
  const bare = new Error(reason);
  if (error instanceof Error) bare.name = nameOf(error);
  return bare;
}

/** What the calls of machines name. Their inputs hold ids only. */
const Call = z.object({
  contactId: z.string().optional(),
  step: z.string().optional(),
  enrolments: z.array(z.object({ contactId: z.string(), enrolmentId: z.string() })).optional(),
});

function aboutCall(event: unknown): LogFields {
  const { contactId, step, enrolments: [enrolment] = [] } = Call.safeParse(event).data ?? {};
  return { contactId, ...enrolment, stepId: step };
}
