import { randomUUID } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Clock } from '@baton/functions/ports.ts';
import { DefinitionRefused } from '@baton/infra/local/state-machine/check-definition.ts';
import { createStateMachines, type StateMachines } from '@baton/infra/local/state-machine/state-machines.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { memoryDatabase, standingClock, startOfTime } from './asl-host.ts';
import { type AwsAnswer, type AwsRequest, stubAws } from './aws-stub.ts';

/*
 * Step Functions from the wire on, as its API reference describes it and as recordings of it show it. Definitions are run
 * by the local interpreter, one per machine, because names of executions are unique in a machine.
 *
 * 1. Nothing is read or written that the reference does not name; what it leaves open is an option.
 * 2. Only an update that changes something makes a new revision, and a revision has one version at most.
 * 3. A fault hits one call, counted from when it is set. A call whose answer is lost has taken place.
 */

export const arns = 'arn:aws:states:eu-central-1:123456789012:stateMachine:';
export const journeyRole = 'arn:aws:iam::123456789012:role/journeys';

type Revision = { id: string | undefined; definition: string; roleArn: string; runs: string };
type Version = { number: number; revision: Revision; description: string | undefined; at: number };
type Execution = { input: string; startDate: number };
type Machine = {
  name: string;
  createdAs: string;
  revisions: [Revision, ...Revision[]];
  /** Newest first. */
  versions: Version[];
  versionsMade: number;
  tags: JsonObject[];
  runner: StateMachines;
  executions: Map<string, Execution>;
  deleting: boolean;
};

export type Fault = 'answer lost' | 'not reached' | 'throttled' | 'server fault';

export type StepFunctionsOptions = {
  clock?: Clock;
  invoke?: (functionName: string, payload: Json) => Promise<Json>;
  /** What a list of the versions of a missing machine is: the reference names no error for it. */
  versionsOfMissing?: 'StateMachineDoesNotExist' | 'ResourceNotFound' | 'InvalidArn' | 'nothing';
  /** Most entries of a page, whatever is asked for. */
  pageSize?: number;
};

