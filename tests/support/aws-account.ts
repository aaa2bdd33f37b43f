import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { Rejected } from '@baton/functions/ports.ts';
import { openDatabase } from '@baton/infra/local/database.ts';
import { createStateMachines } from '@baton/infra/local/state-machine/state-machines.ts';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';

export const accountArn = (service: string, rest: string): string =>
  `arn:aws:${service}:eu-central-1:123456789012:${rest}`;

type Invoke = (functionArn: string, payload: Json) => Promise<Json>;
type Operation = (body: JsonObject) => JsonObject | Promise<JsonObject>;

const Start = z.object({ stateMachineArn: z.string(), name: z.string(), input: z.string() });
const Create = z.object({ name: z.string(), definition: z.string() });
const Change = z.object({ stateMachineArn: z.string(), definition: z.string() });
const Publish = z.object({ stateMachineArn: z.string(), description: z.string() });
const Named = z.object({ stateMachineArn: z.string() });
const Success = z.object({ taskToken: z.string(), output: z.string() });
const Stop = z.object({ executionArn: z.string() });
const Parameter = z.object({ Name: z.string(), Value: z.string().optional() });
const Events = z.object({ Entries: z.array(z.object({ Detail: z.string() })) });

/** An error as AWS answers it. */
class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Step Functions, Parameter Store, EventBridge and CloudFormation's answer address behind one HTTP address, as far as the
 * functions use them. Executions run for real, on the interpreter of the local host; `put` are the events on the bus.
 */
export async function openAccount(folder: string, invoke: Invoke) {
  const database = openDatabase({ folder });
  const machines = createStateMachines({ database, clock: systemClock, invoke });
  const made = new Map<string, { definition: Json; versions: string[] }>();
  const parameters = new Map<string, string>();
  const put: Json[] = [];
  const answers: Json[] = [];

  const machineOf = (arn: string) => made.get(nameIn(arn)) ?? refuse('StateMachineDoesNotExist');
  const operations: Record<string, Operation> = {
    StartExecution: (body) => {
      const { stateMachineArn, name, input } = Start.parse(body);
      const started = machines.start({ machine: nameIn(stateMachineArn), name, input: JSON.parse(input) });
      return started === 'exists'
        ? refuse('ExecutionAlreadyExists')
        : {
            executionArn: accountArn('states', `execution:${nameIn(stateMachineArn)}:${name}`),
            startDate: 0,
          };
    },
    StopExecution: (body) => {
      machines.stop(Stop.parse(body).executionArn.split(':').at(-1) ?? '', 'stopped');
      return { stopDate: 0 };
    },
    SendTaskSuccess: (body) => {
      const { taskToken, output } = Success.parse(body);
      return machines.succeed(taskToken, JSON.parse(output)) === 'ok' ? {} : refuse('TaskTimedOut');
    },
    CreateStateMachine: (body) => {
      const { name, definition } = Create.parse(body);
      made.set(name, { definition: JSON.parse(definition), versions: [] });
      return { stateMachineArn: accountArn('states', `stateMachine:${name}`), creationDate: 0 };
    },
    UpdateStateMachine: (body) => {
      const { stateMachineArn, definition } = Change.parse(body);
      machineOf(stateMachineArn).definition = JSON.parse(definition);
      return { updateDate: 0, revisionId: 'r' };
    },
    PublishStateMachineVersion: (body) => {
      const { stateMachineArn, description } = Publish.parse(body);
      const machine = machineOf(stateMachineArn);
      const version = machine.versions.push(description);
      machines.publish(`${nameIn(stateMachineArn)}:${version}`, machine.definition);
      return { stateMachineVersionArn: `${stateMachineArn}:${version}`, creationDate: 0 };
    },
    ListStateMachineVersions: (body) => {
      const { stateMachineArn } = Named.parse(body);
      const versions = machineOf(stateMachineArn).versions.map((_, index) => ({
        stateMachineVersionArn: `${stateMachineArn}:${index + 1}`,
        creationDate: 0,
      }));
      return { stateMachineVersions: versions.toReversed().slice(0, 1) };
    },
    DescribeStateMachine: (body) => {
      const [name = '', version] = nameIn(Named.parse(body).stateMachineArn).split(':');
      const machine = made.get(name) ?? refuse('StateMachineDoesNotExist');
      return { name, ...(version ? { description: machine.versions[Number(version) - 1] ?? null } : {}) };
    },
    GetParameter: (body) => {
      const { Name } = Parameter.parse(body);
      const Value = parameters.get(Name) ?? refuse('ParameterNotFound');
      return { Parameter: { Name, Value } };
    },
    PutParameter: (body) => {
      const { Name, Value = '' } = Parameter.parse(body);
      parameters.set(Name, Value);
      return { Version: 1 };
    },
    PutEvents: (body) => {
      const { Entries } = Events.parse(body);
      put.push(...Entries.map(({ Detail }) => JSON.parse(Detail)));
      return { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(index) })) };
    },
  };

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const name = String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1);
      try {
        const answer = request.url?.startsWith('/schedules/')
          ? planned(request.method)
          : request.method === 'PUT'
            ? noted(answers, body)
            : await operations[name ?? '']?.(body);
        if (!answer) throw new Refusal(`UnknownOperation-${name}`);
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer));
      } catch (error) {
        const code = error instanceof Refusal ? error.code : 'InternalFailure';
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code });
        response.end(JSON.stringify({ __type: code, message: String(error) }));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  return {
    url,
    answers,
    made,
    /** Machines that come with a deployment; their definitions name functions by ARN already. */
    publish: (name: string, definition: Json) => machines.publish(name, definition),
    events: () => put.splice(0),
    machines,
    close: () => {
      server.close();
      server.closeAllConnections();
      database.close();
    },
  };
}

function noted(list: Json[], body: Json): JsonObject {
  list.push(body);
  return {};
}

const nameIn = (arn: string): string => arn.split(':stateMachine:').at(-1) ?? '';

/** EventBridge Scheduler takes every plan and knows none that is to go. */
const planned = (method = ''): JsonObject => (method === 'DELETE' ? refuse('ResourceNotFoundException') : {});

function refuse(code: string): never {
  throw new Refusal(code);
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
  const body = z.record(z.string(), z.json()).safeParse(parsed);
  if (!body.success) throw new Rejected('a request without an object as its body');
  return body.data;
}
