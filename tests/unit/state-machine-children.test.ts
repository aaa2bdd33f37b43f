import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { invoke, machine, pass, waitForToken } from '../support/asl-definitions.ts';
import { type AslHost, aslHost, runOnce, runOut, settle } from '../support/asl-host.ts';

function map(states: Record<string, JsonObject>, more: JsonObject = {}): JsonObject {
  const ItemProcessor = { StartAt: Object.keys(states)[0] ?? '', States: states };
  return { Type: 'Map', ItemProcessor, ...(more.Next ? {} : { End: true }), ...more };
}

function parallel(branches: Record<string, JsonObject>[], more: JsonObject = {}): JsonObject {
  const Branches = branches.map((States) => ({ StartAt: Object.keys(States)[0] ?? '', States }));
  return { Type: 'Parallel', Branches, ...(more.Next ? {} : { End: true }), ...more };
}

/** Fails for the item 'bad' by an error of this name. */
async function failOnBad(_: string, payload: Json): Promise<Json> {
  if (JSON.stringify(payload) !== '{"item":"bad"}') return payload;
  throw Object.assign(new Error('bad'), { name: 'Bad' });
}

const check = invoke({ item: '{% $states.input %}' }, { Output: '{% $states.input %}' });

describe('Map', () => {
  test('gives the results in the order of the items, whatever order they come in', async () => {
    const slow = { Nap: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } };

    const { output, stoppedAt } = await runOnce(machine({ M: map(slow) }), [30, 10, 20]);

    expect(output).toEqual([30, 10, 20]);
    expect(stoppedAt).toBe('2026-01-05T08:00:30.000Z');
  });

  test('of nothing gives nothing', async () => {
    expect(await runOnce(machine({ M: map({ A: pass() }) }), [])).toMatchObject({
      status: 'SUCCEEDED',
      output: [],
    });
  });

  test('runs no more at once than MaxConcurrency', async () => {
    const slow = { Nap: { Type: 'Wait', Seconds: 10, End: true } };

    const { stoppedAt } = await runOnce(machine({ M: map(slow, { MaxConcurrency: 2 }) }), [1, 2, 3, 4, 5]);

    expect(stoppedAt).toBe('2026-01-05T08:00:30.000Z');
  });

  test('makes the input of an item by ItemSelector and tells which item it is', async () => {
    const item = { value: '{% $states.context.Map.Item.Value %}', all: '{% $count($states.input) %}' };
    const inner = pass({ Output: { at: '{% $states.context.Map.Item.Index %}', in: '{% $states.input %}' } });

    const { output } = await runOnce(machine({ M: map({ A: inner }, { ItemSelector: item }) }), ['x', 'y']);

    expect(output).toEqual([
      { at: 0, in: { value: 'x', all: 2 } },
      { at: 1, in: { value: 'y', all: 2 } },
    ]);
  });

  test('invariant 9: reads the variables around it and keeps its own inside', async () => {
    const states = {
      A: pass({ Assign: { factor: 10 }, Next: 'M' }),
      M: map(
        {
          B: pass({ Assign: { own: '{% $states.input * $factor %}' }, Next: 'C' }),
          C: map({ D: pass({ Output: '{% $own + $states.input %}' }) }, { Items: [1, 2] }),
        },
        { Next: 'Z' },
      ),
      Z: pass({ Output: { result: '{% $states.input %}', own: '{% $exists($own) %}' } }),
    };

    const { output } = await runOnce(machine(states), [1, 2]);

    expect(output).toEqual({
      result: [
        [11, 12],
        [21, 22],
      ],
      own: false,
    });
  });

  test('invariant 5: fails as its first failing item does, and the other items are over', async () => {
    const Catch = [{ ErrorEquals: ['Bad'], Next: 'Z', Output: '{% $states.errorOutput.Error %}' }];
    const states = {
      Ask: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.input = 'bad' %}", Next: 'Check' }],
        Default: 'Token',
      },
      Check: check,
      Token: { ...waitForToken(), TimeoutSeconds: 60 },
    };
    const host = aslHost({ invoke: failOnBad });
    host.machines.publish(
      'm',
      machine({ M: map(states, { Catch }), Z: { Type: 'Wait', Seconds: 3600, End: true } }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: ['good', 'bad', 'good'] });
    await settle(host);
    const tokens = host.calls.flatMap(({ payload }) => (payload as JsonObject).token ?? []);

    expect(host.machines.describe('e')?.current).toMatchObject([{ state: 'Z' }]);
    expect(tokens.map((token) => host.machines.succeed(String(token), 1))).toEqual(['closed']);
    await runOut(host);
    expect(host.machines.describe('e')).toMatchObject({
      output: 'Bad',
      stoppedAt: '2026-01-05T09:00:00.000Z',
    });
  });

  test.each<[string, JsonObject, JsonObject]>([
    [
      'fewer than ToleratedFailureCount',
      { ToleratedFailureCount: 1 },
      { status: 'SUCCEEDED', output: [1, 2, 3] },
    ],
    [
      'the share of ToleratedFailurePercentage',
      { ToleratedFailurePercentage: 25 },
      { status: 'SUCCEEDED', output: [1, 2, 3] },
    ],
    [
      'more than tolerated',
      { ToleratedFailurePercentage: '{% 20 %}' },
      { status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' },
    ],
    ['one and tolerates none', {}, { status: 'FAILED', error: 'Bad' }],
  ])('that loses %s', async (_, more, end) => {
    expect(
      await runOnce(machine({ M: map({ Check: check }, more) }), [1, 'bad', 2, 3], { invoke: failOnBad }),
    ).toMatchObject(end);
  });

  test('in mode DISTRIBUTED runs inside its execution', async () => {
    const States = { Check: check };
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Check',
      States,
    };
    const definition = machine({ M: { Type: 'Map', ItemProcessor, End: true } });

    expect(await runOnce(definition, [1, 2])).toMatchObject({ status: 'SUCCEEDED', output: [1, 2] });
    expect(await runOnce(definition, ['bad'], { invoke: failOnBad })).toMatchObject({
      error: 'States.ExceedToleratedFailureThreshold',
    });
  });

  test('runs all its items again when it is tried again', async () => {
    const seen: Json[] = [];
    const Retry = [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }];
    const invoked = async (name: string, payload: Json) => {
      seen.push(payload);
      return failOnBad(name, seen.length > 2 ? null : payload);
    };

    const { status } = await runOnce(
      machine({ M: map({ Check: check }, { Retry, MaxConcurrency: 1 }) }),
      [1, 'bad'],
      { invoke: invoked },
    );

    expect(status).toBe('SUCCEEDED');
    expect(seen).toEqual([1, 'bad', 1, 'bad'].map((item) => ({ item })));
  });
});

