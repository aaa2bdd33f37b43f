import { EventType } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import * as z from 'zod';
import { type Posted, plainSendId, postWebhook, type Receiver } from '../adapters/post-webhook.ts';
import { errorCode } from '../error-code.ts';
import { type Clock, type Log, type LogFields, type Metrics, Transient } from '../ports.ts';
import { eachRecord } from './each-record.ts';
import { type Handler, invoked } from './task.ts';

export type DeliveryPorts = {
  receiver: () => Promise<Receiver>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
};

const QueueRecord = z.object({
  messageId: z.string(),
  body: z.string(),
  attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().min(1) }),
});
const QueueEvent = z.object({ Records: z.array(QueueRecord) });

/**
 * Posts webhooks off their queue. What the receiver took, or refused for good, is done; the rest is reported alone and
 * comes again until the queue hands it to the dead letters.
 */
export function deliverWebhookHandler(ports: DeliveryPorts): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const { Records } = QueueEvent.parse(event);
      return eachRecord(EventType.SQS, Records, (record, goOn) => {
        goOn(); // they only wait for the receiver, and the queue has no order
        return deliver(ports, record);
      });
    }),
  );
}

/** A queue repeats at an even pace. Tries are farther and farther apart, and at last as far as `longest` paces. */
const longest = 20;
const isDue = (receive: number): boolean =>
  receive < longest ? Number.isInteger(Math.log2(receive)) : receive % longest === 0;

async function deliver(ports: DeliveryPorts, record: z.infer<typeof QueueRecord>): Promise<void> {
  if (!isDue(record.attributes.ApproximateReceiveCount)) throw new Transient('not yet');
  let about: LogFields = { eventId: record.messageId };
  try {
    const { sendId, body } = readMessage(record.body);
    about = { sendId };
    const now = ports.clock.now();
    outcome(ports, await postWebhook(await ports.receiver(), { sendId, body, now }), about);
  } catch (error) {
    if (!(error instanceof Transient))
      ports.log.warn('webhook not posted, will be tried again', { ...about, reason: errorCode(error) });
    throw error;
  }
}

function outcome({ log, metrics }: DeliveryPorts, posted: Posted, about: LogFields): void {
  if (posted.kind === 'sent') return;
  const { kind, reason } = posted;
  if (kind !== 'refused') {
    log.warn('webhook not taken, will be tried again', { ...about, reason });
    throw new Transient(reason);
  }
  log.error('webhook refused', { ...about, reason });
  metrics.count('SendFailed');
}

const BusEvent = z.object({ detail: z.record(z.string(), z.json()) });
const SendId = z.string().regex(plainSendId);

/** The bytes that the local host would post: as `JSON.stringify` writes them. */
function readMessage(body: string): { sendId: string; body: string } {
  const { detail } = BusEvent.parse(JSON.parse(body));
  return { sendId: SendId.parse(detail.sendId), body: JSON.stringify(detail) };
}
