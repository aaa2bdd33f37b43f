import { EventType } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import type { Key, Ports } from '../ports.ts';
import { aboutKey } from '../repositories/about-row.ts';
import { contactOf } from '../repositories/rows.ts';
import { applyEvents } from '../use-cases/apply-event.ts';
import { dispatch } from '../use-cases/dispatch.ts';
import { eachRecord } from './each-record.ts';
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
      return eachRecord(EventType.DynamoDBStreams, Records, async ({ dynamodb }) => {
        const key = { pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S };
        try {
          await act(key);
        } catch (error) {
          const about = await aboutKey(ports.store, key);
          ports.log.error('change not processed', { ...about, reason: errorCode(error) });
          throw error;
        }
      });
    }),
  );
}
