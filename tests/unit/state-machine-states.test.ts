import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { everyKind, invoke, machine, pass } from '../support/asl-definitions.ts';
import { aslHost, runOnce, runOut, settle, slowFunction } from '../support/asl-host.ts';

async function outputOf(states: Record<string, JsonObject>, input: Json = {}): Promise<Json | undefined> {
  const { status, output } = await runOnce(machine(states), input);
  expect(status).toBe('SUCCEEDED');
  return output;
}

function failing(name: string, message = 'no') {
  return async () => {
    throw Object.assign(new Error(message), { name });
  };
}

test('runs every kind of state', async () => {
  const { status, output } = await runOnce(everyKind, { name: 'Ada' });

  expect({ status, output }).toEqual({
    status: 'SUCCEEDED',
    output: { both: [[2, 4, 6], 'Ada'], known: true },
  });
});

describe('expressions', () => {
  test('are filled in at any depth, and text that is no expression stays as it is', async () => {
    const Output = { deep: [{ sum: '{% $states.input.a + 1 %}' }], plain: ' {% not one %} ' };

    expect(await outputOf({ A: pass({ Output }) }, { a: 1 })).toEqual({
      deep: [{ sum: 2 }],
      plain: ' {% not one %} ',
    });
  });

  test('invariant 9: Output and Assign both see the variables from before', async () => {
    const states = {
      A: pass({ Assign: { n: 1 }, Next: 'B' }),
      B: pass({ Assign: { n: '{% $n + 1 %}', old: '{% $n %}' }, Output: '{% $n %}', Next: 'C' }),
      C: pass({ Output: { input: '{% $states.input %}', n: '{% $n %}', old: '{% $old %}' } }),
    };

    expect(await outputOf(states)).toEqual({ input: 1, n: 2, old: 1 });
  });

  test('invariant 7: take time from the clock', async () => {
    const Output = {
      now: '{% $now() %}',
      millis: '{% $millis() %}',
      at: '{% $states.context.State.EnteredTime %}',
    };
    const states = { A: { Type: 'Wait', Seconds: 60, Next: 'B' }, B: pass({ Output }) };

    expect(await outputOf(states)).toEqual({
      now: '2026-01-05T08:01:00.000Z',
      millis: Date.parse('2026-01-05T08:01:00.000Z'),
      at: '2026-01-05T08:01:00.000Z',
    });
  });

  test('have the functions of Step Functions and no $eval', async () => {
    const Output = {
      partition: '{% $partition([1,2,3], 2) %}',
      range: '{% $range(1, 9, 4) %}',
      one: '{% $range(1, 9, 9) %}',
      hash: "{% $hash('input data', 'SHA-1') %}",
      parse: '{% $parse(\'{"a":[1]}\') %}',
      random: '{% $random(7) = $random(7) and $random(7) < 1 %}',
      uuid: '{% $contains($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) %}',
    };

    expect(await outputOf({ A: pass({ Output }) })).toEqual({
      partition: [[1, 2], [3]],
      range: [1, 5, 9],
      one: 1,
      hash: 'aaff4a450a104cd177d28d18d74485e8cae074b7',
      parse: { a: [1] },
      random: true,
      uuid: true,
    });
    const evaluated = await runOnce(machine({ A: pass({ Output: "{% $eval('1') %}" }) }), {});
    expect(evaluated).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test('see the execution in the context', async () => {
    const context = (await outputOf(
      { A: pass({ Output: '{% $states.context %}' }) },
      { a: 1 },
    )) as JsonObject;

    expect(context.Execution).toEqual({
      Id: 'arn:aws:states:local:000000000000:execution:machine:execution',
      Input: { a: 1 },
      Name: 'execution',
      StartTime: '2026-01-05T08:00:00.000Z',
    });
    expect(context.State).toEqual({ Name: 'A', EnteredTime: '2026-01-05T08:00:00.000Z', RetryCount: 0 });
    expect(context.StateMachine).toMatchObject({ Name: 'machine' });
  });

  test.each([
    ['nothing', '{% $states.input.absent %}', 'returned nothing (undefined).'],
    ['an error', '{% 1 + "a" %}', 'threw an error during evaluation. T2002:'],
    ['a function', '{% function($x) { $x } %}', 'returned an unsupported result type.'],
  ])('invariant 10: giving %s fail the state', async (_, Output, reason) => {
    const { status, error, cause } = await runOnce(machine({ A: pass({ Output }) }), {});

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(cause).toContain(reason);
    expect(cause).toContain("executing the state 'A'");
  });
});

describe('Choice', () => {
  const choose = (more: JsonObject = {}) => ({
    A: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.go %}', Next: 'B', Output: 'went' }],
      ...more,
    },
    B: pass(),
  });

  test('takes the first rule that holds, with its Output', async () => {
    expect(await outputOf(choose(), { go: true })).toBe('went');
  });

  test('without a rule that holds and without Default fails by name', async () => {
    expect(await runOnce(machine(choose()), { go: false })).toMatchObject({
      error: 'States.NoChoiceMatched',
    });
  });

  test('refuses a condition that is no boolean', async () => {
    const { error, cause } = await runOnce(machine(choose()), { go: 'yes' });

    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain("Expected 'boolean', but was 'string' for value: \"yes\"");
  });
});

