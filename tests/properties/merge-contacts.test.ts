import { getHead, rowsOf } from '@baton/functions/repositories/read.ts';
import { AttributeRow, consentKey, sendKey } from '@baton/functions/repositories/rows.ts';
import { beginChange, commitChange, setAttribute } from '@baton/functions/use-cases/contact-change.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { recordFeedback } from '@baton/functions/use-cases/record-feedback.ts';
import { withdrawByLink } from '@baton/functions/use-cases/unsubscribe.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crash, contactsInMemory, knownOf, live, minute, type Told } from '../support/merging-contacts.ts';

const byMail = 'email:ana@example.com';
const byPhone = 'phone:+4646123456';

const proof: Told = {
  id: 'proof',
  minute: 500,
  subject: byMail,
  type: 'contact.updated',
  data: { phone: '00 46 (0)46-123 456', tier: 'gold' },
};
const proofs: Told[] = [
  proof,
  { ...proof, subject: byPhone, data: { email: ' Ana@Example.com', tier: 'gold' } },
  { ...proof, subject: 'crm:4711', data: { email: 'ana@example.com', phone: '+4646123456' } },
];

const histories = fc
  .array(
    fc.record({
      minute: fc.integer({ min: 0, max: 20_000 }),
      subject: fc.constantFrom(byMail, byPhone),
      what: fc.oneof(
        fc.record({ amount: fc.integer({ min: 0, max: 99_999 }).map((cents) => cents / 100) }),
        fc.record({ tier: fc.constantFrom('gold', 'silver', 'bronze') }),
        fc.record({ given: fc.boolean(), channel: fc.constantFrom('email', 'sms') }),
      ),
    }),
    { maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map(({ minute, subject, what }, index): Told => {
      const common = { id: `e-${index}`, minute, subject };
      if ('amount' in what)
        return { ...common, type: 'order.placed', data: { orderId: `o-${index}`, amount: what.amount } };
      if ('tier' in what) return { ...common, type: 'contact.updated', data: { tier: what.tier } };
      const type = what.given ? 'consent.given' : 'consent.withdrawn';
      return { ...common, type, data: { channel: what.channel, purpose: 'marketing' } };
    }),
  );

/** What one contact would be that both identifiers had always named. */
async function asOne(told: readonly Told[]) {
  const world = contactsInMemory();
  await world.claim(byMail, 'one');
  await world.claim(byPhone, 'one');
  await world.claim('crm:4711', 'one');
  for (const event of [...told].sort((a, b) => a.minute - b.minute)) await world.record(event);
  await world.settle();
  return knownOf(world.stored);
}

/** At a call of storage: a delivery, somebody else who applies what waits, or the end of the process. */
const disturbances = fc.array(
  fc.record({ call: fc.nat(150), act: fc.constantFrom('deliver', 'again', 'apply', 'crash') }),
  { maxLength: 10 },
);

test('two contacts that are merged while events go on end as one that it was from the beginning', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.nat(12),
      fc.nat(12),
      fc.constantFrom(...proofs),
      disturbances,
      async (told, before, applied, proof, disturbed) => {
        const world = contactsInMemory();
        const early = told.slice(0, before);
        const late = told.slice(before);
        for (const [index, event] of early.entries()) {
          await world.record(event);
          if (index < applied) await world.settle();
        }
        await world.record(proof);

        const ports = world.disturbed(async (call) => {
          for (const { act } of disturbed.filter((each) => each.call === call)) {
            const next = late[0];
            const [again] = early;
            const waiting = world.pending().at(-1);
            if (act === 'deliver' && next) {
              late.shift();
              await world.record(next);
            }
            if (act === 'again' && again) await world.record(again);
            if (act === 'apply' && waiting) await world.apply(waiting);
            if (act === 'crash') throw new Crash();
          }
        });
        for (const waiting of world.pending()) {
          try {
            await world.apply(waiting, ports);
          } catch (error) {
            if (!isRepeatable(error)) throw error;
            break;
          }
        }
        await world.settle();
        for (const event of [...late, ...told]) await world.record(event);
        await world.settle();

        expect(knownOf(world.stored)).toEqual(await asOne([...told, proof]));
      },
    ),
    { numRuns: 200 },
  );
});

const isRepeatable = (error: unknown): boolean =>
  error instanceof Crash || (error instanceof Error && error.name === 'Transient');

