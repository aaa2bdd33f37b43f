import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { systemClock } from '@baton/infra/local/virtual-clock.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { journeyRole, stepFunctions } from './step-functions.ts';

export const accountArn = (service: string, rest: string): string =>
  `arn:aws:${service}:eu-central-1:123456789012:${rest}`;

type Answer = { status: number; body: JsonObject };

const Parameter = z.object({ Name: z.string(), Value: z.string().optional() });
const Events = z.object({ Entries: z.array(z.object({ Detail: z.string() })) });
const JsonObjectBody = z.record(z.string(), z.json());

/**
 * Step Functions, Parameter Store, EventBridge, Scheduler and CloudFormation's answer address behind one HTTP address, as
 * far as the functions use them. Executions run for real, on the interpreter of the local host.
 */
export async function openAccount(invoke: (functionArn: string, payload: Json) => Promise<Json>) {
  const machines = stepFunctions({ clock: systemClock, invoke });
  const parameters = new Map<string, string>();
  const events: Json[] = [];
  const answers: Json[] = [];

  /** What other services than Step Functions answer; `undefined`: it is none of theirs. */
  function served(operation: string, body: JsonObject): Answer | undefined {
    switch (operation) {
      case 'GetParameter': {
        const { Name } = Parameter.parse(body);
        const Value = parameters.get(Name);
        return Value === undefined ? refusal('ParameterNotFound') : fine({ Parameter: { Name, Value } });
      }
      case 'PutParameter': {
        const { Name, Value = '' } = Parameter.parse(body);
        parameters.set(Name, Value);
        return fine({ Version: 1 });
      }
      case 'PutEvents': {
        const { Entries } = Events.parse(body);
        events.push(...Entries.map(({ Detail }) => JSON.parse(Detail)));
        return fine({ FailedEntryCount: 0, Entries: Entries.map((_, at) => ({ EventId: String(at) })) });
      }
    }
  }

  function answerTo(request: IncomingMessage, body: JsonObject): Answer {
    const operation = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1);
    if (request.url?.startsWith('/schedules/'))
      return request.method === 'DELETE' ? refusal('ResourceNotFoundException') : fine({});
    if (request.method === 'PUT') {
      answers.push(body);
      return fine({});
    }
    return served(operation ?? '', body) ?? started(operation ?? '', body);
  }

  function started(operation: string, body: JsonObject): Answer {
    try {
      return fine(machines.request(operation, body));
    } catch (error) {
      return {
        status: 400,
        body: JsonObjectBody.parse(JSON.parse(error instanceof Error ? error.message : '{}')),
      };
    }
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((given) => {
      const { status, body } = answerTo(request, given);
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-errortype': status === 200 ? '' : String(body.__type),
      });
      response.end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    /** What custom resources have answered. */
    answers,
    machines,
    /** A machine that comes with a deployment; its definition names functions by ARN already. */
    deploy: (name: string, definition: Json) =>
      machines.request('CreateStateMachine', {
        name,
        definition: JSON.stringify(definition),
        roleArn: journeyRole,
      }),
    /** Takes the events off the bus. */
    takeEvents: () => events.splice(0),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const fine = (body: JsonObject): Answer => ({ status: 200, body });
const refusal = (code: string): Answer => ({ status: 400, body: { __type: code } });

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JsonObjectBody.parse(JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}'));
}
