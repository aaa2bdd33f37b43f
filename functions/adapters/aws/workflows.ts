import { createHash } from 'node:crypto';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
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
 * 2. Publishing is found again by its label, which tells version and content: after a crash the steps that were taken are
 *    not taken twice, and an update by somebody else in between makes this one start over.
 * 3. A token that was used, timed out or never existed is settled; a start under a known name is the first start.
 */
export function awsWorkflows(sfn: Sfn, machines: Machines, plan: Workflows['plan'] = notPlanned): Workflows {
  return {
    plan,
    start: ({ machine, name, input }) => {
      const stateMachineArn = machines.builtIn[machine] ?? machine;
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      return attempt(sfn, (client) => client.send(command).then(() => 'started' as const), {
        ExecutionAlreadyExists: 'exists' as const,
      });
    },
    succeed: (taskToken, output) => {
      const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) });
      return attempt(sfn, (client) => client.send(command).then(() => 'ok' as const), {
        TaskTimedOut: 'closed' as const,
        TaskDoesNotExist: 'closed' as const,
        InvalidToken: 'closed' as const,
      });
    },
    stop: async ({ machine, name }, cause) => {
      const executionArn = executionOf(machines.builtIn[machine] ?? machine, name);
      const command = new StopExecutionCommand({ executionArn, cause });
      await attempt(sfn, (client) => client.send(command), { ExecutionDoesNotExist: 'gone' });
    },
    publish: (version) => publish(sfn, machines, version),
  };
}

const notPlanned = async (): Promise<never> => {
  throw new Rejected('this function may not plan starts');
};

/** `…:stateMachine:NAME` or `…:stateMachine:NAME:VERSION` → `…:execution:NAME:EXECUTION`. */
function executionOf(machine: string, execution: string): string {
  const [arn, partition, service, region, account, , name] = machine.split(':');
  return [arn, partition, service, region, account, 'execution', name, execution].join(':');
}

async function publish(sfn: Sfn, machines: Machines, version: Publishing): Promise<string> {
  const name = machineName(machines, version.journey);
  const definition = substitute(version.definition, machines);
  const label = labelOf(version.version, definition);
  const stateMachineArn = `${machines.arns}${name}`;
  const published = await publishedAs(sfn, stateMachineArn, label);
  if (published.found) return published.arn;

  const revisionId = published.machine
    ? await update(sfn, { stateMachineArn, definition, roleArn: machines.journeyRole })
    : await create(sfn, machines, { name, definition });
  const command = new PublishStateMachineVersionCommand({ stateMachineArn, description: label, revisionId });
  const { stateMachineVersionArn } = await attempt(sfn, (client) => client.send(command));
  if (!stateMachineVersionArn) throw new Transient(`Step Functions gave no version of ${name}`);
  return stateMachineVersionArn;
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

type Present = { found: true; arn: string } | { found: false; machine: boolean };

/** The newest version of the machine, if it is the one that is wanted; versions are listed newest first. */
async function publishedAs(sfn: Sfn, stateMachineArn: string, label: string): Promise<Present> {
  const list = new ListStateMachineVersionsCommand({ stateMachineArn, maxResults: 1 });
  const listed = await attempt(sfn, (client) => client.send(list), missing);
  if (listed === 'missing') return { found: false, machine: false };
  const newest = listed.stateMachineVersions?.[0]?.stateMachineVersionArn;
  const describe = new DescribeStateMachineCommand({ stateMachineArn: newest ?? stateMachineArn });
  const described = await attempt(sfn, (client) => client.send(describe), missing);
  if (described === 'missing') return { found: false, machine: newest !== undefined };
  return newest && described.description === label
    ? { found: true, arn: newest }
    : { found: false, machine: true };
}

const missing = { StateMachineDoesNotExist: 'missing', ResourceNotFound: 'missing' } as const;

async function create(
  sfn: Sfn,
  machines: Machines,
  { name, definition }: { name: string; definition: string },
): Promise<string | undefined> {
  const command = new CreateStateMachineCommand({
    name,
    definition,
    roleArn: machines.journeyRole,
    type: 'STANDARD',
    tags: [{ key: 'baton:stack', value: machines.prefix }],
  });
  // Made by somebody else meanwhile: the repetition of this step finds it and updates it.
  await attempt(sfn, (client) => client.send(command));
  return undefined;
}

async function update(
  sfn: Sfn,
  change: { stateMachineArn: string; definition: string; roleArn: string },
): Promise<string | undefined> {
  const { revisionId } = await attempt(sfn, (client) => client.send(new UpdateStateMachineCommand(change)));
  return revisionId;
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
  'StateMachineTypeNotSupported',
  'ValidationException',
]);

/** `known`: what an error of that name means, where it is an answer. */
async function attempt<Answer, Known = never>(
  sfn: Sfn,
  act: (client: Sfn) => Promise<Answer>,
  known: Readonly<Record<string, Known>> = {},
): Promise<Answer | Known> {
  try {
    return await act(sfn);
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    const meaning = known[name];
    if (meaning !== undefined) return meaning;
    if (permanent.has(name)) throw new Rejected(`Step Functions refused: ${name}`);
    throw new Transient(`Step Functions could not do it now: ${name}`);
  }
}
