import middy from '@middy/core';
import * as z from 'zod';
import type { Key, Ports } from '../ports.ts';
import { contactOf } from '../repositories/rows.ts';
import { applyEvents } from '../use-cases/apply-event.ts';
import { dispatch } from '../use-cases/dispatch.ts';
import { reasonOf } from './record-event.ts';
import { type Handler, invoked } from './task.ts';

const Text = z.object({ S: z.string() });
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventID: z.string(),
      dynamodb: z.object({ Keys: z.object({ pk: Text, sk: Text }), SequenceNumber: z.string() }),
    }),
  ),
});

/** Called with the table's change stream: newly recorded events, as DynamoDB reports them. */
export const applyEventHandler = (ports: Ports): Handler =>
  forEachChange(ports, (key) => applyEvents(ports, { contactId: contactOf(key.pk), event: key }));

/** Called with the table's change stream: new outbox rows. */
export const dispatchHandler = (ports: Ports): Handler => forEachChange(ports, (key) => dispatch(ports, key));

function forEachChange(ports: Ports, act: (key: Key) => Promise<void>): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const { Records } = StreamEvent.parse(event);
      const batchItemFailures: { itemIdentifier: string }[] = [];
      for (const { dynamodb } of Records) {
        try {
          await act({ pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S });
        } catch (error) {
          ports.log.error('change not processed', {
            contactId: contactOf(dynamodb.Keys.pk.S),
            reason: reasonOf(error),
          });
          batchItemFailures.push({ itemIdentifier: dynamodb.SequenceNumber });
        }
      }
      return { batchItemFailures };
    }),
  );
}