describe('Task', () => {
  test('wraps the answer of lambda:invoke', async () => {
    expect(await outputOf({ A: invoke({ a: 1 }) })).toEqual({
      ExecutedVersion: '$LATEST',
      Payload: { a: 1 },
      StatusCode: 200,
    });
  });

  test('sends {} for a null payload and reads a string as JSON text', async () => {
    const host = aslHost();
    host.machines.publish('m', machine({ A: invoke(null, { Next: 'B' }), B: invoke('{"a":[1]}') }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    await settle(host);

    expect(host.calls.map(({ payload }) => payload)).toEqual([{}, { a: [1] }]);
  });

  test("gives the payload itself for a function's own ARN", async () => {
    const Resource = 'arn:aws:lambda:eu-central-1:111111111111:function:run-step';

    expect(await outputOf({ A: { Type: 'Task', Resource, Arguments: { a: 1 }, End: true } })).toEqual({
      a: 1,
    });
  });

  test('reports an error by its name, with a cause as Lambda writes it', async () => {
    const { error, cause } = await runOnce(
      machine({ A: invoke({}) }),
      {},
      { invoke: failing('Rejected', 'no contact') },
    );

    expect(error).toBe('Rejected');
    expect(JSON.parse(cause ?? '')).toEqual({ errorType: 'Rejected', errorMessage: 'no contact', trace: [] });
  });

  test('starts another execution once, however often it is repeated', async () => {
    const startOther = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution',
      Arguments: { StateMachineArn: 'other', Name: 'child', Input: '{% $states.input %}' },
    };
    const host = aslHost();
    host.machines.publish('other', machine({ A: pass() }));
    host.machines.publish(
      'm',
      machine({
        A: { ...startOther, Next: 'B' },
        B: { ...startOther, Arguments: { ...startOther.Arguments, Input: { a: 1 } }, Next: 'C' },
        C: { ...startOther, Arguments: { ...startOther.Arguments, Input: { a: 2 } }, End: true },
      }),
    );
    host.machines.start({ machine: 'm', name: 'e', input: { a: 1 } });
    await settle(host);

    expect(host.machines.describe('child')).toMatchObject({ status: 'SUCCEEDED', output: { a: 1 } });
    expect(host.machines.describe('e')).toMatchObject({
      error: 'StepFunctions.ExecutionAlreadyExistsException',
    });
  });

  test('refuses an answer of more than 256 KiB, which can be caught', async () => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'B' }];
    const states = { A: { ...invoke({}), Catch }, B: pass({ Output: 'too large' }) };

    const { output } = await runOnce(machine(states), {}, { invoke: async () => 'é'.repeat(140_000) });

    expect(output).toBe('too large');
  });
});

