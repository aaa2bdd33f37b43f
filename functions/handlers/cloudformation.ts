import * as z from 'zod';

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

/**
 * A step of a deployment as CloudFormation calls it. It is answered in any case, or the deployment would stand still for
 * an hour; a failure says why, and CloudFormation takes the deployment back.
 */
export function deploymentStep(
  act: (request: DeploymentRequest) => Promise<void>,
  answer: Answer = answerByPut,
): (event: unknown) => Promise<void> {
  return async (event) => {
    const request = Request.parse(event);
    const { ResponseURL, StackId, RequestId, LogicalResourceId } = request;
    const failure = await act(request).then(
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
