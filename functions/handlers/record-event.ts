import middy from '@middy/core';
import * as z from 'zod';
import { type CloudEvent, type Ports, Rejected } from '../ports.ts';
import { checkEvent } from '../use-cases/accept-events.ts';
import { quarantine } from '../use-cases/quarantine.ts';
import { recordEvent } from '../use-cases/record-event.ts';
import { type Handler, invoked } from './task.ts';

const QueueEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/**
 * Takes events off the intake queue. A record that cannot be taken now is reported alone, so that the others are not
 * repeated with it; one that never will be is kept in quarantine with its reason, and the rest flows.
 */
export function recordEventHandler(ports: Ports): Handler {
  return invoked(
    middy().handler(async (event: unknown) => {
      const { Records } = QueueEvent.parse(event);
      const batchItemFailures: { itemIdentifier: string }[] = [];
      for (const { messageId, body } of Records) {
        try {
          await recordOne(ports, body);
        } catch (error) {
          if (error instanceof Rejected) await quarantine(ports, messageId, body, error.message);
          else {
            ports.log.warn('event not recorded, will be tried again', { reason: reasonOf(error) });
            batchItemFailures.push({ itemIdentifier: messageId });
          }
        }
      }
      return { batchItemFailures };
    }),
  );
}

const BusEvent = z.object({ detail: z.unknown() });

async function recordOne(ports: Ports, body: string): Promise<void> {
  await recordEvent(ports, await readEvent(ports, body));
}

/** Events reach the queue through the bus, also from producers that use PutEvents directly; so they are checked here. */
async function readEvent({ documents, clock }: Ports, body: string): Promise<CloudEvent> {
  const { detail } = BusEvent.parse(JSON.parse(body));
  const checked = checkEvent(detail, await documents.live(), clock.now());
  if (checked.ok) return checked.event;
  throw new Rejected(checked.problems.map(({ path, reason }) => `${path}: ${reason}`).join('; '));
}

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
