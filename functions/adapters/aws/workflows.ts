import { createHash } from 'node:crypto';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachineVersionsCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import type { Json } from '@baton/rules/json.ts';
import { Rejected, Transient, type Workflows } from '../../ports.ts';

/** What this deployment is called and has; ARNs as Step Functions takes them. */
export type Machines = {
  /** Beginning of the names of everything made at run time. */
  prefix: string;
  /** ARN up to and including `stateMachine:`. */
  arns: string;
  /** The one role that journeys run under; it may invoke the step function and nothing else. */
  journeyRole: string;
  /** ARNs by the name that stands in the definitions. */
  functions: Readonly<Record<string, string>>;
  /** ARNs of the machines that come with the deployment, by name. */
  builtIn: Readonly<Record<string, string>>;
};

type Publishing = Parameters<Workflows['publish']>[0];
type Sfn = Pick<SFNClient, 'send'>;

/**
 * Workflows on Step Functions.
 *
 * 1. A journey is one state machine; a version of the document is a published version of it, started by its ARN. So the
 *    console shows one machine per journey, and whoever is inside an old version stays on it.
 * 2. A definition becomes current and is published in one call, so that nobody else's definition can get under this label.
 *    The label tells version and content: a publication whose answer was lost is found again by it. Where it cannot be
 *    seen yet, the same call again changes nothing and answers the version that is there.
 * 3. A token that was used, timed out or never existed is settled; a start under a known name is the first start.
 */
export function awsWorkflows(sfn: Sfn, machines: Machines, plan: Workflows['plan'] = notPlanned): Workflows {
  const arnOf = (machine: string): string => machines.builtIn[machine] ?? machine;
  return {
    plan,
    start: ({ machine, name, input }) => {
      const command = new StartExecutionCommand({
        stateMachineArn: arnOf(machine),
        name,
        input: JSON.stringify(input),
      });
      return attempt(`start of ${name}`, () => sfn.send(command).then(() => 'started' as const), {
        ExecutionAlreadyExists: 'exists' as const,
      });
    },
    succeed: (taskToken, output) => {
      const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) });
      return attempt('answer to a waiting step', () => sfn.send(command).then(() => 'ok' as const), {
        TaskTimedOut: 'closed' as const,
        TaskDoesNotExist: 'closed' as const,
        InvalidToken: 'closed' as const,
      });
    },
    stop: async ({ machine, name }, cause) => {
      const command = new StopExecutionCommand({ executionArn: executionOf(arnOf(machine), name), cause });
      await attempt(`stop of ${name}`, () => sfn.send(command), { ExecutionDoesNotExist: 'gone' });
    },
    publish: (version) => publish(sfn, machines, version),
  };
}

const notPlanned = async (): Promise<never> => {
  throw new Rejected('this function may not plan starts');
};

/**
 * `…:stateMachine:NAME` or `…:stateMachine:NAME:VERSION` → `…:execution:NAME:EXECUTION`. Which version an execution was
 * started from is not part of its name: it is unique in the machine.
 */
function executionOf(machine: string, execution: string): string {
  const [arn, partition, service, region, account, , name] = machine.split(':');
  return [arn, partition, service, region, account, 'execution', name, execution].join(':');
}

async function publish(sfn: Sfn, machines: Machines, version: Publishing): Promise<string> {
  const name = machineName(machines, version.journey);
  const definition = substitute(version.definition, machines);
  const label = labelOf(version.version, definition);
  const known = await publishedAs(sfn, `${machines.arns}${name}`, { label, version: version.version });
  if (known) return known;

  const content = {
    definition,
    roleArn: machines.journeyRole,
    publish: true,
    versionDescription: label,
  };
  const published =
    (await update(sfn, machines, name, content)) ?? (await create(sfn, machines, name, content));
  if (!published.stateMachineVersionArn)
    throw new Transient(`${name}: Step Functions gave no version; publish again`);
  return published.stateMachineVersionArn;
}

/** State machine names have 80 characters; the id of a journey has 64. */
export function machineName({ prefix }: Pick<Machines, 'prefix'>, journey: string): string {
  const name = `${prefix}-j-${journey}`;
  if (name.length <= 80) return name;
  const hash = createHash('sha256').update(journey).digest('hex').slice(0, 8);
  return `${name.slice(0, 71)}-${hash}`;
}

