import { EventType } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import type { Key, Ports } from '../ports.ts';
import { aboutKey } from '../repositories/about-row.ts';
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

/** Called with the table's change stream, as DynamoDB reports it; a row whose handling fails is reported alone. */
export function forEachChange(ports: Ports, act: (key: Key, goOn: () => void) => Promise<void>): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const { Records } = StreamEvent.parse(event);
      return eachRecord(EventType.DynamoDBStreams, Records, async ({ dynamodb }, goOn) => {
        const key = { pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S };
        try {
          await act(key, goOn);
        } catch (error) {
          const about = await aboutKey(ports.store, key);
          ports.log.error('change not processed', { ...about, reason: errorCode(error) });
          throw error;
        }
      });
    }),
  );
}
