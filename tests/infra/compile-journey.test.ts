import type { Step } from '@baton/rules/documents/journey.ts';
import { type AslDefinition, type AslState, compile } from '@baton/rules/journey/compile.ts';
import { successors } from '@baton/rules/journey/step-kinds.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { done, frozen, journeyOf, journeys } from '../support/journeys.ts';

const stateFields: Record<string, readonly string[]> = {
  Task: ['Type', 'Resource', 'Arguments', 'Assign', 'Output', 'Retry', 'Catch', 'TimeoutSeconds', 'Next'],
  Wait: ['Type', 'Timestamp', 'Next'],
  Choice: ['Type', 'Choices', 'Default'],
  Succeed: ['Type'],
  Fail: ['Type', 'Error', 'Cause'],
};

function textsIn(value: unknown, key: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === key ? [String(part)] : textsIn(part, key),
  );
}

/** Every state that a state may lead to, by whatever field. */
function nextOf(state: AslState | undefined): string[] {
  return [...textsIn(state, 'Next'), ...textsIn(state, 'Default')];
}

function reached(definition: AslDefinition): Set<string> {
  const found = new Set([definition.StartAt]);
  for (const name of found) for (const next of nextOf(definition.States[name])) found.add(next);
  return found;
}

function stepIn(state: AslState | undefined): string | undefined {
  return textsIn(state?.Arguments, 'step')[0];
}

/** The steps that the machine may perform after a step, failing aside. */
function stepsAfter(definition: AslDefinition, step: string): Set<string> {
  const own = Object.keys(definition.States).filter((name) => stepIn(definition.States[name]) === step);
  const open = new Set(own);
  const after = new Set<string>();
  for (const name of open)
    for (const next of nextOf(definition.States[name])) {
      const performs = stepIn(definition.States[next]);
      if (next === 'Mark failed') continue;
      if (performs !== undefined && performs !== step) after.add(performs);
      else open.add(next);
    }
  return after;
}

test('gives every journey a closed, connected machine with well-named states', () => {
  fc.assert(
    fc.property(journeys, (journey) => {
      const definition = compile(frozen(journey), { version: 3 });

      for (const [name, state] of Object.entries(definition.States)) {
        expect(name).toMatch(/^[\x20-\x7e]{1,80}$/);
        expect(name).not.toMatch(/[${}%]/);
        expect(stateFields[state.Type]).toEqual(expect.arrayContaining(Object.keys(state)));
        for (const next of nextOf(state)) expect(definition.States).toHaveProperty([next]);
      }
      expect(reached(definition)).toEqual(new Set(Object.keys(definition.States)));
      expect(compile(journey, { version: 3 })).toEqual(definition);
    }),
    { numRuns: 100 },
  );
});

test('performs every step, and after it the steps that its exits name', () => {
  fc.assert(
    fc.property(journeys, (journey) => {
      const definition = compile(journey, { version: 1 });

      for (const [name, step] of Object.entries(journey.steps)) {
        const others = successors(step).filter((next) => next !== name);
        expect(stepsAfter(definition, name)).toEqual(new Set(others));
      }
    }),
    { numRuns: 100 },
  );
});

test('carries ids only: no text of the document reaches a payload', () => {
  const secret = 'Mrs Example';
  const steps: Record<string, Step> = {
    first: { kind: 'task', title: secret, queue: 'service', instruction: secret, due: 'P1D', next: 'last' },
    last: done,
  };

  const { States } = compile(journeyOf(steps), { version: 1 });

  const payloads = Object.values(States).map(({ Arguments }) => JSON.stringify(Arguments ?? null));
  expect(payloads.join()).not.toContain(secret);
  expect(States[`1 ${secret}`]).toMatchObject({
    Arguments: {
      Payload: {
        enrolments: ['{% $states.context.Execution.Input %}'],
        step: 'first',
        phase: 'enter',
        visit: '{% $states.context.State.EnteredTime %}',
      },
    },
    Next: '2 Done',
  });
});

test('numbers steps breadth first and names them in ASCII, after their id where nothing is left of the title', () => {
  const steps: Record<string, Step> = {
    first: {
      kind: 'branch',
      title: 'Größer als 5 € – ja?',
      cases: [
        {
          title: 'A',
          when: { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'a' }] },
          next: 'deep',
        },
      ],
      else: 'near',
    },
    deep: { kind: 'update', title: 'よろしく', attribute: '$.tier', value: 'b', next: 'last' },
    near: { kind: 'update', title: 'Set', attribute: '$.tier', value: 'b', next: 'last' },
    last: done,
  };

  const { States } = compile(journeyOf(steps), { version: 1 });

  expect(States.Begin).toMatchObject({ Default: '1 Grosser als 5 EUR - ja?' });
  expect(Object.keys(States)).toEqual(
    expect.arrayContaining(['1 Grosser als 5 EUR - ja?', '2 deep', '3 Set', '4 Done']),
  );
});

test('begins at the step that its input names, at the start where it names none', () => {
  const pause: Step = { kind: 'wait', title: 'A day', wait: { after: 'P1D' }, next: 'last' };

  const { StartAt, States } = compile(journeyOf({ first: pause, last: done }), { version: 1 });

  expect(StartAt).toBe('Begin');
  expect(States.Begin).toEqual({
    Type: 'Choice',
    Choices: [
      { Condition: "{% $states.context.Execution.Input.step = 'first' %}", Next: '1 A day - begin' },
      { Condition: "{% $states.context.Execution.Input.step = 'last' %}", Next: '2 Done' },
    ],
    Default: '1 A day - begin',
  });
});

