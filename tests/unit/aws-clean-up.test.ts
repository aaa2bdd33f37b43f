import { SFNClient } from '@aws-sdk/client-sfn';
import { removeJourneys, stopWorkflows } from '@baton/functions/adapters/aws/clean-up.ts';
import { expect, test } from 'vitest';
import { type AwsAnswer, type AwsRequest, stubAws } from '../support/aws-stub.ts';

const machines = ['baton-dev-contact-cycle', 'baton-dev-j-welcome', 'baton-dev2-campaign', 'other'];
const arnOf = (name: string) => `arn:aws:states:eu-central-1:111122223333:stateMachine:${name}`;

/** Every machine runs two executions, a page each; a deleted one is gone after the first page. */
function answer({ operation, body }: AwsRequest): AwsAnswer {
  if (operation === 'ListStateMachines')
    return {
      status: 200,
      body: { stateMachines: machines.map((name) => ({ name, stateMachineArn: arnOf(name) })) },
    };
  if (operation !== 'ListExecutions') return { status: 200 };
  if (body.nextToken === 'gone') return { status: 400, error: 'StateMachineDoesNotExist' };
  const name = String(body.stateMachineArn).split(':').at(-1);
  const at = body.nextToken ?? 'first';
  const nextToken = at === 'first' ? 'second' : name?.includes('-j-') ? 'gone' : undefined;
  return {
    status: 200,
    body: { executions: [{ executionArn: `${name}/${at}` }], ...(nextToken ? { nextToken } : {}) },
  };
}

function doors() {
  const { connection, requests } = stubAws(answer);
  const told: string[] = [];
  const note = (event: string) => void told.push(event);
  const log = { info: note, warn: note, error: note };
  const stopped = () =>
    requests
      .filter(({ operation }) => operation === 'StopExecution')
      .map(({ body }) => String(body.executionArn));
  const deleted = () =>
    requests
      .filter(({ operation }) => operation === 'DeleteStateMachine')
      .map(({ body }) => String(body.stateMachineArn));
  return { doors: { client: new SFNClient(connection), log }, told, stopped, deleted };
}

test('stops all that runs on the machines of this stage, and deletes none of them', async () => {
  const { doors: given, stopped, deleted } = doors();

  await stopWorkflows(given, 'baton-dev');

  expect(stopped()).toEqual(['baton-dev-contact-cycle/first', 'baton-dev-contact-cycle/second']);
  expect(deleted()).toEqual([]);
});

test('deletes the machines of journeys and stops what runs on them, which would keep them otherwise', async () => {
  const { doors: given, stopped, deleted } = doors();

  await removeJourneys(given, { prefix: 'baton-dev', keep: false });

  expect(deleted()).toEqual([arnOf('baton-dev-j-welcome')]);
  expect(stopped()).toEqual(['baton-dev-j-welcome/first', 'baton-dev-j-welcome/second']);
});

test('names journeys that are kept, and leaves them running', async () => {
  const { doors: given, told, stopped, deleted } = doors();

  await removeJourneys(given, { prefix: 'baton-dev', keep: true });

  expect(told).toEqual(['journey left behind']);
  expect([...stopped(), ...deleted()]).toEqual([]);
});
