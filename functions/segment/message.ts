import { Instant } from '@baton/rules/documents/common.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { digest } from '../repositories/rows.ts';

/** The calls of Segment's clients. https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api */
export const calls = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type Call = (typeof calls)[number];

const nothing = { error: 'must be a text' };
const Name = z
  .union([z.string(), z.number()], nothing)
  .nullish()
  .transform((name) => (name === null || name === undefined ? '' : String(name).trim()));
const Values = z
  .record(z.string(), z.json(), { error: 'must be an object' })
  .nullish()
  .transform((values) => values ?? {});

/** What of a message is read here; what a client adds beside it is for whoever maps it. */
export const Message = z.object({
  type: z.enum(calls, { error: `must be one of ${calls.join(', ')}` }),
  messageId: z.string(nothing),
  timestamp: z.string(nothing).pipe(Instant),
  userId: Name,
  anonymousId: Name,
  event: Name,
  previousId: Name,
  traits: Values,
  properties: Values,
});
export type Message = z.infer<typeof Message>;

/**
 * A message with what Segment's own servers would add: its call, an id, and the time by our clock. Clients' clocks are wrong
 * by what lies between their sending and our receiving, so that difference is added to the time they give.
 *
 * A client that gives no id gets one that follows from what it says and when, so a repetition with a time is the same message.
 */
export function completed(
  given: JsonObject,
  { call, sentAt, receivedAt }: { call: Call | undefined; sentAt: Json | undefined; receivedAt: string },
): JsonObject {
  const { sentAt: own, writeKey: _, ...message } = given;
  const said = message.timestamp ?? receivedAt;
  const { messageId = digest('segment', JSON.stringify(message), JSON.stringify(said)) } = message;
  return {
    ...message,
    ...(call ? { type: call } : {}),
    messageId,
    timestamp: message.timestamp ? byOurClock(said, own ?? sentAt, receivedAt) : receivedAt,
  };
}

function byOurClock(timestamp: Json, sentAt: Json | undefined, receivedAt: string): Json {
  const sent = Instant.safeParse(sentAt);
  const said = Instant.safeParse(timestamp);
  if (!sent.success || !said.success) return timestamp;
  const late = Date.parse(receivedAt) - Date.parse(sent.data);
  return new Date(Date.parse(said.data) + late).toISOString();
}
