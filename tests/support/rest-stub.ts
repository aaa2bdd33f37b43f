import type { Connection } from '@baton/functions/adapters/aws/connection.ts';
import * as z from 'zod';

/** A request of a service whose operations are paths and methods, as the SDK has serialised and signed it. */
export type RestRequest = {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
};

export type RestAnswer =
  | { status: number; body?: string; headers?: Record<string, string> }
  /** No answer: the connection was refused, or broke after the request had gone. */
  | { broken: 'ECONNREFUSED' | 'ECONNRESET' };

const Request = z.object({
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string().nullish()).default({}),
  headers: z.record(z.string(), z.string()),
  body: z.union([z.instanceof(Uint8Array), z.string()]).optional(),
});

/** AWS from the wire on: the SDK works in full and its requests end here. `answer` is asked for each. */
export function stubRest(answer: (request: RestRequest) => RestAnswer): {
  connection: Connection & { maxAttempts: number };
  requests: RestRequest[];
} {
  const requests: RestRequest[] = [];
  const connection = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (given: unknown) => {
        const request = read(given);
        requests.push(request);
        return { response: responseOf(answer(request)) };
      },
    },
  };
  return { connection, requests };
}

function read(given: unknown): RestRequest {
  const { method, path, query, headers, body = '' } = Request.parse(given);
  return {
    method,
    path: decodeURIComponent(path),
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, value ?? ''])),
    headers,
    body: typeof body === 'string' ? body : new TextDecoder().decode(body),
  };
}

function responseOf(answer: RestAnswer) {
  if ('broken' in answer) throw Object.assign(new Error('the connection broke'), { code: answer.broken });
  const { status, body = '', headers = {} } = answer;
  return { statusCode: status, headers, body: Buffer.from(body) };
}
