import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { Transient } from '../ports.ts';

/** What CloudFormation asks of a custom resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
const Request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.record(z.string(), z.json()).default({}),
});
export type DeploymentRequest = z.infer<typeof Request>;

export type Answer = (url: string, body: string) => Promise<void>;

/** In a minute a role that was just made is known everywhere, and machines are taken one a second again. */
const tries = 7;
const pauseMs = 10_000;

/**
 * A step of a deployment as CloudFormation calls it. It is answered in any case, or the deployment would stand still for
 * an hour; a failure says why, and CloudFormation takes the deployment back. What is `Transient` is tried again first.
 */
export function deploymentStep(
  act: (request: DeploymentRequest) => Promise<void>,
  answer: Answer = answerByPut,
  wait: (ms: number) => Promise<unknown> = pause,
): (event: unknown) => Promise<void> {
  return async (event) => {
    const request = Request.parse(event);
    const { ResponseURL, StackId, RequestId, LogicalResourceId } = request;
    const patiently = async (attempt = 1): Promise<void> => {
      try {
        return await act(request);
      } catch (error) {
        if (!(error instanceof Transient) || attempt === tries) throw error;
        await wait(pauseMs);
        return patiently(attempt + 1);
      }
    };
    const failure = await patiently().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const body = {
      Status: failure === undefined ? 'SUCCESS' : 'FAILED',
      ...(failure === undefined ? {} : { Reason: failure.slice(0, 1000) }),
      // One and the same for ever: another id would make CloudFormation delete the former one.
      PhysicalResourceId: request.PhysicalResourceId ?? LogicalResourceId,
      StackId,
      RequestId,
      LogicalResourceId,
    };
    await answer(ResponseURL, JSON.stringify(body));
  };
}

async function answerByPut(url: string, body: string): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' } });
  if (!ok) throw new Error(`CloudFormation did not take the answer: ${status}`);
}
