import { indexLibrary } from '@baton/functions/library/live.ts';
import type { LiveLibrary, Ports } from '@baton/functions/ports.ts';
import {
  consentKey,
  type EnrolmentRow,
  enrolmentKey,
  type HeadRow,
} from '@baton/functions/repositories/rows.ts';
import { beginChange, type ContactChange, newHead } from '@baton/functions/use-cases/contact-change.ts';
import { type Permit, permitSend } from '@baton/functions/use-cases/permit-send.ts';
import type { ChannelDocument } from '@baton/rules/documents/index.ts';
import { aLibrary } from './documents.ts';
import { createMemoryStore } from './memory-store.ts';
import { aTemplate } from './publishing-host.ts';

const contactId = 'c1';
const sendId = 'e1.say.1';

/** A channel whose only rules are those that a test gives. */
export function aChannel(own: Partial<ChannelDocument> = {}): ChannelDocument {
  return {
    id: 'email',
    title: 'E-mail',
    why: 'A reason',
    owner: { team: 'marketing' },
    timeZone: 'UTC',
    quietHours: [],
    caps: [],
    consent: { purposes: ['marketing'], text: 'a-text', wording: 'Yes, write to me.' },
    unsubscribe: true,
    ...own,
  };
}

export function liveWith(channels: readonly ChannelDocument[]): LiveLibrary {
  const library = {
    ...aLibrary(),
    templates: new Map([['hello', aTemplate()]]),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
  };
  return indexLibrary(library, { version: () => 1, machine: () => '' });
}

/** Asks again and again whether one contact with consent may get one message, each time as if for the first time. */
export async function openPermits(more: { address?: Ports['address'] } = {}) {
  const store = createMemoryStore();
  const ports = {
    store,
    identity: { hmac: (text: string) => Buffer.from(text).toString('base64url') },
    address: more.address ?? { origin: async () => 'https://baton.example' },
    documents: { live: never, journey: never, html: async () => undefined, refresh: never },
  };
  const consent = (given: boolean) =>
    store.transact([
      {
        kind: 'put',
        table: 'core',
        item: {
          ...consentKey(contactId, 'email', 'marketing'),
          channel: 'email',
          purpose: 'marketing',
          given,
          at: '2020-01-01T00:00:00.000Z',
          eventId: 'e',
        },
      },
    ]);
  await consent(true);
  const row: EnrolmentRow = {
    ...enrolmentKey(contactId, 'e1'),
    id: 'e1',
    journey: 'a-journey',
    version: 1,
    machine: '',
    contactId,
    key: 'k',
    status: 'active',
    step: 'say',
    iteration: 1,
    enteredAt: '2020-01-01T00:00:00.000Z',
    event: {},
    answer: null,
    answered: [],
  };

  async function ask(
    live: LiveLibrary,
    at: number,
    {
      timeZone,
      purpose = 'marketing',
      again = false,
    }: { timeZone?: string; purpose?: 'marketing' | 'service'; again?: boolean } = {},
  ): Promise<{ permit: Permit; change: ContactChange }> {
    const now = new Date(at).toISOString();
    const attribute = (value: string) => ({ value, at: now, eventId: 'e' });
    const head: HeadRow = {
      ...newHead(contactId, now),
      attributes: {
        '$.email': attribute('ana@example.com'),
        ...(timeZone === undefined ? {} : { '$.timeZone': attribute(timeZone) }),
      },
    };
    const change = beginChange(head, 'cause', now, live);
    const permit = await permitSend(
      ports,
      change,
      again ? { ...row, result: { to: 'say', held: true } } : row,
      {
        effect: { kind: 'send', step: 'say', template: 'hello', channel: 'email', purpose },
        sendId,
        facts: {},
      },
    );
    return { permit, change };
  }
  return { store, consent, ask };
}

async function never(): Promise<never> {
  throw new Error('a permit asks for no document');
}