describe('Parallel', () => {
  test('gives the results of its branches in their order', async () => {
    const states = {
      P: parallel([{ A: pass({ Output: '{% $states.input + 1 %}' }) }, { B: pass({ Output: 'b' }) }], {
        Arguments: '{% $states.input.n %}',
      }),
    };

    expect(await runOnce(machine(states), { n: 1 })).toMatchObject({ output: [2, 'b'] });
  });

  test('fails as its first failing branch does; branches that wait are over', async () => {
    const states = {
      P: parallel([
        { A: { Type: 'Wait', Seconds: 3600, End: true } },
        { B: { Type: 'Fail', Error: 'E', Cause: 'c' } },
      ]),
    };
    const host: AslHost = aslHost();
    host.machines.publish('m', machine(states));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    await settle(host);

    expect(host.machines.describe('e')).toMatchObject({ status: 'FAILED', error: 'E', cause: 'c' });
    expect(host.machines.dueAt()).toBeUndefined();
  });

  test('invariant 10: a branch that fails with States.Runtime fails the execution', async () => {
    const far = { A: { Type: 'Wait', Timestamp: '2999-01-01T00:00:00Z', End: true } };
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'B' }];

    expect(await runOnce(machine({ P: parallel([far], { Catch }), B: pass() }), {})).toMatchObject({
      error: 'States.Runtime',
    });
  });

  test('leaves no rows behind', async () => {
    const host = aslHost();
    host.machines.publish(
      'm',
      machine({
        P: parallel([{ M: map({ A: pass() }) }, { B: pass() }], { Next: 'Z' }),
        Z: { Type: 'Wait', Seconds: 5, End: true },
      }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: [1, 2, 3] });
    const rows = () => host.database.sql.prepare('SELECT COUNT(*) AS n FROM sm_frame').get()?.n;
    await settle(host);
    const inTheWait = rows();
    await runOut(host);

    expect([inTheWait, rows()]).toEqual([1, 0]);
  });
});