export function stepFunctions(options: StepFunctionsOptions = {}) {
  const clock = options.clock ?? standingClock(startOfTime);
  const state: State = {
    machines: new Map(),
    clock,
    tokens: new Set(),
    hidden: undefined,
    versionsOfMissing: options.versionsOfMissing ?? 'StateMachineDoesNotExist',
    pageSize: options.pageSize ?? 1000,
    invoke: options.invoke ?? (async (_name, payload) => payload),
  };
  const faults = new Map<number, Fault>();
  const interludes = new Map<number, () => void>();
  let crashed: number | undefined;
  let calls = 0;

  function answer(request: AwsRequest): AwsAnswer {
    const call = ++calls;
    if (crashed !== undefined && call > crashed) return { broken: 'ECONNREFUSED' };
    interludes.get(call)?.();
    const fault = faults.get(call);
    if (fault === 'not reached') return { broken: 'ECONNREFUSED' };
    if (fault === 'throttled') return refusal('ThrottlingException', 'Rate exceeded');
    if (fault === 'server fault') return { status: 500, body: { __type: 'InternalFailure' } };
    const given = served(state, request.operation, request.body);
    return fault === 'answer lost' ? { broken: 'ECONNRESET' } : given;
  }

  const { connection, requests } = stubAws(answer);
  const runners = () => [...state.machines.values()].map(({ runner }) => runner);
  return {
    connection,
    /** One try for each call: what is tried again is for the adapter to say. */
    client: new SFNClient({ ...connection, maxAttempts: 1 }),
    requests,
    fail: (call: number, fault: Fault) => void faults.set(calls + call, fault),
    /** The caller dies after so many more calls; until `restart` nothing reaches Step Functions. */
    crashAfter: (more: number) => {
      crashed = calls + more;
    },
    restart: () => {
      crashed = undefined;
    },
    /** Somebody else acts just before a call. */
    before: (call: number, act: () => void) => void interludes.set(calls + call, act),
    /** Somebody else's request; throws the name of the error. */
    request: (operation: string, body: JsonObject): JsonObject => {
      const { status, body: given } = served(state, operation, body);
      if (status !== 200) throw new Error(JSON.stringify(given));
      return z.record(z.string(), z.json()).parse(given ?? {});
    },
    /** What is made from now on is not seen, as when reads lag behind; whoever makes it again finds it. */
    lag: () => {
      state.hidden = new Map([...state.machines].map(([name, { versions }]) => [name, versions.length]));
    },
    catchUp: () => {
      state.hidden = undefined;
    },
    machines: () => [...state.machines.keys()].sort(),
    tagsOf: (name: string) => state.machines.get(name)?.tags,
    /** Newest first. */
    labelsOf: (name: string) =>
      state.machines.get(name)?.versions.map(({ description }) => description) ?? [],
    /** The definition that a version runs. */
    definitionOf: (arn: string): Json => JSON.parse(found(state, arn).revision.definition),
    describe: (machine: string, execution: string) => state.machines.get(machine)?.runner.describe(execution),
    executions: (machine: string) => [...(state.machines.get(machine)?.executions.keys() ?? [])],
    /** Runs one ready transition, false when none is ready. */
    step: async (): Promise<boolean> => {
      endDeleted(state);
      for (const runner of runners()) if (await runner.step()) return true;
      return false;
    },
    dueAt: (): number | undefined => {
      const due = runners().flatMap((runner) => runner.dueAt() ?? []);
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}

type State = {
  machines: Map<string, Machine>;
  clock: Clock;
  /** Every token that a function was ever given. */
  tokens: Set<string>;
  /** How many versions of which machines can be seen, where reads lag behind. */
  hidden: Map<string, number> | undefined;
  versionsOfMissing: NonNullable<StepFunctionsOptions['versionsOfMissing']>;
  pageSize: number;
  invoke: NonNullable<StepFunctionsOptions['invoke']>;
};

type Served = { status: number; body?: Json };

/** An error as AWS JSON 1.0 tells it. */
class Refused extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const refusal = (name: string, message: string): Served => ({
  status: name === 'ConflictException' ? 409 : name === 'ServiceQuotaExceededException' ? 402 : 400,
  body: { __type: `com.amazonaws.swf.service.v2.model#${name}`, message },
});

function served(state: State, operation: string, body: JsonObject): Served {
  const act = operations[operation];
  if (!act) return refusal('UnknownOperationException', operation);
  try {
    return { status: 200, body: act(state, body) };
  } catch (error) {
    if (error instanceof Refused) return refusal(error.name, error.message);
    if (error instanceof z.ZodError) return refusal('ValidationException', error.message);
    throw error;
  }
}

const operations: Record<string, (state: State, body: JsonObject) => JsonObject> = {
  CreateStateMachine: createMachine,
  UpdateStateMachine: updateMachine,
  PublishStateMachineVersion: publishVersion,
  ListStateMachineVersions: listVersions,
  DescribeStateMachine: describeMachine,
  ListStateMachines: listMachines,
  DeleteStateMachine: deleteMachine,
  ListExecutions: listExecutions,
  StartExecution: startExecution,
  StopExecution: stopExecution,
  SendTaskSuccess: sendTaskSuccess,
};

const Arn = z.string().min(1).max(256);
const Text = z.string().max(1_048_576);
const Label = z.string().max(256);
const Page = { nextToken: z.string().optional(), maxResults: z.int().min(0).max(1000).optional() };

/** Letters that a name must not have, by the reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Step Functions refuses control characters by name
const notInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
const Name = z.string().min(1).max(80);

function checkName(name: string): void {
  if (notInNames.test(name)) throw new Refused('InvalidName', `Invalid Name: '${name}'`);
}

const CreateMachine = z.strictObject({
  name: Name,
  definition: Text,
  roleArn: Arn,
  type: z.literal('STANDARD').optional(),
  tags: z
    .array(z.strictObject({ key: z.string().max(128), value: z.string().max(256) }))
    .max(50)
    .default([]),
  publish: z.boolean().default(false),
  versionDescription: Label.optional(),
});

/** The same machine again is the one that is there; role and tags of the repetition are not looked at. */
function createMachine(state: State, body: JsonObject): JsonObject {
  const { name, definition, roleArn, tags, publish, versionDescription } = CreateMachine.parse(body);
  checkName(name);
  if (versionDescription !== undefined && !publish)
    throw new Refused('ValidationException', 'Version description can only be set when publish is true');
  const createdAs = JSON.stringify([definition, publish, versionDescription]);
  const present = state.machines.get(name);
  if (present?.deleting)
    throw new Refused('StateMachineDeleting', `State Machine is being deleted: '${name}'`);
  const unchanged = present?.createdAs === createdAs && present.revisions[0].definition === definition;
  if (present && !unchanged)
    throw new Refused('StateMachineAlreadyExists', `State Machine Already Exists: '${arns}${name}'`);

  const machine = present ?? begin(state, { name, createdAs, definition, roleArn, tags });
  const version = publish ? publishCurrent(state, machine, versionDescription) : undefined;
  return {
    stateMachineArn: `${arns}${name}`,
    creationDate: seconds(state),
    ...(version && { stateMachineVersionArn: `${arns}${name}:${version.number}` }),
  };
}

function begin(
  state: State,
  {
    definition,
    roleArn,
    ...rest
  }: Pick<Machine, 'name' | 'createdAs' | 'tags'> & Omit<Revision, 'id' | 'runs'>,
): Machine {
  const runner = createStateMachines({
    database: memoryDatabase(),
    clock: state.clock,
    invoke: (functionName, payload) => {
      for (const [token] of JSON.stringify(payload).matchAll(tokenShape)) state.tokens.add(token);
      return state.invoke(functionName, payload);
    },
  });
  const first = revise(runner, 1, { id: undefined, definition, roleArn });
  const machine: Machine = {
    ...rest,
    runner,
    revisions: [first],
    versions: [],
    versionsMade: 0,
    executions: new Map(),
    deleting: false,
  };
  state.machines.set(rest.name, machine);
  return machine;
}

function revise(runner: StateMachines, number: number, revision: Omit<Revision, 'runs'>): Revision {
  const runs = `revision-${number}`;
  try {
    runner.publish(runs, JSON.parse(revision.definition));
  } catch (error) {
    if (!(error instanceof DefinitionRefused || error instanceof SyntaxError)) throw error;
    throw new Refused('InvalidDefinition', `Invalid State Machine Definition: '${error.message}'`);
  }
  return { ...revision, runs };
}

/** A revision has one version at most; who publishes it again gets that, under the description that it has. */
function publishCurrent(state: State, machine: Machine, description: string | undefined): Version {
  const [revision] = machine.revisions;
  const present = machine.versions.find((version) => version.revision === revision);
  if (present) return present;
  if (machine.versions.length === 1000)
    throw new Refused('ServiceQuotaExceededException', 'The maximum number of versions has been reached');
  const version = { number: ++machine.versionsMade, revision, description, at: seconds(state) };
  machine.versions.unshift(version);
  return version;
}

const UpdateMachine = z.strictObject({
  stateMachineArn: Arn,
  definition: Text.optional(),
  roleArn: Arn.optional(),
  publish: z.boolean().default(false),
  versionDescription: Label.optional(),
});

function updateMachine(state: State, body: JsonObject): JsonObject {
  const change = UpdateMachine.parse(body);
  const machine = unqualified(state, change.stateMachineArn);
  if (change.definition === undefined && change.roleArn === undefined)
    throw new Refused('MissingRequiredParameter', 'Either the definition or the role ARN must be specified');
  if (change.versionDescription !== undefined && !change.publish)
    throw new Refused('ValidationException', 'Version description can only be set when publish is true');
  const [current] = machine.revisions;
  const { definition = current.definition, roleArn = current.roleArn } = change;
  if (definition !== current.definition || roleArn !== current.roleArn)
    machine.revisions.unshift(
      revise(machine.runner, machine.revisions.length + 1, { id: randomUUID(), definition, roleArn }),
    );
  const version = change.publish ? publishCurrent(state, machine, change.versionDescription) : undefined;
  const { id } = machine.revisions[0];
  return {
    updateDate: seconds(state),
    ...(id !== undefined && { revisionId: id }),
    ...(version && { stateMachineVersionArn: `${arns}${machine.name}:${version.number}` }),
  };
}

const PublishVersion = z.strictObject({
  stateMachineArn: Arn,
  revisionId: z.string().optional(),
  description: Label.optional(),
});

function publishVersion(state: State, body: JsonObject): JsonObject {
  const { stateMachineArn, revisionId, description } = PublishVersion.parse(body);
  const machine = unqualified(state, stateMachineArn);
  const current = machine.revisions[0].id ?? 'INITIAL';
  if (revisionId !== undefined && revisionId !== current)
    throw new Refused(
      'ConflictException',
      `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${current}.`,
    );
  const { number, at } = publishCurrent(state, machine, description);
  return { stateMachineVersionArn: `${arns}${machine.name}:${number}`, creationDate: at };
}

const ListVersions = z.strictObject({ stateMachineArn: Arn, ...Page });

function listVersions(state: State, body: JsonObject): JsonObject {
  const { stateMachineArn, ...page } = ListVersions.parse(body);
  const name = nameIn(stateMachineArn);
  const visible = visibleVersions(state, name);
  if (!visible) {
    if (state.versionsOfMissing === 'nothing') return { stateMachineVersions: [] };
    throw new Refused(state.versionsOfMissing, `State Machine Does Not Exist: '${stateMachineArn}'`);
  }
  const { entries, nextToken } = pageOf(state, visible, page);
  return {
    stateMachineVersions: entries.map(({ number, at }) => ({
      stateMachineVersionArn: `${arns}${name}:${number}`,
      creationDate: at,
    })),
    ...nextToken,
  };
}

function visibleVersions({ machines, hidden }: State, name: string): Version[] | undefined {
  const machine = machines.get(name);
  const seen = hidden ? hidden.get(name) : machine?.versions.length;
  return machine && seen !== undefined ? machine.versions.slice(machine.versions.length - seen) : undefined;
}

const DescribeMachine = z.strictObject({ stateMachineArn: Arn });

function describeMachine(state: State, body: JsonObject): JsonObject {
  const { stateMachineArn } = DescribeMachine.parse(body);
  const { machine, revision, version } = found(state, stateMachineArn);
  if (version && !visibleVersions(state, machine.name)?.includes(version)) throw missing(stateMachineArn);
  return {
    stateMachineArn,
    name: machine.name,
    status: machine.deleting ? 'DELETING' : 'ACTIVE',
    definition: revision.definition,
    roleArn: revision.roleArn,
    type: 'STANDARD',
    creationDate: seconds(state),
    ...(revision.id !== undefined && { revisionId: revision.id }),
    ...(version?.description !== undefined && { description: version.description }),
  };
}

const ListMachines = z.strictObject(Page);

function listMachines(state: State, body: JsonObject): JsonObject {
  const page = ListMachines.parse(body);
  const { entries, nextToken } = pageOf(state, [...state.machines.keys()], page);
  return {
    stateMachines: entries.map((name) => ({
      name,
      stateMachineArn: `${arns}${name}`,
      type: 'STANDARD',
      creationDate: seconds(state),
    })),
    ...nextToken,
  };
}

function pageOf<T>(
  { pageSize }: State,
  all: readonly T[],
  { nextToken = '0', maxResults }: { nextToken?: string | undefined; maxResults?: number | undefined },
): { entries: T[]; nextToken: { nextToken?: string } } {
  const from = Number(nextToken);
  const to = from + Math.min(maxResults || 100, pageSize);
  return { entries: all.slice(from, to), nextToken: to < all.length ? { nextToken: String(to) } : {} };
}

const DeleteMachine = z.strictObject({ stateMachineArn: Arn });

/** Deleted with the next transitions of what runs on it. One that is not there is deleted already. */
function deleteMachine(state: State, body: JsonObject): JsonObject {
  const machine = state.machines.get(nameIn(DeleteMachine.parse(body).stateMachineArn));
  if (!machine) return {};
  machine.deleting = true;
  if (machine.runner.counts().open === 0) state.machines.delete(machine.name);
  return {};
}

const ListExecutions = z.strictObject({ ...Page, stateMachineArn: Arn, statusFilter: z.literal('RUNNING') });

function listExecutions(state: State, body: JsonObject): JsonObject {
  const { stateMachineArn, ...page } = ListExecutions.parse(body);
  const machine = state.machines.get(nameIn(stateMachineArn));
  if (!machine)
    throw new Refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
  const running = [...machine.executions.keys()].filter(
    (name) => machine.runner.describe(name)?.status === 'RUNNING',
  );
  const { entries, nextToken } = pageOf(state, running, page);
  return {
    executions: entries.map((name) => ({
      executionArn: `${arns.replace('stateMachine', 'execution')}${machine.name}:${name}`,
      stateMachineArn,
      name,
      status: 'RUNNING',
      startDate: machine.executions.get(name)?.startDate ?? 0,
    })),
    ...nextToken,
  };
}

function endDeleted(state: State): void {
  for (const { deleting, name, runner, executions } of state.machines.values()) {
    if (!deleting) continue;
    for (const execution of executions.keys()) runner.stop(execution, 'the state machine was deleted');
    state.machines.delete(name);
  }
}

const StartExecution = z.strictObject({ stateMachineArn: Arn, name: Name, input: z.string().max(262_144) });

function startExecution(state: State, body: JsonObject): JsonObject {
  const { stateMachineArn, name, input } = StartExecution.parse(body);
  const { machine, revision } = found(state, stateMachineArn);
  checkName(name);
  if (machine.deleting)
    throw new Refused('StateMachineDeleting', `State Machine is being deleted: '${name}'`);
  const executionArn = `${arns.replace('stateMachine', 'execution')}${machine.name}:${name}`;
  const first = machine.executions.get(name);
  const again = first && machine.runner.describe(name)?.status === 'RUNNING' && first.input === input;
  if (first && !again)
    throw new Refused('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
  const { startDate } = first ?? run(state, machine, { revision, name, input });
  return { executionArn, startDate };
}

function run(
  state: State,
  machine: Machine,
  { revision, name, input }: { revision: Revision; name: string; input: string },
): Execution {
  machine.runner.start({ machine: revision.runs, name, input: jsonIn(input, 'InvalidExecutionInput') });
  const execution = { input, startDate: seconds(state) };
  machine.executions.set(name, execution);
  return execution;
}

function jsonIn(text: string, refusedAs: 'InvalidExecutionInput' | 'InvalidOutput'): Json {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    throw new Refused(refusedAs, 'this is not JSON');
  }
}

const StopExecution = z.strictObject({
  executionArn: Arn,
  cause: z.string().max(32_768).optional(),
  error: z.string().max(256).optional(),
});

/** One that has ended stays as it ended. */
function stopExecution(state: State, body: JsonObject): JsonObject {
  const { executionArn, cause = '' } = StopExecution.parse(body);
  const [, machineName = '', name = '', more] =
    /^arn:aws:states:eu-central-1:123456789012:execution:([^:]+):([^:]+)(:.*)?$/.exec(executionArn) ?? [];
  if (name === '' || more !== undefined) throw new Refused('InvalidArn', `Invalid Arn: '${executionArn}'`);
  const machine = state.machines.get(machineName);
  if (!machine?.executions.has(name))
    throw new Refused('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  machine.runner.stop(name, cause);
  if (machine.deleting && machine.runner.counts().open === 0) state.machines.delete(machine.name);
  return { stopDate: seconds(state) };
}

const SendTaskSuccess = z.strictObject({
  taskToken: z.string().min(1).max(2048),
  output: z.string().max(262_144),
});
const tokenShape = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function sendTaskSuccess(state: State, body: JsonObject): JsonObject {
  const { taskToken, output } = SendTaskSuccess.parse(body);
  if (taskToken.replace(tokenShape, '') !== '')
    throw new Refused('InvalidToken', "Invalid Token: 'Invalid token'");
  const machines = [...state.machines.values()];
  const value = jsonIn(output, 'InvalidOutput');
  if (machines.some(({ runner }) => runner.succeed(taskToken, value) === 'ok')) return {};
  throw state.tokens.has(taskToken)
    ? new Refused('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
    : new Refused('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'");
}

/** A machine's latest revision, or that of a version. */
function found(
  { machines }: State,
  arn: string,
): { machine: Machine; revision: Revision; version?: Version | undefined } {
  const [name = '', number] = nameIn(arn).split(':');
  const machine = machines.get(name);
  if (!machine) throw missing(arn);
  if (number === undefined) return { machine, revision: machine.revisions[0] };
  const version = machine.versions.find((each) => String(each.number) === number);
  if (!version) throw missing(arn);
  return { machine, revision: version.revision, version };
}

/** Versions cannot be changed: to those who would, there is no such machine. */
function unqualified({ machines, hidden }: State, arn: string): Machine {
  const machine = machines.get(nameIn(arn));
  if (!machine || (hidden && !hidden.has(machine.name))) throw missing(arn);
  if (machine.deleting) throw new Refused('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
  return machine;
}

function nameIn(arn: string): string {
  if (!arn.startsWith(arns)) throw new Refused('InvalidArn', `Invalid Arn: '${arn}'`);
  return arn.slice(arns.length);
}

const missing = (arn: string): Refused =>
  new Refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

const seconds = ({ clock }: State): number => clock.now().getTime() / 1000;