const twoContacts: Told[] = [
  { id: 'm-1', minute: 1, subject: byMail, type: 'order.placed', data: { orderId: 'o-1', amount: 0.1 } },
  {
    id: 'm-2',
    minute: 2,
    subject: byMail,
    type: 'consent.given',
    data: { channel: 'email', purpose: 'marketing' },
  },
  { id: 'p-1', minute: 3, subject: byPhone, type: 'order.placed', data: { orderId: 'o-2', amount: 0.2 } },
  {
    id: 'p-2',
    minute: 4,
    subject: byPhone,
    type: 'consent.withdrawn',
    data: { channel: 'email', purpose: 'marketing' },
  },
  { id: 'p-3', minute: 5, subject: byPhone, type: 'contact.updated', data: { tier: 'silver' } },
];

/** Lets something happen before each call of storage in turn, in a world of its own, and then looks at how it ended. */
async function atEveryCall<World>(
  begin: () => Promise<{ world: ReturnType<typeof contactsInMemory>; given: World }>,
  happens: (world: ReturnType<typeof contactsInMemory>, given: World) => Promise<void>,
  ended: (world: ReturnType<typeof contactsInMemory>, given: World) => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at++) {
    const { world, given } = await begin();
    let happened = false;
    const ports = world.disturbed(async (call) => {
      if (call !== at) return;
      happened = true;
      await happens(world, given);
    });
    const waiting = world.pending().find(({ eventId }) => eventId === 'proof');
    if (!waiting) throw new Error('nothing waits');
    try {
      await world.apply(waiting, ports);
    } catch (error) {
      if (!isRepeatable(error)) throw error;
    }
    if (!happened) return at;
    await world.settle();
    await ended(world, given);
  }
}

const returned: Told = {
  id: 'r-1',
  minute: 6,
  subject: byPhone,
  type: 'order.returned',
  data: { orderId: 'o-2' },
};

async function aboutToMerge() {
  const world = contactsInMemory();
  for (const event of [...twoContacts, returned]) await world.record(event);
  await world.settle();
  const [mailId, phoneId] = await Promise.all(
    [byMail, byPhone].map((subject) => resolveContact(world.ports, subject)),
  );
  await world.record(proof);
  return { world, given: { mailId: mailId ?? '', phoneId: phoneId ?? '' } };
}

const everyone = [...twoContacts, returned, proof];
/** What was raised by the two while they were two is told of each by its own id. */
const comparable = ({ events, ...known }: Awaited<ReturnType<typeof asOne>>) => ({
  ...known,
  events: events.filter(({ subject }) => !String(subject).startsWith('contact:')),
});

test('a merge that ends at any call of storage is finished by whoever comes next', async () => {
  const expected = comparable(await asOne(everyone));
  const calls = await atEveryCall(
    aboutToMerge,
    async () => {
      throw new Crash();
    },
    async ({ stored }) => expect(comparable(knownOf(stored))).toEqual(expected),
  );

  expect(calls).toBeGreaterThan(30);
});

const between: Told = {
  id: 'b-1',
  minute: 10,
  subject: byPhone,
  type: 'order.placed',
  data: { orderId: 'o-3', amount: 0.3 },
};

test('what is recorded at any call of storage while contacts are merged is not lost, nor counted twice', async () => {
  const expected = comparable(await asOne([...everyone, between]));
  const calls = await atEveryCall(
    aboutToMerge,
    async ({ record }) => {
      await record(between);
      for (const event of [...twoContacts, returned]) await record(event);
    },
    async ({ stored }) => {
      expect(comparable(knownOf(stored))).toEqual(expected);
      expect(stored.rows('core').filter(({ sk }) => sk.startsWith('CASE#'))).toHaveLength(1);
    },
  );

  expect(calls).toBeGreaterThan(30);
});

test('an event that was being recorded while its contact was merged follows it', async () => {
  const expected = comparable(await asOne([...everyone, between]));
  for (let at = 0; at < 2; at++) {
    const { world } = await aboutToMerge();
    const ports = world.disturbed(async (call) => {
      if (call === at) await world.settle();
    });
    await world.record(between, ports);
    await world.settle();

    expect(comparable(knownOf(world.stored))).toEqual(expected);
  }
});

test('what one of two contacts had still to apply is applied with the merged one, in the same go', async () => {
  const world = contactsInMemory();
  for (const event of [...twoContacts, proof]) await world.record(event);
  const waiting = world.pending().find(({ eventId }) => eventId === 'proof');
  if (!waiting) throw new Error('nothing waits');

  await world.apply(waiting);

  expect(world.pending()).toEqual([]);
  expect(knownOf(world.stored)).toEqual(await asOne([...twoContacts, proof]));
});

