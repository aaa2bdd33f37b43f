import type { Operation } from '@baton/functions/ports.ts';
import { consentKey, duePartition, type SendRow, sendKey } from '@baton/functions/repositories/rows.ts';

/** A text that may be sent, its consent, and the outbox row that asks for it. */
export function permittedMessage(
  at: string,
  given: Partial<Pick<SendRow, 'purpose' | 'channel'>> = {},
): { contactId: string; outbox: { pk: string; sk: string }; operations: Operation[] } {
  const contactId = 'c-1';
  const outbox = { pk: 'C#c-1', sk: 'OUT#o-1' };
  const row: SendRow = {
    ...sendKey(contactId, 's-1'),
    g1pk: 'MSG#PERMITTED',
    g1sk: `${at}#s-1`,
    sendId: 's-1',
    contactId,
    enrolmentId: 'e-1',
    journey: 'welcome',
    step: 'greet',
    template: 'welcome',
    channel: 'sms',
    purpose: 'marketing',
    status: 'PERMITTED',
    at,
    to: '+4917012345',
    body: 'Hello',
    ...given,
  };
  const asked = {
    ...outbox,
    kind: 'DISPATCH',
    send: 's-1',
    id: 'o-1',
    contactId,
    at,
    duepk: duePartition('OUT', 'o-1'),
    duesk: at,
  };
  return {
    contactId,
    outbox,
    operations: [
      consent(contactId, at, true),
      { kind: 'put', table: 'core', item: { ...row } },
      { kind: 'put', table: 'core', item: asked },
    ],
  };
}

/** The contact allows marketing by text, or does not any more. */
export const consent = (contactId: string, at: string, given: boolean): Operation => ({
  kind: 'put',
  table: 'core',
  item: {
    ...consentKey(contactId, 'sms', 'marketing'),
    channel: 'sms',
    purpose: 'marketing',
    given,
    at,
    eventId: 'e',
  },
});