test('asks again later where a send is held', () => {
  const steps: Record<string, Step> = {
    first: {
      kind: 'send',
      title: 'Mail',
      template: 'hello',
      channel: 'email',
      purpose: 'marketing',
      next: 'last',
    },
    last: done,
  };

  const { States } = compile(journeyOf(steps), { version: 1 });

  expect(States['1 Mail']).toMatchObject({
    Assign: { r: '{% $states.result.Payload.results[0] %}' },
    Next: '1 Mail - route',
  });
  expect(States['1 Mail - route']).toEqual({
    Type: 'Choice',
    Choices: [{ Condition: '{% $r.held = true %}', Next: '1 Mail - hold' }],
    Default: '2 Done',
  });
  expect(States['1 Mail - hold']).toEqual({ Type: 'Wait', Timestamp: '{% $r.until %}', Next: '1 Mail' });
});

const waitFor: Step = {
  kind: 'wait-for',
  title: 'Delivered',
  events: [{ event: 'order.delivered', next: 'last' }],
  timeout: { after: 'P2D' },
  onTimeout: 'late',
};
const late: Step = { kind: 'update', title: 'Late', attribute: '$.late', value: true, next: 'last' };

test('waits for a token as long as the document says, then asks what the timeout means', () => {
  const { States } = compile(journeyOf({ first: waitFor, late, last: done }), { version: 1 });

  expect(States.Begin).toMatchObject({ Default: '1 Delivered' });
  expect(States['1 Delivered']).toMatchObject({
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { Payload: { phase: 'enter', token: '{% $states.context.Task.Token %}' } },
    TimeoutSeconds: 172_800,
    Assign: { r: '{% $states.result %}' },
    Catch: [
      { ErrorEquals: ['States.Timeout'], Next: '1 Delivered - timed out' },
      { ErrorEquals: ['States.ALL'] },
    ],
    Next: '1 Delivered - route',
  });
  expect(States['1 Delivered - timed out']).toMatchObject({
    Arguments: { Payload: { step: 'first', phase: 'timeout' } },
    Next: '1 Delivered - route',
  });
  expect(States['1 Delivered - route']).toEqual({
    Type: 'Choice',
    Choices: [
      { Condition: "{% $r.to = 'last' %}", Next: '2 Done' },
      { Condition: "{% $r.to = 'late' %}", Next: '3 Late' },
    ],
    Default: 'Left',
  });
});

test('asks first how long to wait where a fact says it', () => {
  const planned: Step = { ...waitFor, timeout: { until: { fact: 'event', path: '$.promisedAt' } } };

  const { States } = compile(journeyOf({ first: planned, late, last: done }), { version: 1 });

  expect(States.Begin).toMatchObject({ Default: '1 Delivered - plan' });
  expect(States['1 Delivered - plan']).toMatchObject({
    Arguments: { Payload: { phase: 'plan' } },
    Next: '1 Delivered',
  });
  expect(States['1 Delivered']).toMatchObject({ TimeoutSeconds: '{% $r.seconds %}' });
});

test('waits until the instant that the task found, and not at all where there is none', () => {
  const steps: Record<string, Step> = {
    first: { kind: 'wait', title: 'A day', wait: { after: 'P1D' }, next: 'last' },
    last: done,
  };

  const { States } = compile(journeyOf(steps), { version: 1 });

  expect(States.Begin).toMatchObject({ Default: '1 A day - begin' });
  expect(States['1 A day']).toEqual({
    Type: 'Wait',
    Timestamp: '{% $exists($r.until) ? $r.until : $states.context.State.EnteredTime %}',
    Next: '2 Done',
  });
});

test('repeats a task that is out of order, and marks the enrolment failed for any other error', () => {
  const { Comment, TimeoutSeconds, States } = compile(journeyOf({ last: done }), { version: 7 });

  expect({ Comment, TimeoutSeconds }).toEqual({
    Comment: 'under-test version 7',
    TimeoutSeconds: 31_190_400,
  });
  expect(States['1 Done']).toMatchObject({
    Retry: [
      {
        ErrorEquals: expect.arrayContaining(['Transient']),
        MaxAttempts: 12,
        JitterStrategy: 'FULL',
        MaxDelaySeconds: 300,
      },
    ],
    Catch: [{ ErrorEquals: ['States.ALL'], Assign: { failure: { step: 'last' } }, Next: 'Mark failed' }],
    Next: 'Ended',
  });
  expect(States['Mark failed']).toMatchObject({
    Arguments: { Payload: { step: '{% $failure.step %}', phase: 'failed' } },
    Next: 'Failed',
  });
});

test('refuses a journey that leads to a step it does not have', () => {
  const steps: Record<string, Step> = { first: { ...late, next: 'nowhere' } };

  expect(() => compile(journeyOf(steps), { version: 1 })).toThrow(/steps\.nowhere: there is no such step/);
});

test('stays far below the size that Step Functions takes, at 500 steps', () => {
  const names = Array.from({ length: 499 }, (_, index) => `step-${index}`);
  const steps = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        ...waitFor,
        events: [{ event: 'order.delivered', next: names[index + 1] ?? 'last' }],
        onTimeout: 'last',
      },
    ]),
  );

  const definition = compile(journeyOf({ ...steps, last: done }), { version: 1 });

  expect(JSON.stringify(definition).length).toBeLessThan(1_048_576);
});
