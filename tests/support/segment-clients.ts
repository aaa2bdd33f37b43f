import type { Handler } from '@baton/functions/handlers/task.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

export const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** Posts to the tracking API as clients of Segment do: one address for each call, the key as user name. */
export const clientOf =
  (api: Handler, key = 'any') =>
  async (call: string, body: Json | string, headers: Record<string, string> = {}) => {
    const answer = Answer.parse(
      await api({
        version: '2.0',
        routeKey: `POST /v1/${call}`,
        headers: { 'content-type': 'application/json', authorization: basic(key), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        isBase64Encoded: false,
      }),
    );
    const { statusCode: status, headers: answered, body: text } = answer;
    return { status, headers: answered, body: z.json().parse(JSON.parse(text)) };
  };

/** A batch as `@segment/analytics-node` 2 sends it: everything by `/v1/batch`, the time of sending once for all. */
export const nodeBatch = (messages: readonly JsonObject[], sentAt: string): JsonObject => ({
  batch: messages.map((message, index) => ({
    messageId: `node-next-1772442000000-${index}`,
    timestamp: sentAt,
    integrations: {},
    _metadata: { nodeVersion: '24.21.0', jsRuntime: 'node' },
    context: { library: { name: '@segment/analytics-node', version: '2.3.0' } },
    ...message,
  })),
  sentAt,
});
