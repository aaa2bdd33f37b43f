import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crash, contactsInMemory, knownOf, type Told } from '../support/merging-contacts.ts';

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
}, 120_000);

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

async function aboutToMerge() {
  const world = contactsInMemory();
  for (const event of twoContacts) await world.record(event);
  await world.settle();
  await world.record(proof);
  return world;
}

test('a merge that ends at any call of storage is finished by whoever comes next', async () => {
  const expected = await asOne([...twoContacts, proof]);
  let calls = 0;
  for (let at = 0; at === calls; at++) {
    const world = await aboutToMerge();
    const ports = world.disturbed(async (call) => {
      if (call !== at) return;
      calls++;
      throw new Crash();
    });
    const [waiting] = world.pending();
    if (!waiting) throw new Error('nothing waits');
    await world.apply(waiting, ports).catch((error) => {
      if (!(error instanceof Crash)) throw error;
    });
    await world.settle();
    expect(knownOf(world.stored)).toEqual(expected);
  }
  expect(calls).toBeGreaterThan(30);
});

test('what is recorded at any call of storage while contacts are merged is not lost', async () => {
  const between: Told = {
    id: 'b-1',
    minute: 10,
    subject: byPhone,
    type: 'order.placed',
    data: { orderId: 'o-3', amount: 0.3 },
  };
  const expected = await asOne([...twoContacts, proof, between]);
  let calls = 0;
  for (let at = 0; at === calls; at++) {
    const world = await aboutToMerge();
    const ports = world.disturbed(async (call) => {
      if (call !== at) return;
      calls++;
      await world.record(between);
      const first = twoContacts.find(({ subject }) => subject === byPhone);
      if (first) await world.record(first);
    });
    const [waiting] = world.pending();
    if (!waiting) throw new Error('nothing waits');
    await world.apply(waiting, ports);
    await world.settle();
    if (calls <= at) break;
    expect(knownOf(world.stored)).toEqual(expected);
  }
  expect(calls).toBeGreaterThan(30);
});
