import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { invoke, machine, pass } from '../support/asl-definitions.ts';
import { aslHost, runOnce, runOut, settle, slowFunction, startOfTime } from '../support/asl-host.ts';

const start = Date.parse(startOfTime);

function wait(more: JsonObject): JsonObject {
  return machine({ W: { Type: 'Wait', ...more, End: true } });
}

/** Seconds after the start at which a task that always fails is invoked. */
async function attempts(retrier: JsonObject, options: Parameters<typeof aslHost>[0] = {}) {
  const at: number[] = [];
  const host = aslHost({
    ...options,
    async invoke() {
      at.push((host.clock.now().getTime() - start) / 1000);
      throw Object.assign(new Error('no'), { name: 'Transient' });
    },
  });
  const Retry = [{ ErrorEquals: ['Other'] }, { ErrorEquals: ['Transient'], ...retrier }];
  const Catch = [{ ErrorEquals: ['Transient'], Next: 'B' }];
  host.machines.publish(
    'm',
    machine({ A: { ...invoke({}), Retry, Catch }, B: pass({ Output: 'given up' }) }),
  );
  host.machines.start({ machine: 'm', name: 'e', input: {} });
  await runOut(host);
  return { at, end: host.machines.describe('e')?.output, transitions: host.machines.counts().transitions };
}

describe('Wait', () => {
  test.each<[string, JsonObject, Json, string]>([
    ['a number of seconds', { Seconds: 90 }, {}, '2026-01-05T08:01:30.000Z'],
    ['computed seconds', { Seconds: '{% $states.input.s * 2 %}' }, { s: 45 }, '2026-01-05T08:01:30.000Z'],
    ['an instant with an offset', { Timestamp: '2026-01-06T10:00:00+02:00' }, {}, '2026-01-06T08:00:00.000Z'],
    [
      'a computed instant',
      { Timestamp: '{% $states.input.t %}' },
      { t: '2026-01-06T08:00:00.5Z' },
      '2026-01-06T08:00:00.500Z',
    ],
    ['an instant that is over', { Timestamp: '2020-01-01T00:00:00Z' }, {}, startOfTime],
    [
      '24,855 days, the longest there is',
      { Timestamp: '{% $states.input.t %}' },
      { t: new Date(start + 24_855 * 86_400_000).toISOString() },
      '2094-01-23T08:00:00.000Z',
    ],
  ])('takes %s', async (_, field, input, until) => {
    expect(await runOnce(wait(field), input)).toMatchObject({
      status: 'SUCCEEDED',
      output: input,
      stoppedAt: until,
    });
  });

  test.each<[string, Json, string]>([
    ['no T', '2026-01-06 08:00:00Z', 'States.QueryEvaluationError'],
    ['no zone', '2026-01-06T08:00:00', 'States.QueryEvaluationError'],
    ['no such day', '2026-02-30T08:00:00Z', 'States.QueryEvaluationError'],
    ['no such hour', '2026-01-06T25:00:00Z', 'States.QueryEvaluationError'],
    ['no text', 5, 'States.QueryEvaluationError'],
    ['more than 24,855 days', '2094-01-24T08:00:00Z', 'States.Runtime'],
  ])('refuses an instant with %s', async (_, t, error) => {
    expect(await runOnce(wait({ Timestamp: '{% $states.input.t %}' }), { t })).toMatchObject({
      status: 'FAILED',
      error,
    });
  });

  test.each([-1, 1.5, 100_000_000, '60'])('refuses %j seconds', async (s) => {
    const { error } = await runOnce(wait({ Seconds: '{% $states.input.s %}' }), { s });

    expect(error).toBe('States.QueryEvaluationError');
  });
});

