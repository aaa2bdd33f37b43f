import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';

const request = {
  RequestType: 'Create',
  ResponseURL: 'https://cloudformation.example.com/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Library',
};
const Answer = z.object({ Status: z.string(), Reason: z.string().optional() });

/** Fails with these errors, one after the other, and then succeeds. */
async function deploy(failures: Error[]) {
  const answers: z.infer<typeof Answer>[] = [];
  const waits: number[] = [];
  let calls = 0;
  const step = deploymentStep(
    async () => {
      const failure = failures[calls++];
      if (failure) throw failure;
    },
    async (_url, body) => void answers.push(Answer.parse(JSON.parse(body))),
    async (ms) => void waits.push(ms),
  );
  await step(request);
  return { answers, waits, calls };
}

test('what cannot be done now is tried again before the deployment is taken back', async () => {
  const { answers, waits } = await deploy([new Transient('role not known yet'), new Transient('slow down')]);

  expect(answers).toEqual([{ Status: 'SUCCESS' }]);
  expect(waits).toHaveLength(2);
});

test('what stays out of reach fails with its reason, after a minute', async () => {
  const { answers, waits, calls } = await deploy(Array.from({ length: 50 }, () => new Transient('closed')));

  expect(answers).toEqual([{ Status: 'FAILED', Reason: 'closed' }]);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
  expect(calls).toBe(7);
});

test('what will never succeed fails at once', async () => {
  const { answers, calls } = await deploy([new Rejected('a document is wrong')]);

  expect(answers).toEqual([{ Status: 'FAILED', Reason: 'a document is wrong' }]);
  expect(calls).toBe(1);
});