/** Definitions name functions as `${RunStep}`. */
function substitute(definition: Json, { functions }: Machines): string {
  return JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const arn = functions[name];
    if (!arn) throw new Rejected(`a definition names ${whole}, which this deployment does not have`);
    return arn;
  });
}

const labelOf = (version: number, definition: string): string =>
  `version ${version}, content ${createHash('sha256').update(definition).digest('hex').slice(0, 16)}`;

/**
 * The version of the machine that has this label, if there is one. Versions are listed newest first, and others may have
 * published later ones meanwhile; behind an earlier version of the journey the label cannot be.
 */
async function publishedAs(
  sfn: Sfn,
  stateMachineArn: string,
  { label, version }: { label: string; version: number },
): Promise<string | undefined> {
  for await (const arn of versionsOf(sfn, stateMachineArn)) {
    const command = new DescribeStateMachineCommand({ stateMachineArn: arn });
    const described = await attempt(arn, () => sfn.send(command), noMachine);
    const description = described === 'missing' ? '' : (described.description ?? '');
    if (description === label) return arn;
    const [, earlier] = /^version (\d+),/.exec(description) ?? [];
    if (earlier !== undefined && Number(earlier) < version) return undefined;
  }
  return undefined;
}

async function* versionsOf(sfn: Sfn, stateMachineArn: string): AsyncGenerator<string> {
  let nextToken: string | undefined;
  do {
    const command = new ListStateMachineVersionsCommand({ stateMachineArn, nextToken });
    const page = await attempt(stateMachineArn, () => sfn.send(command), noMachine);
    if (page === 'missing') return;
    for (const { stateMachineVersionArn } of page.stateMachineVersions ?? [])
      if (stateMachineVersionArn) yield stateMachineVersionArn;
    nextToken = page.nextToken;
  } while (nextToken);
}

/** The reference does not say what a list of a missing machine's versions is; an ARN that is wrong is refused later. */
const noMachine = {
  InvalidArn: 'missing',
  ResourceNotFound: 'missing',
  StateMachineDoesNotExist: 'missing',
} as const;

type Content = { definition: string; roleArn: string; publish: boolean; versionDescription: string };
type Made = { stateMachineVersionArn?: string };

async function update(
  sfn: Sfn,
  { arns }: Machines,
  name: string,
  content: Content,
): Promise<Made | undefined> {
  const command = new UpdateStateMachineCommand({ stateMachineArn: `${arns}${name}`, ...content });
  return attempt(name, () => sfn.send(command), { StateMachineDoesNotExist: undefined });
}

/** Where somebody else made the machine meanwhile, the repetition of this step finds it and updates it. */
async function create(sfn: Sfn, { prefix }: Machines, name: string, content: Content): Promise<Made> {
  const command = new CreateStateMachineCommand({
    name,
    type: 'STANDARD',
    tags: [{ key: 'baton:stack', value: prefix }],
    ...content,
  });
  return attempt(name, () => sfn.send(command));
}

/** Errors that no repetition mends; everything else is worth another try. */
const permanent = new Set([
  'InvalidArn',
  'InvalidDefinition',
  'InvalidExecutionInput',
  'InvalidName',
  'InvalidOutput',
  'ServiceQuotaExceededException',
  'StateMachineDoesNotExist',
  'StateMachineLimitExceeded',
  'StateMachineTypeNotSupported',
  'ValidationException',
]);

/** `what` is named where it fails; `known`: what an error of that name means, where it is an answer. */
async function attempt<Answer, Known = never>(
  what: string,
  act: () => Promise<Answer>,
  known: Readonly<Record<string, Known>> = {},
): Promise<Answer | Known> {
  try {
    return await act();
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    const meaning = Object.entries(known).find(([each]) => each === name);
    if (meaning) return meaning[1];
    if (permanent.has(name))
      throw new Rejected(`${what}: Step Functions refused it (${name}${detailOf(error)})`);
    throw new Transient(`${what}: Step Functions could not do it now (${name}); try again`);
  }
}

/** What is wrong with a definition only Step Functions can say. Definitions hold nothing personal; inputs may. */
const detailOf = (error: unknown): string =>
  error instanceof Error && error.name === 'InvalidDefinition' ? `: ${error.message}` : '';
