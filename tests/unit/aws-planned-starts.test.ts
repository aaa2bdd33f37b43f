import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { plannedStarts } from '@baton/functions/adapters/aws/planned-starts.ts';
import { type PlannedStart, Rejected, Transient } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { type RestAnswer, type RestRequest, stubRest } from '../support/rest-stub.ts';

const now = new Date('2026-03-01T09:00:00.000Z');
const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:baton-test-campaign';
const plans = {
  group: 'baton-test-campaigns',
  role: 'arn:aws:iam::123456789012:role/scheduler',
  machines: { campaign: machine },
};
const run: PlannedStart = {
  at: '2026-03-20T09:00:00.000Z',
  machine: 'campaign',
  name: 'run-1',
  input: { campaign: 'spring', at: '2026-03-20T09:00:00.000Z' },
};
const schedule = {
  GroupName: 'baton-test-campaigns',
  ScheduleExpression: 'at(2026-03-20T09:00:00)',
  ScheduleExpressionTimezone: 'UTC',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ActionAfterCompletion: 'DELETE',
  Target: {
    Arn: machine,
    RoleArn: plans.role,
    Input: '{"campaign":"spring","at":"2026-03-20T09:00:00.000Z"}',
    RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
  },
  ClientToken: expect.any(String),
};

const refused = (name: string, status = 400): RestAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
  body: JSON.stringify({ Message: `about spring: ${name}` }),
});
const done: RestAnswer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ScheduleArn: 'arn:aws:scheduler:eu-central-1:123456789012:schedule/g/spring' }),
};

/** Schedules by name, as Scheduler keeps them. */
function scheduler(fault?: (request: RestRequest, call: number) => RestAnswer | undefined) {
  const kept = new Map<string, string>();
  const { connection, requests } = stubRest((request) => {
    const failed = fault?.(request, requests.length);
    if (failed) return failed;
    const [, name = ''] = /^\/schedules\/(.*)$/.exec(request.path) ?? [];
    if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) return refused('ValidationException');
    if (request.method === 'POST' && kept.has(name)) return refused('ConflictException', 409);
    if (request.method !== 'POST' && !kept.has(name)) return refused('ResourceNotFoundException', 404);
    if (request.method === 'DELETE') kept.delete(name);
    else kept.set(name, request.body);
    return done;
  });
  const plan = plannedStarts(new SchedulerClient(connection), plans, { now: () => now });
  return { plan, kept, requests, calls: () => requests.map(({ method, path }) => `${method} ${path}`) };
}

test('a start is planned as a schedule that goes when it has fired', async () => {
  const { plan, requests } = scheduler();

  await plan('spring', run);

  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /schedules/spring']);
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual(schedule);
});

test('another time takes the place of the former one', async () => {
  const { plan, requests, kept } = scheduler();
  await plan('spring', run);

  await plan('spring', { ...run, at: '2026-04-01T00:00:00.000Z' });

  expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'PUT']);
  expect(JSON.parse(kept.get('spring') ?? '')).toEqual({
    ...schedule,
    ScheduleExpression: 'at(2026-04-01T00:00:00)',
  });
});

test.each([
  ['nothing', undefined],
  ['the past', { ...run, at: '2026-03-01T08:59:59.999Z' }],
  ['this moment', { ...run, at: now.toISOString() }],
  ['the past, in another zone', { ...run, at: '2026-03-01T09:30:00.000+02:00' }],
])('where %s is planned the former plan goes', async (_what, start) => {
  const { plan, kept, requests } = scheduler();
  await plan('spring', run);

  await plan('spring', start);

  expect(requests.at(-1)).toMatchObject({ method: 'DELETE', query: { groupName: plans.group } });
  expect(kept.size).toBe(0);
});

test('nothing planned where nothing was planned is fine', async () => {
  const { plan, calls } = scheduler();

  await plan('spring', undefined);

  expect(calls()).toEqual(['DELETE /schedules/spring']);
});

test.each([
  ['2026-03-20T09:00:00.001Z', 'at(2026-03-20T09:00:01)'],
  ['2026-03-20T10:00:00+01:00', 'at(2026-03-20T09:00:00)'],
  ['2026-03-01T09:00:00.400Z', 'at(2026-03-01T09:00:01)'],
])('a start at %s is planned for the whole second %s', async (at, expression) => {
  const { plan, kept } = scheduler();

  await plan('spring', { ...run, at });

  expect(JSON.parse(kept.get('spring') ?? '')).toMatchObject({ ScheduleExpression: expression });
});

test('the longest name of a campaign is a name of a schedule', async () => {
  const { plan, kept } = scheduler();
  const longest = `${'a1-'.repeat(21)}z`;

  await plan(longest, run);
  await plan(longest, run);
  await plan(longest, undefined);

  expect(longest).toHaveLength(64);
  expect(kept.size).toBe(0);
});

test('what Scheduler takes for invalid is refused', async () => {
  const { plan } = scheduler();

  await expect(plan('a'.repeat(65), run)).rejects.toThrow(Rejected);
});

test('a machine that cannot be planned is refused before anything is asked', async () => {
  const { plan, calls } = scheduler();

  const planned = plan('spring', { ...run, machine: 'contact-cycle' });

  await expect(planned).rejects.toThrow(/^machine contact-cycle cannot be planned; plan one of campaign$/);
  await expect(planned).rejects.toThrow(Rejected);
  expect(calls()).toEqual([]);
});

test.each([
  ['throttled', refused('ThrottlingException', 429)],
  ['a fault', refused('InternalServerException', 500)],
  ['no answer', { broken: 'ECONNRESET' } satisfies RestAnswer],
  ['denied', refused('AccessDeniedException', 403)],
  ['without its group', refused('ResourceNotFoundException', 404)],
])('a plan is worth another try: %s', async (_what, answer) => {
  const { plan } = scheduler(() => answer);

  await expect(plan('spring', run)).rejects.toThrow(Transient);
});

test.each([
  ['throttled', refused('ThrottlingException', 429)],
  ['no answer', { broken: 'ECONNRESET' } satisfies RestAnswer],
])('taking a plan back is worth another try: %s', async (_what, answer) => {
  const { plan } = scheduler(() => answer);

  await expect(plan('spring', undefined)).rejects.toThrow(Transient);
});

test('too many schedules are for a person to look at', async () => {
  const { plan } = scheduler(() => refused('ServiceQuotaExceededException', 402));

  await expect(plan('spring', run)).rejects.toThrow(Rejected);
});

test('a former plan that fires meanwhile does not swallow the new one', async () => {
  const { plan, kept } = scheduler(({ method }, call) => {
    if (call === 2) return refused('ConflictException', 409);
    return method === 'PUT' ? refused('ResourceNotFoundException', 404) : undefined;
  });
  await plan('autumn', run);

  await expect(plan('spring', run)).rejects.toThrow(Transient);
  await plan('spring', run);

  expect(kept.has('spring')).toBe(true);
});

test('a plan whose answer was lost is planned once', async () => {
  const taken = scheduler((request, call) => {
    if (call !== 1) return undefined;
    taken.kept.set('spring', request.body);
    return { broken: 'ECONNRESET' };
  });

  await expect(taken.plan('spring', run)).rejects.toThrow(Transient);
  await taken.plan('spring', run);

  expect([...taken.kept.keys()]).toEqual(['spring']);
});

test('a failure names the campaign and not what Scheduler says', async () => {
  const { plan } = scheduler(() => refused('ValidationException'));

  await expect(plan('spring', run)).rejects.toThrow(
    /^EventBridge Scheduler refused to plan spring \(ValidationException\)$/,
  );
});
