import type { JsonObject } from '@baton/rules/json.ts';
import type { OutgoingMessage } from '../ports.ts';

/**
 * A message as its receiver gets it where it is posted as JSON, on every host. A push message has a title and no subject,
 * as every push service calls it.
 */
export function postedMessage({ subject, ...message }: OutgoingMessage): JsonObject {
  if (subject === undefined) return message;
  return message.channel === 'push' ? { ...message, title: subject } : { ...message, subject };
}
