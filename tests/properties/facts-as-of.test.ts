import { getHead } from '@baton/functions/repositories/read.ts';
import { factsOf } from '@baton/functions/use-cases/contact-change.ts';
import { factsAsOf } from '@baton/functions/use-cases/facts-as-of.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contactsInMemory, live, minute, type Told, withoutValue } from '../support/merging-contacts.ts';

const subjects = ['email:ana@example.com', 'phone:+4646123456'] as const;

const histories = fc
  .array(
    fc.record({
      minute: fc.integer({ min: 1, max: 20_000 }),
      subject: fc.constantFrom(...subjects),
      what: fc.oneof(
        fc.record({ amount: fc.integer({ min: 0, max: 99_999 }).map((cents) => cents / 100) }),
        fc.record({ tier: fc.constantFrom('gold', 'silver', 'bronze') }),
      ),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map((drafts) =>
    drafts.map(({ minute, subject, what }, index): Told => {
      const common = { id: `e-${index}`, minute, subject };
      return 'amount' in what
        ? { ...common, type: 'order.placed', data: { orderId: `o-${index}`, amount: what.amount } }
        : { ...common, type: 'contact.updated', data: { tier: what.tier } };
    }),
  );

/** The two names are one contact from its first minute. */
const proof: Told = {
  id: 'proof',
  minute: 0,
  subject: subjects[0],
  type: 'contact.updated',
  data: { phone: '+4646123456' },
};

async function contactThatHeard(told: readonly Told[]) {
  const world = contactsInMemory();
  for (const event of told) {
    await world.record(event);
    if (event.minute % 2 === 0) await world.settle();
  }
  await world.settle();
  return { ...world, contactId: await resolveContact(world.ports, subjects[0]) };
}

const anyOrder = histories.chain((told) => {
  const all = [...told, proof];
  const shuffled = () => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  return fc.record({ heard: shuffled(), again: shuffled() });
});

test('facts as of an instant are those of a contact that had heard of no more than had occurred by then', async () => {
  await fc.assert(
    fc.asyncProperty(anyOrder, fc.integer({ min: 0, max: 21_000 }), async ({ heard, again }, until) => {
      const at = minute(until);
      const { ports, contactId } = await contactThatHeard(heard);
      const then = await contactThatHeard(again.filter((event) => event.minute <= until));
      const head = await getHead(then.ports.store, then.contactId);
      if (!head) throw new Error('the contact was not made');

      expect(await factsAsOf(ports, contactId, at)).toEqual(factsOf({ head, live, now: at }));
    }),
    { numRuns: 150 },
  );
});

test('facts that are published later count what happened before, from the next event on', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(15), async (told, published) => {
      const before = contactsInMemory(undefined, { live: withoutValue });
      const all = [proof, ...told];
      for (const event of all.slice(0, published)) await before.record(event);
      await before.settle();
      const world = contactsInMemory(before.stored);
      for (const event of all.slice(published)) await world.record(event);
      await world.record({ ...proof, id: 'last' });
      await world.settle();

      const always = await contactThatHeard([...all, { ...proof, id: 'last' }]);
      const heads = await Promise.all(
        [world, always].map(async ({ ports }) =>
          getHead(ports.store, await resolveContact(ports, subjects[0])),
        ),
      );
      expect(heads[0]?.seen).toEqual(heads[1]?.seen);
      expect(heads[0]?.kept).toBe(live.keptName);
    }),
    { numRuns: 60 },
  );
});
