import { cleanUpJourneys, stopWorkflows } from '@baton/functions/adapters/aws/clean-up.ts';
import type { Log, LogFields } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { machine, pass, waitForToken } from '../support/asl-definitions.ts';
import { arns, journeyRole, type StepFunctionsOptions, stepFunctions } from '../support/step-functions.ts';

const prefix = 'baton-dev';
const own = ['baton-dev-j-welcome', 'baton-dev-j-win-back', 'baton-dev-j-cart'];
const others = [
  'baton-dev-campaign',
  'baton-dev2-j-welcome',
  'baton-prod-j-welcome',
  'my-baton-dev-j-welcome',
];

function account(options: StepFunctionsOptions = {}, definition = machine({ A: pass() })) {
  const aws = stepFunctions(options);
  for (const name of [...own, ...others].sort())
    aws.request('CreateStateMachine', {
      name,
      roleArn: journeyRole,
      definition: JSON.stringify(definition),
      publish: true,
    });
  const lines: [string, LogFields | undefined][] = [];
  const log: Log = {
    info: () => {},
    warn: (event, fields) => void lines.push([event, fields]),
    error: () => {},
  };
  const cleanUp = (keep = false) => cleanUpJourneys({ client: aws.client, log }, { prefix, keep });
  return { aws, lines, cleanUp };
}

test.each([1, 2, 3, 1000])("this stack's machines go and no other, by pages of %i", async (pageSize) => {
  const { aws, cleanUp, lines } = account({ pageSize });

  expect(await cleanUp()).toBe(3);

  expect(aws.machines()).toEqual([...others].sort());
  expect(lines.map(([, fields]) => fields?.document).sort()).toEqual([...own].sort());
});

test('where data is kept they are named and stay', async () => {
  const { aws, cleanUp, lines } = account();

  expect(await cleanUp(true)).toBe(3);

  expect(aws.machines()).toHaveLength(own.length + others.length);
  expect(lines).toContainEqual(['journey left behind', { document: 'baton-dev-j-win-back' }]);
});

test('one that somebody deleted meanwhile is fine', async () => {
  const { aws, cleanUp } = account();
  aws.before(2, () => {
    for (const name of own) aws.request('DeleteStateMachine', { stateMachineArn: `${arns}${name}` });
  });

  await cleanUp();

  expect(aws.machines()).toEqual([...others].sort());
});

test('a machine goes with what runs on it', async () => {
  const { aws, cleanUp } = account({}, machine({ Wait: waitForToken() }));
  const stateMachineArn = `${arns}baton-dev-j-welcome`;
  aws.request('StartExecution', { stateMachineArn, name: 'e1', input: '{}' });
  while (await aws.step());

  await cleanUp();

  expect(aws.machines()).toEqual([...others].sort());
});

test.each([1, 1000])('what runs on workflows is stopped, by pages of %i, and they stay', async (pageSize) => {
  const { aws } = account({ pageSize }, machine({ Wait: waitForToken() }));
  const stateMachineArn = `${arns}baton-dev-campaign`;
  for (const name of ['r1', 'r2', 'r3'])
    aws.request('StartExecution', { stateMachineArn, name, input: '{}' });
  while (await aws.step());

  await stopWorkflows(aws.client, [stateMachineArn, `${arns}baton-dev-gone`]);

  expect(aws.request('ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' })).toEqual({
    executions: [],
  });
  expect(aws.machines()).toContain('baton-dev-campaign');
});

test('what was interrupted is finished by the next time', async () => {
  const { aws, cleanUp, lines } = account();
  aws.fail(4, 'throttled');

  await expect(cleanUp()).rejects.toThrow('Rate exceeded');
  expect(lines).toHaveLength(1);
  expect(await cleanUp()).toBe(2);

  expect(aws.machines()).toEqual([...others].sort());
});

test('a stack without journeys has nothing to clean up', async () => {
  const aws = stepFunctions();
  const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

  expect(await cleanUpJourneys({ client: aws.client, log }, { prefix, keep: false })).toBe(0);
});
