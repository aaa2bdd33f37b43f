import type { Connection } from '@baton/functions/adapters/aws/connection.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';

/** A request as the SDK has serialised and signed it. */
export type AwsRequest = { operation: string; path: string; body: JsonObject };

export type AwsAnswer =
  | { status: number; body?: Json; error?: string }
  /** No answer: the connection was refused, or broke after the request had gone. */
  | { broken: 'ECONNREFUSED' | 'ECONNRESET' };

const Request = z.object({
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.union([z.instanceof(Uint8Array), z.string()]).optional(),
});
const Body = z.record(z.string(), z.json());

/** AWS from the wire on: the SDK works in full and its requests end here. `answer` is asked for each. */
export function stubAws(answer: (request: AwsRequest) => AwsAnswer): {
  connection: Connection;
  requests: AwsRequest[];
} {
  const requests: AwsRequest[] = [];
  const connection: Connection = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async (given: unknown) => {
        const { path, headers, body = '{}' } = Request.parse(given);
        const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
        const request = {
          operation: headers['x-amz-target']?.split('.').at(-1) ?? path,
          path,
          body: Body.parse(JSON.parse(text)),
        };
        requests.push(request);
        return { response: responseOf(answer(request)) };
      },
    },
  };
  return { connection, requests };
}

function responseOf(answer: AwsAnswer) {
  if ('broken' in answer) throw Object.assign(new Error('the connection broke'), { code: answer.broken });
  const { status, body = {}, error } = answer;
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...(error ? { 'x-amzn-errortype': error } : {}) },
    body: Buffer.from(JSON.stringify(body)),
  };
}
