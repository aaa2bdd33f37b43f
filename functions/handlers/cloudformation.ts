import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import { Rejected, Transient } from '../ports.ts';

/** Where an answer goes and what it is about. Without these nobody can be answered. */
const Envelope = z.object({
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

/** What CloudFormation asks of a custom resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
const Request = Envelope.extend({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResourceProperties: z.record(z.string(), z.json()).default({}),
});
export type DeploymentRequest = z.infer<typeof Request>;

export type Answer = (url: string, body: string) => Promise<void>;

/**
 * A step of a deployment as CloudFormation calls it. It is answered in any case, or the deployment would stand still for
 * an hour; a failure says why, and CloudFormation takes the deployment back. What may succeed later is tried again first.
 */
export function deploymentStep(
  act: (request: DeploymentRequest) => Promise<void>,
  answer: Answer = answerByPut,
  wait: (ms: number) => Promise<unknown> = pause,
): (event: unknown) => Promise<void> {
  return async (event) => {
    const { ResponseURL, ...about } = Envelope.parse(event);
    const failure = await attempt(act, event, wait);
    const body = {
      ...about,
      Status: failure === undefined ? 'SUCCESS' : 'FAILED',
      ...(failure === undefined ? {} : { Reason: failure }),
      // One and the same for ever: another id would make CloudFormation delete the former one.
      PhysicalResourceId: about.PhysicalResourceId ?? about.LogicalResourceId,
    };
    await answer(ResponseURL, JSON.stringify(body));
  };
}

/** Why it failed; nothing where it did not. */
async function attempt(
  act: (request: DeploymentRequest) => Promise<void>,
  event: unknown,
  wait: (ms: number) => Promise<unknown>,
  left = tries,
): Promise<string | undefined> {
  try {
    await act(Request.parse(event));
    return undefined;
  } catch (error) {
    if (!(error instanceof Transient) || left === 1) return reasonOf(error);
  }
  await wait(pauseMs);
  return attempt(act, event, wait, left - 1);
}

/** Within a minute a role that was just made is known everywhere, and machines are taken again. */
const tries = 7;
const pauseMs = 10_000;

/** An answer has at most 4096 bytes. */
const longestReason = 1000;

/**
 * Our own sentences say what to do. Those of others may quote what they complain about, and everybody who sees the stack
 * reads them: of these only name and place are told.
 */
function reasonOf(error: unknown): string {
  const own = error instanceof Rejected || error instanceof Transient;
  const reason = own ? error.message : errorCode(error);
  return reason
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, longestReason)
    .toWellFormed();
}

async function answerByPut(url: string, body: string): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' } });
  if (!ok) throw new Error(`CloudFormation did not take the answer: ${status}`);
}
