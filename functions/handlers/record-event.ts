import { EventType } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import { type CloudEvent, type LogFields, type Ports, Rejected } from '../ports.ts';
import { digest } from '../repositories/rows.ts';
import { checkBusEvent } from '../use-cases/check-event.ts';
import { quarantine } from '../use-cases/quarantine.ts';
import { recordEvent } from '../use-cases/record-event.ts';
import { eachRecord } from './each-record.ts';
import { type Handler, invoked } from './task.ts';

const QueueRecord = z.object({ messageId: z.string(), body: z.string() });
const QueueEvent = z.object({ Records: z.array(QueueRecord) });

/**
 * Takes events off the intake queue. A record that cannot be taken now is reported alone, so that the others are not
 * repeated with it; one that never will be is kept in quarantine with its reason, and the rest flows.
 */
export function recordEventHandler(ports: Ports, failed: Failed = () => {}): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const { Records } = QueueEvent.parse(event);
      return eachRecord(EventType.SQS, Records, (record) => recordOne(ports, record, failed));
    }),
  );
}

/** Told which message failed and by what code; the answer names the message alone, as SQS wants it. */
type Failed = (messageId: string, code: string) => void;

const BusEvent = z.object({ detail: z.unknown() });

async function recordOne(
  ports: Ports,
  { messageId, body }: z.infer<typeof QueueRecord>,
  failed: Failed,
): Promise<void> {
  let about: LogFields = { eventId: messageId };
  try {
    const event = await readEvent(ports, body);
    about = { eventId: digest(event.source, event.id) }; // as its row is named; the producer's own id may say anything
    const { events } = await ports.documents.live();
    await recordEvent(ports, event, events.get(event.type));
  } catch (error) {
    if (error instanceof Rejected)
      return quarantine(ports, { id: messageId, body, reason: error.message }, about);
    const code = errorCode(error);
    ports.log.warn('event not recorded, will be tried again', { ...about, reason: code });
    failed(messageId, code);
    throw error;
  }
}

/** Events reach the queue through the bus, also from producers that use PutEvents directly; so they are checked here. */
async function readEvent({ documents, clock }: Ports, body: string): Promise<CloudEvent> {
  const { detail } = BusEvent.parse(JSON.parse(body));
  const checked = checkBusEvent(detail, await documents.live(), clock.now());
  if (checked.ok) return checked.event;
  throw new Rejected(checked.problems.map(({ path, reason }) => `${path}: ${reason}`).join('; '));
}
