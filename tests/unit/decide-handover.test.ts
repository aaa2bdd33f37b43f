import { decideHandover } from '@baton/rules/decide/handover.ts';
import { expect, test } from 'vitest';
import { aHandover, leaf } from '../support/documents.ts';

const contact = { stage: 'targeted', milestones: ['first-touch'] };
const facts = { contact: { score: 80, phone: '123', tier: 'gold', seller: 'u-1' } };

test('is ready with receiver and information pack', async () => {
  const decision = await decideHandover([aHandover()], contact, facts);

  expect(decision).toMatchObject({
    kind: 'ready',
    handover: 'a-handover',
    to: { stage: 'converted', team: 'sales', person: 'u-1' },
    because: { outcome: 'true' },
  });
  expect(decision.kind === 'ready' && decision.pack).toEqual({ 'contact.tier': 'gold' });
});

test('names the team alone where no person is known', async () => {
  const decision = await decideHandover([aHandover()], contact, { contact: { score: 80, phone: '123' } });

  expect(decision).toMatchObject({ kind: 'ready', to: { stage: 'converted', team: 'sales' } });
  expect(decision.kind === 'ready' && 'person' in decision.to).toBe(false);
});

test('is blocked by missing facts and milestones and lists them in words', async () => {
  const decision = await decideHandover(
    [aHandover()],
    { ...contact, milestones: [] },
    { contact: { score: 80 } },
  );

  expect(decision).toMatchObject({
    kind: 'blocked',
    handover: 'a-handover',
    missing: ['Phone', 'first-touch'],
  });
});

test('lists what is unknown among the required facts', async () => {
  const requiredFacts = [
    { id: 'tier', label: 'Good tier', when: { all: [leaf('contact', '$.tier', 'equal', 'gold')] } },
  ];

  const decision = await decideHandover([aHandover({ requiredFacts })], contact, { contact: { score: 80 } });

  expect(decision).toMatchObject({
    kind: 'blocked',
    missing: ['Good tier'],
    unknown: [{ fact: 'contact', path: '$.tier' }],
  });
});

test('leaves the decision to the highest priority whose entry holds, even while that one is blocked', async () => {
  const strict = aHandover({ id: 'strict', priority: 9, milestones: ['signed'] });
  const lax = aHandover({ id: 'lax', priority: 1, milestones: [], requiredFacts: [] });

  expect(await decideHandover([lax, strict], contact, facts)).toMatchObject({
    kind: 'blocked',
    handover: 'strict',
    missing: ['signed'],
  });
});

test('passes over handovers whose entry does not hold and those from other stages', async () => {
  const other = aHandover({ id: 'other', priority: 9, from: { stage: 'developed', team: 'x' } });
  const closed = aHandover({
    id: 'closed',
    priority: 8,
    entry: { all: [leaf('contact', '$.score', 'greaterThan', 99)] },
  });

  expect(await decideHandover([aHandover(), closed, other], contact, facts)).toMatchObject({
    kind: 'ready',
    handover: 'a-handover',
  });
});

test('stays, and says what is not known', async () => {
  expect(await decideHandover([aHandover()], contact, { contact: { score: 10 } })).toEqual({
    kind: 'stay',
    unknown: [],
  });
  expect(await decideHandover([aHandover(), aHandover({ id: 'b' })], contact, {})).toEqual({
    kind: 'stay',
    unknown: [{ fact: 'contact', path: '$.score' }],
  });
});