describe('Retry', () => {
  test('waits one second, then twice as long each time, three times', async () => {
    expect(await attempts({})).toEqual({ at: [0, 1, 3, 7], end: 'given up', transitions: 5 });
  });

  test('follows its interval, rate and greatest delay', async () => {
    const { at } = await attempts({
      IntervalSeconds: 10,
      BackoffRate: 3,
      MaxDelaySeconds: 60,
      MaxAttempts: 4,
    });

    expect(at).toEqual([0, 10, 40, 100, 160]);
  });

  test('with full jitter draws its delay', async () => {
    const { at } = await attempts({ JitterStrategy: 'FULL', MaxAttempts: 2 }, { random: () => 0.25 });

    expect(at).toEqual([0, 0.25, 0.75]);
  });

  test('with no attempts goes to Catch at once', async () => {
    expect(await attempts({ MaxAttempts: 0 })).toMatchObject({ at: [0], end: 'given up' });
  });

  test('tells the count and starts over in the next state', async () => {
    const counts: Json[] = [];
    const host = aslHost({
      async invoke(_, payload) {
        counts.push(payload);
        if (counts.length % 2 === 1) throw Object.assign(new Error('no'), { name: 'Transient' });
        return null;
      },
    });
    const count = '{% {"state": $states.context.State.Name, "count": $states.context.State.RetryCount} %}';
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    host.machines.publish(
      'm',
      machine({ A: { ...invoke(count, { Next: 'B' }), Retry }, B: { ...invoke(count), Retry } }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    await runOut(host);

    expect(counts).toEqual([
      { state: 'A', count: 0 },
      { state: 'A', count: 1 },
      { state: 'B', count: 0 },
      { state: 'B', count: 1 },
    ]);
  });
});

describe('TimeoutSeconds', () => {
  test('invariant 5: gives a task up while it runs; its answer counts no more', async () => {
    const slow = slowFunction();
    const host = aslHost(slow);
    const Catch = [{ ErrorEquals: ['States.Timeout'], Next: 'B' }];
    host.machines.publish(
      'm',
      machine({ A: { ...invoke({}), TimeoutSeconds: 5, Catch }, B: pass({ Output: 'gave up' }) }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    const running = host.machines.step();
    await slow.entered;
    const due = host.machines.dueAt();
    host.clock.goTo(start + 5_000);
    await settle(host);
    slow.answer('late');
    await running;
    await settle(host);

    expect(due).toBe(start + 5_000);
    expect(host.machines.describe('e')).toMatchObject({ status: 'SUCCEEDED', output: 'gave up' });
    expect(host.machines.dueAt()).toBeUndefined();
  });

  test('gives up every task in its own time', async () => {
    const host = aslHost({ invoke: () => new Promise(() => {}) });
    const task = { ...invoke({}), TimeoutSeconds: '{% $states.input %}' };
    host.machines.publish('m', machine({ A: task }));
    for (const seconds of [5, 10]) host.machines.start({ machine: 'm', name: `e${seconds}`, input: seconds });
    const steps = [host.machines.step(), host.machines.step()];
    await expect.poll(() => host.calls.length).toBe(2);
    await runOut(host);

    expect(steps).toHaveLength(2);
    expect([5, 10].map((seconds) => host.machines.describe(`e${seconds}`)?.stoppedAt)).toEqual([
      '2026-01-05T08:00:05.000Z',
      '2026-01-05T08:00:10.000Z',
    ]);
  });

  test('counts where the host looks only after the answer', async () => {
    const host = aslHost({
      async invoke() {
        host.clock.goTo(start + 6_000);
        return 'late';
      },
    });
    host.machines.publish('m', machine({ A: { ...invoke({}), TimeoutSeconds: 5 } }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    await settle(host);

    expect(host.machines.describe('e')).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('is not States.TaskFailed', async () => {
    const slow = slowFunction();
    const host = aslHost(slow);
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }];
    host.machines.publish('m', machine({ A: { ...invoke({}), TimeoutSeconds: 5, Catch }, B: pass() }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    void host.machines.step();
    await slow.entered;
    host.clock.goTo(start + 5_000);
    await settle(host);

    expect(host.machines.describe('e')).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('of the machine ends the execution, whatever it waits for', async () => {
    const states = { W: { Type: 'Wait', Seconds: 3600, End: true } };

    const ended = await runOnce(machine(states, { TimeoutSeconds: 60 }), {});

    expect(ended).toMatchObject({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
      stoppedAt: '2026-01-05T08:01:00.000Z',
    });
  });
});

test('timers that are due together go in the order of their time, then of their making', async () => {
  const host = aslHost();
  const say = invoke('{% $states.input %}');
  host.machines.publish(
    'm',
    machine({ W: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'A' }, A: say }),
  );
  for (const [name, s] of [
    ['e', 30],
    ['f', 10],
    ['g', 30],
    ['h', 20],
  ] as const) {
    host.machines.start({ machine: 'm', name, input: { name, s } });
  }
  await settle(host);
  host.clock.goTo(start + 60_000);
  await settle(host);

  expect(host.calls.map(({ payload }) => (payload as JsonObject).name)).toEqual(['f', 'h', 'e', 'g']);
});
