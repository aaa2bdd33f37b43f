import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Channel } from '../../../ports.ts';
import { flawOfPost } from '../../post-webhook.ts';
import { postedMessage } from '../../posted-message.ts';
import type { Connection } from '../connection.ts';
import { isTooLarge, putEntries } from '../put-entries.ts';
import { answerTo, notAccepted, refused } from './provider-failure.ts';

/**
 * Webhooks, and push messages for whoever delivers them, by way of the bus: a rule hands the event to a queue,
 * from which `deliver-webhook` signs and posts it with the send id as `Idempotency-Key`. By that the receiver knows a
 * message again, so it may be repeated.
 */
export function createWebhookChannel({
  bus,
  connection = {},
}: {
  /** Name or ARN of the event bus. */
  bus: string;
  connection?: Connection;
}): Channel {
  const client = new EventBridgeClient(connection);
  return {
    recognisesSendId: true,
    send: async (message) => {
      const flaw = flawOfPost(message);
      if (flaw) return refused(flaw);
      const entry = {
        EventBusName: bus,
        Source: 'baton',
        DetailType: 'baton.webhook',
        Detail: JSON.stringify(postedMessage(message)),
      };
      if (isTooLarge(entry)) return refused('body: larger than 256 kB');
      try {
        const { failed, reason } = await putEntries(client, [entry]);
        return failed.length === 0 ? { kind: 'sent' } : notAccepted(`the bus did not take it (${reason})`);
      } catch (error) {
        return answerTo(error, {});
      }
    },
  };
}
