import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { plannedStarts } from '@baton/functions/adapters/aws/planned-starts.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { stubAws } from '../support/aws-stub.ts';

const plans = {
  group: 'baton-dev-campaigns',
  role: 'arn:aws:iam::111122223333:role/starter',
  machines: { campaign: 'arn:aws:states:eu-central-1:111122223333:stateMachine:baton-dev-campaign' },
};
const start = { at: '2026-05-01T09:00:00.000Z', machine: 'campaign', name: 'run-1', input: {} };

function planning() {
  const { connection } = stubAws(() => ({ status: 404, error: 'ResourceNotFoundException' }));
  const clock = { now: () => new Date('2026-03-02T09:00:00.000Z') };
  return plannedStarts(new SchedulerClient(connection), plans, clock);
}

test('a start that cannot be planned because its group is missing is not taken for planned', async () => {
  await expect(planning()('spring', start)).rejects.toThrow(Transient);
});

test('a plan that is not there need not be taken away', async () => {
  await expect(planning()('spring', undefined)).resolves.toBeUndefined();
});

test('a machine that cannot be planned is refused, and not tried again', async () => {
  await expect(planning()('spring', { ...start, machine: 'publisher' })).rejects.toThrow(Rejected);
});
