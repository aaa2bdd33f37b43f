import { awsWorkflows, type Machines, machineName } from '@baton/functions/adapters/aws/workflows.ts';
import { Rejected, Transient, type Workflows } from '@baton/functions/ports.ts';
import { localWorkflows } from '@baton/infra/local/workflows.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { machine, pass, waitForToken } from '../support/asl-definitions.ts';
import { aslHost, settle, standingClock, startOfTime } from '../support/asl-host.ts';
import {
  arns,
  type Fault,
  journeyRole,
  type StepFunctionsOptions,
  stepFunctions,
} from '../support/step-functions.ts';

const prefix = 'baton-production';
const names: Machines = {
  prefix,
  arns,
  journeyRole,
  functions: { RunStep: 'arn:aws:lambda:eu-central-1:123456789012:function:run-step' },
  builtIn: { stay: `${arns}${prefix}-stay` },
};

const waiting = (note: string): JsonObject =>
  machine({ Wait: waitForToken({ Next: 'End' }), End: pass({ Output: note }) }, { Comment: note });
const stay = waiting('stay');

type Execution = { machine: string; name: string };
type Host = {
  workflows: Workflows;
  /** Does what can be done now. */
  settle(): Promise<void>;
  /** What became of an execution: its status, and its output where it has one. */
  outcomeOf(execution: Execution): { status: string; output?: Json; cause?: string } | undefined;
  /** The tokens that functions were given, in their order. */
  tokens: string[];
  goOn(milliseconds: number): void;
};

const tokenIn = (payload: Json): string => String(Object(payload).token);

function onThisMachine(): Host {
  const host = aslHost();
  return {
    workflows: localWorkflows(host.machines, { builtIn: { stay } }),
    settle: () => settle(host),
    outcomeOf: ({ name }) => host.machines.describe(name),
    get tokens() {
      return host.calls.map(({ payload }) => tokenIn(payload));
    },
    goOn: (milliseconds) => host.clock.goTo(host.clock.now().getTime() + milliseconds),
  };
}

function onAws(options: StepFunctionsOptions = {}) {
  const clock = standingClock(startOfTime);
  const tokens: string[] = [];
  const aws = stepFunctions({
    clock,
    invoke: async (_name, payload) => {
      tokens.push(tokenIn(payload));
      return null;
    },
    ...options,
  });
  aws.request('CreateStateMachine', {
    name: `${prefix}-stay`,
    roleArn: journeyRole,
    definition: JSON.stringify(stay),
  });
  const host: Host = {
    workflows: awsWorkflows(aws.client, names),
    settle: async () => {
      while (await aws.step());
    },
    outcomeOf: ({ machine: arn, name }) => {
      const [owner = ''] = (names.builtIn[arn] ?? arn).slice(arns.length).split(':');
      return aws.describe(owner, name);
    },
    tokens,
    goOn: (milliseconds) => clock.goTo(clock.now().getTime() + milliseconds),
  };
  return { ...host, aws };
}

const adapters: [string, () => Host][] = [
  ['the local host', onThisMachine],
  ['Step Functions', onAws],
];

