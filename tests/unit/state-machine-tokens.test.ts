import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { machine, pass, waitForToken } from '../support/asl-definitions.ts';
import {
  type AslHost,
  aslHost,
  payloadOf,
  runOut,
  settle,
  slowFunction,
  startOfTime,
} from '../support/asl-host.ts';

const start = Date.parse(startOfTime);

async function waiting(more: JsonObject = {}, options: Parameters<typeof aslHost>[0] = {}): Promise<AslHost> {
  const host = aslHost(options);
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput %}' }];
  host.machines.publish('m', machine({ Ask: { ...waitForToken(), Catch, ...more }, Caught: pass() }));
  host.machines.start({ machine: 'm', name: 'e', input: {} });
  await settle(host);
  return host;
}

function lastToken(host: AslHost): string {
  return String(payloadOf(host).token);
}

const endOf = ({ machines }: AslHost) => {
  const { status, output } = machines.describe('e') ?? {};
  return { status, output };
};

describe('a token', () => {
  test('resumes the task with the answer', async () => {
    const host = await waiting();

    const answer = host.machines.succeed(lastToken(host), { reply: 1 });
    await settle(host);

    expect(answer).toBe('ok');
    expect(endOf(host)).toEqual({ status: 'SUCCEEDED', output: { reply: 1 } });
  });

  test('invariant 4: is used once, by whichever answer', async () => {
    const host = await waiting();
    const token = lastToken(host);

    const answers = [
      host.machines.succeed(token, 1),
      host.machines.succeed(token, 2),
      host.machines.fail(token, { error: 'Late' }),
      host.machines.heartbeat(token),
    ];
    await settle(host);

    expect(answers).toEqual(['ok', 'closed', 'closed', 'closed']);
    expect(endOf(host).output).toBe(1);
    expect(host.machines.succeed('nobody', 1)).toBe('closed');
  });

  test('invariant 4: can be answered while its function still runs', async () => {
    const answers: string[] = [];
    const host: AslHost = aslHost({
      async invoke(_, payload) {
        answers.push(host.machines.succeed(String((payload as JsonObject).token), 'early'));
        throw new Error('the answer counts, not this');
      },
    });
    host.machines.publish('m', machine({ Ask: waitForToken() }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    await settle(host);

    expect(answers).toEqual(['ok']);
    expect(endOf(host)).toEqual({ status: 'SUCCEEDED', output: 'early' });
  });

  test('can fail the task, with or without a reason', async () => {
    const host = await waiting();
    host.machines.fail(lastToken(host), { error: 'Declined', cause: 'too dear' });
    await settle(host);
    const silent = await waiting();
    silent.machines.fail(lastToken(silent), {});
    await settle(silent);

    expect(endOf(host).output).toEqual({ Error: 'Declined', Cause: 'too dear' });
    expect(endOf(silent).output).toEqual({ Error: null, Cause: null });
  });

  test('invariant 4: is closed after the timeout', async () => {
    const host = await waiting({ TimeoutSeconds: 60 });
    const token = lastToken(host);
    await runOut(host);

    expect(host.machines.succeed(token, 'late')).toBe('closed');
    expect(endOf(host)).toEqual({ status: 'SUCCEEDED', output: { Error: 'States.Timeout', Cause: '' } });
  });

  test.each([
    ['before', -1, 'ok', 'in time'],
    ['at', 0, 'closed', { Error: 'States.Timeout', Cause: '' }],
  ])('invariant 4: answered %s its deadline has one outcome', async (_, offset, answer, output) => {
    const host = await waiting({ TimeoutSeconds: '{% 30 + 30 %}' });
    host.clock.goTo(start + 60_000 + offset);

    expect(host.machines.succeed(lastToken(host), 'in time')).toBe(answer);
    await runOut(host);

    expect(endOf(host)).toEqual({ status: 'SUCCEEDED', output });
  });

  test('lives on by heartbeats, and a missed one can be caught by its own name', async () => {
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }];
    const host = await waiting({ TimeoutSeconds: 100, HeartbeatSeconds: 40, Catch });
    host.clock.goTo(start + 39_000);
    const beat = host.machines.heartbeat(lastToken(host));
    const due = host.machines.dueAt();
    await runOut(host);

    expect([beat, due]).toEqual(['ok', start + 79_000]);
    expect(host.clock.now().getTime()).toBe(start + 79_000);
    expect(endOf(host).output).toEqual({ Error: 'States.Timeout', Cause: '' });
  });

  test('does not outlive its deadline by heartbeats', async () => {
    const host = await waiting({ TimeoutSeconds: 50, HeartbeatSeconds: 40 });
    host.clock.goTo(start + 39_000);
    host.machines.heartbeat(lastToken(host));

    expect(host.machines.dueAt()).toBe(start + 50_000);
  });

  test('is a new one for every attempt', async () => {
    const Retry = [{ ErrorEquals: ['Again'], IntervalSeconds: 1 }];
    const host = await waiting({ Retry });
    const first = lastToken(host);
    host.machines.fail(first, { error: 'Again' });
    await runOut(host);
    const second = lastToken(host);

    expect(second).not.toBe(first);
    expect([host.machines.succeed(first, 1), host.machines.succeed(second, 2)]).toEqual(['closed', 'ok']);
  });

  test('invariant 7: is told to the function alone', async () => {
    const host = await waiting({ TimeoutSeconds: 60 });

    expect(JSON.stringify(host.machines.describe('e'))).not.toContain(lastToken(host));
    expect(lastToken(host)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('stop', () => {
  test('ends an execution, closes its token and keeps the cause', async () => {
    const host = await waiting({ TimeoutSeconds: 60 });
    host.machines.stop('e', 'goal reached');

    expect(host.machines.describe('e')).toMatchObject({
      status: 'ABORTED',
      cause: 'goal reached',
      current: [],
    });
    expect(host.machines.succeed(lastToken(host), 1)).toBe('closed');
    expect([host.machines.dueAt(), host.machines.counts().open, await host.machines.step()]).toEqual([
      undefined,
      0,
      false,
    ]);
  });

  test('changes nothing that is over or unknown', async () => {
    const host = await waiting();
    host.machines.succeed(lastToken(host), 1);
    await settle(host);
    host.machines.stop('e', 'too late');
    host.machines.stop('nobody', 'unknown');

    expect(host.machines.describe('e')).toMatchObject({ status: 'SUCCEEDED' });
    expect(host.machines.counts().open).toBe(0);
  });

  test('invariant 5: the answer of a task that was running counts no more', async () => {
    const slow = slowFunction();
    const host = aslHost(slow);
    host.machines.publish(
      'm',
      machine({
        A: {
          ...waitForToken(),
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: { FunctionName: 'f' },
        },
      }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    const running = host.machines.step();
    await slow.entered;
    host.machines.stop('e', 'exit');
    slow.answer(1);
    await running;
    await settle(host);

    expect(host.machines.describe('e')).toMatchObject({ status: 'ABORTED' });
  });

  test('invariant 5: leaves the execution alone that starts in its place', async () => {
    const host = aslHost();
    host.machines.publish('m', machine({ A: waitForToken() }));
    host.machines.publish('other', machine({ B: pass() }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    const running = host.machines.step();
    host.machines.stop('e', 'exit');
    host.machines.start({ machine: 'other', name: 'f', input: 'mine' });
    await running;
    await settle(host);

    expect(host.machines.describe('f')).toMatchObject({ status: 'SUCCEEDED', output: 'mine' });
  });
});
