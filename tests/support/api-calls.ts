import type { Handler } from '@baton/functions/handlers/task.ts';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';

const Answer = z.object({ statusCode: z.number(), body: z.string() });

/** Calls of an API handler as API Gateway makes them: `GET /api/contacts/{contactId}` with its parameters. */
export const callsOf =
  (api: Handler) =>
  async (
    routeKey: string,
    { path, query = '', body }: { path?: Record<string, string>; query?: string; body?: Json } = {},
  ): Promise<{ status: number; body: unknown }> => {
    const { statusCode, body: text } = Answer.parse(
      await api({
        version: '2.0',
        routeKey,
        rawQueryString: query,
        headers: { 'content-type': 'application/json' },
        ...(path ? { pathParameters: path } : {}),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        isBase64Encoded: false,
      }),
    );
    return { status: statusCode, body: JSON.parse(text) };
  };