describe.each(adapters)('%s', (_name, open) => {
  const once = { machine: 'stay', name: 'once', input: { contactId: 'c1' } };

  async function started(execution = once) {
    const host = open();
    await host.workflows.start(execution);
    await host.settle();
    return host;
  }

  test('starts under a name once, and says when it ended before', async () => {
    const host = open();

    expect(await host.workflows.start(once)).toBe('started');
    expect(await host.workflows.start(once)).toMatch(/^(started|exists)$/);
    await host.settle();
    expect(host.tokens).toHaveLength(1);

    expect(await host.workflows.succeed(host.tokens[0] ?? '', {})).toBe('ok');
    await host.settle();
    expect(await host.workflows.start(once)).toBe('exists');
    await host.settle();
    expect(host.tokens).toHaveLength(1);
  });

  test('takes another input under a known name for a repetition', async () => {
    const { workflows, settle, tokens } = await started();

    expect(await workflows.start({ ...once, input: { contactId: 'c2' } })).toBe('exists');
    await settle();
    expect(tokens).toHaveLength(1);
  });

  test.each([
    [
      'an unknown machine',
      { ...once, machine: 'arn:aws:states:eu-central-1:123456789012:stateMachine:gone' },
    ],
    ['a name that is no ARN', { ...once, machine: 'nowhere' }],
    ['a name with a colon', { ...once, name: 'run:2026-01-05T08:00' }],
    ['a name of 81 characters', { ...once, name: 'x'.repeat(81) }],
  ])('refuses to start %s', async (_what, start) => {
    await expect(open().workflows.start(start)).rejects.toThrow(Rejected);
  });

  test('starts under a name of 80 characters', async () => {
    expect(await open().workflows.start({ ...once, name: 'x'.repeat(80) })).toBe('started');
  });

  test('goes on with what a token is answered', async () => {
    const host = await started();

    expect(await host.workflows.succeed(host.tokens[0] ?? '', { to: 'End' })).toBe('ok');
    await host.settle();

    expect(host.outcomeOf(once)).toMatchObject({ status: 'SUCCEEDED', output: 'stay' });
  });

  test('takes a token that was used for closed', async () => {
    const { workflows, settle, tokens } = await started();
    const [token = ''] = tokens;
    await workflows.succeed(token, {});

    expect(await workflows.succeed(token, {})).toBe('closed');
    await settle();
    expect(await workflows.succeed(token, {})).toBe('closed');
  });

  test.each([
    ['one that never was', '00000000-0000-4000-8000-000000000000'],
    ['what is no token', 'not a token'],
  ])('takes %s for closed', async (_what, token) => {
    expect(await open().workflows.succeed(token, {})).toBe('closed');
  });

  test('takes a token that timed out for closed', async () => {
    const host = open();
    const definition = machine({ Wait: waitForToken({ TimeoutSeconds: 60 }) });
    const at = await host.workflows.publish({ journey: 'brief', version: 1, definition });
    await host.workflows.start({ machine: at, name: 'e1', input: {} });
    await host.settle();
    host.goOn(60_000);
    await host.settle();

    expect(await host.workflows.succeed(host.tokens[0] ?? '', {})).toBe('closed');
    expect(host.outcomeOf({ machine: at, name: 'e1' })).toMatchObject({ status: 'FAILED' });
  });

  test('takes the token of a stopped execution for closed', async () => {
    const { workflows, tokens } = await started();
    await workflows.stop(once, 'left');

    expect(await workflows.succeed(tokens[0] ?? '', {})).toBe('closed');
  });

  test('stops what runs, says why, and does so again without complaint', async () => {
    const { workflows, outcomeOf } = await started();

    await workflows.stop(once, 'the contact left');
    await workflows.stop(once, 'again');

    expect(outcomeOf(once)).toMatchObject({ status: 'ABORTED', cause: 'the contact left' });
  });

  test('leaves what ended as it ended', async () => {
    const { workflows, settle, tokens, outcomeOf } = await started();
    await workflows.succeed(tokens[0] ?? '', {});
    await settle();

    await workflows.stop(once, 'too late');

    expect(outcomeOf(once)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('stops what was never started without complaint', async () => {
    const { workflows } = open();
    const at = await workflows.publish({ journey: 'welcome', version: 1, definition: waiting('v1') });

    await expect(workflows.stop({ machine: 'stay', name: 'never' }, 'left')).resolves.toBeUndefined();
    await expect(workflows.stop({ machine: at, name: 'never' }, 'left')).resolves.toBeUndefined();
  });

  test('publishes a version twice as one', async () => {
    const { workflows } = open();
    const version = { journey: 'welcome', version: 1, definition: waiting('v1') };

    expect(await workflows.publish(version)).toBe(await workflows.publish(version));
  });

  test('lets those inside an old version go on with it, and starts both by their references', async () => {
    const host = open();
    const publish = (version: number) =>
      host.workflows.publish({ journey: 'welcome', version, definition: waiting(`v${version}`) });
    const first = await publish(1);
    await host.workflows.start({ machine: first, name: 'inside', input: {} });
    await host.settle();
    const second = await publish(2);
    await host.workflows.start({ machine: first, name: 'late', input: {} });
    await host.workflows.start({ machine: second, name: 'fresh', input: {} });
    await host.settle();

    for (const token of host.tokens) await host.workflows.succeed(token, {});
    await host.settle();

    expect(second).not.toBe(first);
    expect(host.outcomeOf({ machine: first, name: 'inside' })?.output).toBe('v1');
    expect(host.outcomeOf({ machine: first, name: 'late' })?.output).toBe('v1');
    expect(host.outcomeOf({ machine: second, name: 'fresh' })?.output).toBe('v2');
  });

  test('stops an execution of an old version by the reference that it was started by', async () => {
    const host = open();
    const publish = (version: number) =>
      host.workflows.publish({ journey: 'welcome', version, definition: waiting(`v${version}`) });
    const inside = { machine: await publish(1), name: 'inside' };
    await host.workflows.start({ ...inside, input: {} });
    await publish(2);

    await host.workflows.stop(inside, 'left');

    expect(host.outcomeOf(inside)).toMatchObject({ status: 'ABORTED' });
  });

  test('keeps journeys apart whose long names begin alike', async () => {
    const host = open();
    const long = 'a'.repeat(63);
    const publish = (journey: string) =>
      host.workflows.publish({ journey, version: 1, definition: waiting(journey) });
    const [one, other] = [await publish(`${long}b`), await publish(`${long}c`)];
    await host.workflows.start({ machine: one, name: 'e1', input: {} });
    await host.workflows.start({ machine: other, name: 'e2', input: {} });
    await host.settle();

    for (const token of host.tokens) await host.workflows.succeed(token, {});
    await host.settle();

    expect(host.outcomeOf({ machine: one, name: 'e1' })?.output).toBe(`${long}b`);
    expect(host.outcomeOf({ machine: other, name: 'e2' })?.output).toBe(`${long}c`);
  });

  test.each<[string, Json]>([
    ['without states', { QueryLanguage: 'JSONata', StartAt: 'A', States: {} }],
    ['whose state leads nowhere', machine({ A: { Type: 'Pass', Next: 'B' } })],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder, which the host fills
    ['that names a function which is not there', machine({ A: pass({ Output: '${Elsewhere}' }) })],
    ['that is none', 'not a definition'],
  ])('refuses a definition %s, and publishes the next', async (_what, definition) => {
    const { workflows } = open();
    const publish = (version: number, given: Json) =>
      workflows.publish({ journey: 'welcome', version, definition: given });

    await expect(publish(1, definition)).rejects.toThrow(Rejected);
    expect(await publish(2, waiting('v2'))).toEqual(expect.any(String));
  });
});

describe('publishing to Step Functions', () => {
  const name = `${prefix}-j-welcome`;
  const version = (number: number) => ({
    journey: 'welcome',
    version: number,
    definition: waiting(`v${number}`),
  });
  const label = (number: number) =>
    expect.stringMatching(new RegExp(`^version ${number}, content [0-9a-f]{16}$`));
  const before: [string, number[]][] = [
    ['a new journey', []],
    ['the next version', [1]],
  ];

  async function published(former: number[], options: StepFunctionsOptions = {}) {
    const host = onAws(options);
    for (const number of former) await host.workflows.publish(version(number));
    host.aws.requests.length = 0;
    return host;
  }

  test.each(before)('%s takes few calls', async (_what, former) => {
    const { workflows, aws } = await published(former);

    await workflows.publish(version(2));

    expect(aws.requests.map(({ operation }) => operation)).toEqual(
      former.length === 0
        ? ['ListStateMachineVersions', 'UpdateStateMachine', 'CreateStateMachine']
        : ['ListStateMachineVersions', 'DescribeStateMachine', 'UpdateStateMachine'],
    );
  });

  test('a journey is a machine of the one role, marked with the name of the deployment', async () => {
    const { workflows, aws } = onAws();

    const arn = await workflows.publish(version(1));

    expect(arn).toBe(`${arns}${name}:1`);
    expect(aws.tagsOf(name)).toEqual([{ key: 'baton:stack', value: prefix }]);
    expect(aws.labelsOf(name)).toEqual([label(1)]);
  });

  type Interruption = { how: string; interrupt: (aws: ReturnType<typeof onAws>['aws']) => void };
  const faults: Fault[] = ['answer lost', 'not reached', 'throttled', 'server fault'];
  const interruptions: Interruption[] = [
    ...[0, 1, 2].map((calls) => ({
      how: `the caller dies after ${calls} calls`,
      interrupt: (aws: ReturnType<typeof onAws>['aws']) => aws.crashAfter(calls),
    })),
    ...faults.flatMap((fault) =>
      [1, 2, 3].map((call) => ({
        how: `call ${call}: ${fault}`,
        interrupt: (aws: ReturnType<typeof onAws>['aws']) => aws.fail(call, fault),
      })),
    ),
  ];
  const everyCall = before.flatMap(([what, former]) =>
    interruptions.map((interruption) => ({ what, former, ...interruption })),
  );

  test.each(everyCall)('$what ends in one version ($how)', async ({ former, interrupt }) => {
    const { workflows, aws } = await published(former);
    interrupt(aws);

    const first = await workflows.publish(version(2)).catch((error: unknown) => error);
    aws.restart();
    const second = await workflows.publish(version(2));

    if (typeof first === 'string') expect(first).toBe(second);
    else expect(first).toBeInstanceOf(Transient);
    expect(second).toBe(`${arns}${name}:${former.length + 1}`);
    expect(aws.labelsOf(name)).toEqual([label(2), ...former.map(label)]);
    expect(aws.definitionOf(second)).toMatchObject({ Comment: 'v2' });
  });

  test.each(everyCall.filter(({ how }) => how.endsWith('answer lost')))(
    '$what ends in one version where reads lag behind ($how)',
    async ({ former, interrupt }) => {
      const { workflows, aws } = await published(former);
      aws.lag();
      interrupt(aws);
      await workflows.publish(version(2)).catch(() => {});

      const second = await workflows.publish(version(2));
      aws.catchUp();

      expect(await workflows.publish(version(2))).toBe(second);
      expect(aws.labelsOf(name)).toEqual([label(2), ...former.map(label)]);
    },
  );

  test.each([1, 2, 3])(
    'somebody else publishing before call %i leaves both versions as they are',
    async (call) => {
      const { workflows, aws } = await published([1]);
      const other = JSON.stringify(waiting('other'));
      aws.before(call, () =>
        aws.request('UpdateStateMachine', {
          stateMachineArn: `${arns}${name}`,
          definition: other,
          publish: true,
          versionDescription: 'version 3, content 0123456789abcdef',
        }),
      );

      const arn = await workflows.publish(version(2));

      expect(aws.definitionOf(arn)).toMatchObject({ Comment: 'v2' });
      expect(aws.labelsOf(name)).toEqual([label(2), label(3), label(1)]);
    },
  );

  test('a version is found again behind those that others published later', async () => {
    const { workflows, aws } = await published([1]);
    aws.fail(3, 'answer lost');
    await expect(workflows.publish(version(2))).rejects.toThrow(Transient);
    const third = await workflows.publish(version(3));

    const second = await workflows.publish(version(2));

    expect([second, third]).toEqual([`${arns}${name}:2`, `${arns}${name}:3`]);
    expect(aws.labelsOf(name)).toEqual([label(3), label(2), label(1)]);
  });

  test.each(before.flatMap(([what, former]) => [1, 2, 3, 4].map((call) => ({ what, former, call }))))(
    '$what: what somebody sets before call $call does not get under the label',
    async ({ former, call }) => {
      const { workflows, aws } = await published(former);
      aws.before(call, () => {
        if (!aws.machines().includes(name)) return;
        const definition = JSON.stringify(waiting('by hand'));
        aws.request('UpdateStateMachine', { stateMachineArn: `${arns}${name}`, definition });
      });

      const arn = await workflows.publish(version(2));

      expect(aws.definitionOf(arn)).toMatchObject({ Comment: 'v2' });
      expect(aws.labelsOf(name)).toEqual([label(2), ...former.map(label)]);
    },
  );

  test('a version that is compiled to something else is another one', async () => {
    const { workflows, aws } = await published([1]);

    const arn = await workflows.publish({ ...version(1), definition: waiting('compiled anew') });

    expect(aws.definitionOf(arn)).toMatchObject({ Comment: 'compiled anew' });
    expect(aws.labelsOf(name)).toEqual([label(1), label(1)]);
  });

  test('a version that was published by hand is passed by', async () => {
    const { workflows, aws } = await published([1, 2]);
    aws.request('UpdateStateMachine', {
      stateMachineArn: `${arns}${name}`,
      definition: JSON.stringify(waiting('by hand')),
      publish: true,
    });

    expect(await workflows.publish(version(2))).toBe(`${arns}${name}:2`);
  });

  test('two first publications at once are two versions, one of them at the second try', async () => {
    const { workflows, aws } = await published([]);
    aws.before(3, () =>
      aws.request('CreateStateMachine', {
        name,
        roleArn: journeyRole,
        definition: JSON.stringify(waiting('v1')),
        publish: true,
        versionDescription: 'version 1, content 0123456789abcdef',
      }),
    );

    await expect(workflows.publish(version(2))).rejects.toThrow(Transient);
    await workflows.publish(version(2));

    expect(aws.labelsOf(name)).toEqual([label(2), label(1)]);
  });

  test('a journey whose machine is being deleted is made anew when it is gone', async () => {
    const { workflows, settle, aws } = await published([1]);
    await workflows.start({ machine: `${arns}${name}:1`, name: 'inside', input: {} });
    aws.request('DeleteStateMachine', { stateMachineArn: `${arns}${name}` });

    await expect(workflows.publish(version(2))).rejects.toThrow(Transient);
    await settle();

    expect(await workflows.publish(version(2))).toBe(`${arns}${name}:1`);
  });

  test.each(['StateMachineDoesNotExist', 'ResourceNotFound', 'InvalidArn', 'nothing'] as const)(
    'a list of the versions of a missing machine may be %s',
    async (versionsOfMissing) => {
      const { workflows } = onAws({ versionsOfMissing });

      expect(await workflows.publish(version(1))).toBe(`${arns}${name}:1`);
    },
  );

  test('versions may come on several pages', async () => {
    const { workflows, aws } = await published([1, 2, 3], { pageSize: 1 });

    expect(await workflows.publish(version(1))).toBe(`${arns}${name}:1`);
    expect(aws.labelsOf(name)).toEqual([label(3), label(2), label(1)]);
  });

  test('content that is current keeps its version', async () => {
    const { workflows, aws } = await published([]);
    const definition = waiting('same');
    const first = await workflows.publish({ journey: 'welcome', version: 1, definition });

    expect(await workflows.publish({ journey: 'welcome', version: 2, definition })).toBe(first);
    expect(await workflows.publish({ journey: 'welcome', version: 2, definition })).toBe(first);
    expect(aws.labelsOf(name)).toEqual([label(1)]);
  });

  test('what Step Functions has against a definition is said', async () => {
    const { workflows } = onAws();
    const definition = machine({ A: { Type: 'Pass', Next: 'B' } });

    await expect(workflows.publish({ journey: 'welcome', version: 1, definition })).rejects.toThrow(
      /^baton-production-j-welcome: Step Functions refused it \(InvalidDefinition: .*no state "B"/,
    );
  });
});

describe('a call that Step Functions does not take now', () => {
  const acts: [string, (workflows: Workflows) => Promise<unknown>][] = [
    ['start', ({ start }) => start({ machine: 'stay', name: 'once', input: {} })],
    ['succeed', ({ succeed }) => succeed('00000000-0000-4000-8000-000000000000', {})],
    ['stop', ({ stop }) => stop({ machine: 'stay', name: 'once' }, 'left')],
  ];
  const faults: Fault[] = ['throttled', 'not reached', 'answer lost', 'server fault'];

  test.each(acts.flatMap(([what, act]) => faults.map((fault) => ({ what, act, fault }))))(
    '$what is worth another try: $fault',
    async ({ act, fault }) => {
      const { workflows, aws } = onAws();
      aws.fail(1, fault);

      await expect(act(workflows)).rejects.toThrow(Transient);
    },
  );

  test('a start whose answer was lost began once', async () => {
    const { workflows, settle, aws, tokens } = onAws();
    aws.fail(1, 'answer lost');
    const once = { machine: 'stay', name: 'once', input: {} };

    await expect(workflows.start(once)).rejects.toThrow(Transient);
    await workflows.start(once);
    await settle();

    expect(tokens).toHaveLength(1);
  });

  test('an answer that was lost on the way back is closed the next time', async () => {
    const { workflows, settle, aws, tokens, outcomeOf } = onAws();
    const once = { machine: 'stay', name: 'once', input: {} };
    await workflows.start(once);
    await settle();
    aws.fail(1, 'answer lost');

    await expect(workflows.succeed(tokens[0] ?? '', {})).rejects.toThrow(Transient);
    expect(await workflows.succeed(tokens[0] ?? '', {})).toBe('closed');
    await settle();

    expect(outcomeOf(once)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('names of machines', () => {
  test.each(['a', 'welcome', 'a'.repeat(64), `${'a-'.repeat(31)}bc`])('%s fits', (journey) => {
    expect(machineName({ prefix }, journey)).toMatch(/^baton-production-j-[a-z0-9-]{1,61}$/);
  });
});