test('a case that is closed with the survivor while it still stands with the other contact is closed', async () => {
  let isUnderWay = false;
  await atEveryCall(
    aboutToMerge,
    async (world, { phoneId }) => {
      const caseId = String(world.stored.rows('core').find(({ sk }) => sk.startsWith('CASE#'))?.id);
      isUnderWay = (await getHead(world.ports.store, phoneId))?.into !== undefined;
      if (!isUnderWay) return;
      await world.record({ ...between, id: 'c', subject: byMail, type: 'case.closed', data: { caseId } });
      const waiting = world.pending().find(({ eventId }) => eventId === 'c');
      if (waiting) await world.apply(waiting);
    },
    async ({ stored }, { mailId }) => {
      const head = stored.rows('core').find(({ pk, sk }) => pk === `C#${mailId}` && sk === 'HEAD');
      const cases = stored.rows('core').filter(({ sk }) => sk.startsWith('CASE#'));
      expect(cases.map(({ status }) => status)).toEqual([isUnderWay ? 'closed' : 'new']);
      expect(head?.openCases).toBe(isUnderWay ? 0 : 1);
      expect(head?.overlay === null).toBe(isUnderWay);
    },
  );
});

test('what a journey or a campaign does to a contact that is being merged is done or is refused, not lost', async () => {
  let done = false;
  await atEveryCall(
    aboutToMerge,
    async ({ ports }, { phoneId }) => {
      done = false;
      const head = await getHead(ports.store, phoneId);
      if (!head) return;
      const change = beginChange(head, 'a step', minute(20), live);
      setAttribute(change, '$.seller', { value: 'ines', at: minute(20), eventId: 'a step' });
      done = await commitChange(ports, change).catch((error) => {
        if (!isRepeatable(error)) throw error;
        return false;
      });
    },
    async ({ ports }, { mailId }) => {
      const head = await getHead(ports.store, mailId);
      expect(head?.attributes['$.seller']?.value).toBe(done ? 'ines' : undefined);
      expect(await rowsOf(ports.store, mailId, 'ATTR#', AttributeRow)).toHaveLength(done ? 1 : 0);
    },
  );
});

test('a click that withdraws consent counts from its answer on, whichever contact its link names', async () => {
  for (const name of ['mailId', 'phoneId'] as const)
    await atEveryCall(
      aboutToMerge,
      async ({ ports }, given) => {
        const link = { contactId: given[name], channel: 'sms', purpose: 'marketing', journey: 'j' };
        await withdrawByLink(ports, link);
        const { into = given[name] } = (await getHead(ports.store, given[name])) ?? {};
        expect(await ports.store.get('core', consentKey(into, 'sms', 'marketing'))).toMatchObject({
          given: false,
        });
      },
      async ({ ports }, { mailId }) =>
        expect(await ports.store.get('core', consentKey(mailId, 'sms', 'marketing'))).toMatchObject({
          given: false,
        }),
    );
});

test('a report about a message that is just moving is noted on it', async () => {
  const send = (contactId: string) => ({
    ...sendKey(contactId, 's-1'),
    sendId: 's-1',
    contactId,
    enrolmentId: 'e-1',
    journey: 'j',
    step: 's',
    template: 't',
    channel: 'email',
    purpose: 'service',
    status: 'SENT',
    at: minute(1),
  });
  const report = ({ ports }: ReturnType<typeof contactsInMemory>, contactId: string) =>
    recordFeedback(ports, {
      about: { contactId, sendId: 's-1' },
      at: minute(30),
      sentAt: minute(1),
      outcome: { kind: 'delivered' },
    });
  await atEveryCall(
    async () => {
      const { world, given } = await aboutToMerge();
      await world.stored.transact([{ kind: 'put', table: 'core', item: send(given.phoneId) }]);
      return { world, given: { ...given, again: false } };
    },
    async (world, given) => {
      const noted = await report(world, given.phoneId).catch((error) => {
        if (!isRepeatable(error)) throw error;
        return { kind: 'again' };
      });
      given.again = noted.kind === 'again';
    },
    async (world, { mailId, phoneId, again }) => {
      if (again) await report(world, phoneId);
      const row = await world.stored.get('core', sendKey(mailId, 's-1'));
      expect(row).toMatchObject({ contactId: mailId, deliveredAt: minute(30) });
    },
  );
});