describe('Catch', () => {
  const caught = (ErrorEquals: string[], more: JsonObject = {}) =>
    machine({ A: { ...invoke({}), Catch: [{ ErrorEquals, Next: 'B', ...more }] }, B: pass() });

  test('goes on with the error, or with what it makes of it', async () => {
    const plain = await runOnce(caught(['Rejected']), {}, { invoke: failing('Rejected') });
    const made = await runOnce(
      caught(['States.TaskFailed'], {
        Output: { why: '{% $states.errorOutput.Error %}', was: '{% $states.input %}' },
      }),
      { a: 1 },
      { invoke: failing('Rejected') },
    );

    expect(plain.output).toMatchObject({
      Error: 'Rejected',
      Cause: expect.stringContaining('"errorMessage":"no"'),
    });
    expect(made.output).toEqual({ why: 'Rejected', was: { a: 1 } });
  });

  test('does not match another name', async () => {
    expect(await runOnce(caught(['Transient']), {}, { invoke: failing('Rejected') })).toMatchObject({
      error: 'Rejected',
    });
  });

  test('invariant 10: never matches States.Runtime, not even by name', async () => {
    const named = await runOnce(caught(['States.Runtime']), {}, { invoke: failing('States.Runtime') });
    const all = await runOnce(caught(['States.ALL']), {}, { invoke: failing('States.Runtime') });

    expect([named.status, all.status]).toEqual(['FAILED', 'FAILED']);
  });

  test('takes an expression that gives nothing, but not one of its own', async () => {
    const undefinedPayload = {
      ...invoke('{% $states.input.absent %}'),
      Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }],
    };
    const ofTask = await runOnce(machine({ A: undefinedPayload, B: pass() }), {});
    const ofCatch = await runOnce(
      caught(['States.ALL'], { Output: '{% $absent %}' }),
      {},
      { invoke: failing('Rejected') },
    );

    expect(ofTask).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.QueryEvaluationError' } });
    expect(ofCatch).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('an execution', () => {
  test('invariant 6: uses up its name for ever', async () => {
    const host = aslHost();
    host.machines.publish('m', machine({ A: pass() }));
    const start = (input: Json) => host.machines.start({ machine: 'm', name: 'e', input });

    const answers = [start(1), start(2)];
    await settle(host);
    answers.push(start(3));
    await settle(host);

    expect(answers).toEqual(['started', 'exists', 'exists']);
    expect(host.machines.describe('e')).toMatchObject({ input: 1, output: 1 });
  });

  test.each(['', 'a b', 'a:b', 'a/b', 'x'.repeat(81)])(
    'refuses the name %j, as Step Functions would',
    (name) => {
      const { machines } = aslHost();
      machines.publish('m', machine({ A: pass() }));

      expect(() => machines.start({ machine: 'm', name, input: {} })).toThrow(/execution name .* is refused/);
    },
  );

  test('needs a published machine', () => {
    const { machines } = aslHost();

    expect(() => machines.start({ machine: 'm', name: 'e', input: {} })).toThrow(
      'no state machine m is published; publish it first',
    );
  });

  test('tells where it stands', async () => {
    const host = aslHost();
    host.machines.publish('m', everyKind);
    host.machines.start({ machine: 'm', name: 'e', input: { name: 'Ada' } });
    await settle(host);

    expect(host.machines.describe('e')).toEqual({
      status: 'RUNNING',
      machine: 'm',
      input: { name: 'Ada' },
      startedAt: '2026-01-05T08:00:00.000Z',
      current: [{ state: 'Rest', since: '2026-01-05T08:00:00.000Z', until: '2026-01-05T08:01:00.000Z' }],
    });
    expect(host.machines.counts()).toEqual({ open: 1, transitions: 3 });
    expect(host.machines.describe('nobody')).toBeUndefined();
  });

  test('invariant 3: is the same every time with the same clock, chance and answers', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2, JitterStrategy: 'FULL' }];
    const definition = machine({ A: { ...invoke({ id: '{% $uuid() %}', dice: '{% $random() %}' }), Retry } });
    const trip = async () => {
      let draws = 0;
      const host = aslHost({ random: () => (draws++ * 0.37) % 1, invoke: failing('Transient') });
      host.machines.publish('m', definition);
      for (const name of ['e', 'f']) host.machines.start({ machine: 'm', name, input: {} });
      await runOut(host);
      return { calls: host.calls, rows: host.database.sql.prepare('SELECT * FROM sm_execution').all() };
    };

    expect(await trip()).toEqual(await trip());
  });

  test('runs in the order of becoming ready', async () => {
    const host = aslHost();
    host.machines.publish(
      'm',
      machine({
        A: invoke('{% {"at": "A", "name": $states.context.Execution.Name} %}', { Next: 'B' }),
        B: invoke('{% {"at": "B", "name": $states.context.Execution.Name} %}'),
      }),
    );
    for (const name of ['e', 'f']) host.machines.start({ machine: 'm', name, input: {} });
    await settle(host);

    expect(host.calls.map(({ payload }) => Object.values(payload as JsonObject).join(''))).toEqual([
      'Ae',
      'Af',
      'Be',
      'Bf',
    ]);
  });

  test('does not hold up the others while its task runs', async () => {
    const slow = slowFunction();
    const host = aslHost(slow);
    host.machines.publish('m', machine({ A: invoke({}) }));
    host.machines.publish('quick', machine({ A: pass() }));
    host.machines.start({ machine: 'm', name: 'e', input: {} });
    host.machines.start({ machine: 'quick', name: 'f', input: {} });
    const running = host.machines.step();
    await slow.entered;
    await settle(host);
    const meanwhile = ['e', 'f'].map((name) => host.machines.describe(name)?.status);
    slow.answer(null);
    await running;
    await settle(host);

    expect(meanwhile).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(host.calls).toHaveLength(1);
    expect(host.machines.describe('e')?.status).toBe('SUCCEEDED');
  });
});
