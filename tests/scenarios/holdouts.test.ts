import { getRow, rowsOf, sendsOf } from '@baton/functions/repositories/read.ts';
import { DecisionRow, HoldoutRow, holdoutKey } from '@baton/functions/repositories/rows.ts';
import { diceFor } from '@baton/functions/use-cases/dice.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { startRun } from '@baton/functions/use-cases/start-run.ts';
import type { Campaign, Journey, Library, Settings } from '@baton/rules/documents/index.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import { heldOutBy } from '@baton/rules/journey/holdout.ts';
import { expect, test } from 'vitest';
import { done, journeyOf } from '../support/journeys.ts';
import { quietLibrary } from '../support/quiet-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const contacts = Array.from({ length: 10_000 }, (_, at) => `contact-${at}`);

const say = (purpose: 'marketing' | 'service'): Step => ({
  kind: 'send',
  title: 'Say it',
  template: 'hello',
  channel: 'email',
  purpose,
  next: 'last',
});
const journey = (purpose: 'marketing' | 'service', own: Partial<Journey> = {}): Journey =>
  journeyOf({ first: say(purpose), last: done }, own);

const program = (percent: number, salt = 'program'): Settings => ({
  id: 'program',
  title: 'The program',
  why: 'To measure it.',
  owner: { team: 'marketing' },
  globalHoldout: { percent, salt },
});

const serves = journey('service');
function share(salt: string, percent: number): string[] {
  const drawing = { ...serves, holdout: { percent, salt } };
  return contacts.filter((id) => heldOutBy(drawing, [], diceFor(id)));
}

/** Four standard deviations of the number that a fair draw holds out of 10,000: once in 16,000 tries it is beyond. */
const bound = (percent: number) => 4 * Math.sqrt((contacts.length * percent * (100 - percent)) / 10_000);

test.each([1, 5, 10, 50, 90])(
  '%i % of 10,000 contacts are held out, within what chance allows',
  (percent) => {
    for (const salt of ['a', 'b', 'program-2026', ''])
      expect(Math.abs(share(salt, percent).length - (contacts.length * percent) / 100)).toBeLessThan(
        bound(percent),
      );
  },
);

test('who is held out is held out for ever: these draws were made once and stand', () => {
  const first = contacts.slice(0, 60).filter((id) => diceFor(id)('program') < 10);

  expect(first).toEqual([1, 29, 31, 42, 48, 49].map((at) => `contact-${at}`));
  expect(share('program', 10)).toEqual(share('program', 10));
  // Whoever is in the smaller share is in the larger one: raising the percentage lets nobody in.
  const larger = new Set(share('program', 20));
  expect(share('program', 10).every((id) => larger.has(id))).toBe(true);
});

test('draws by different salts are independent (chi-square of four fields below 21.1, p = 0.0001)', () => {
  const salts = ['program', 'spring', 'cart-abandonment', 'program-2026', 'a', 'aa'];
  for (const [index, one] of salts.entries())
    for (const other of salts.slice(index + 1)) {
      const fields = [0, 0, 0, 0];
      for (const id of contacts) {
        const place = Number(diceFor(id)(one) < 10) * 2 + Number(diceFor(id)(other) < 10);
        fields[place] = (fields[place] ?? 0) + 1;
      }
      const expected = [0.81, 0.09, 0.09, 0.01].map((part) => part * contacts.length);
      const chi = fields.reduce(
        (sum, seen, at) => sum + (seen - (expected[at] ?? 1)) ** 2 / (expected[at] ?? 1),
        0,
      );
      expect(chi, `${one} and ${other}`).toBeLessThan(21.1);
    }
});

test('the global holdout concerns journeys that send marketing or present offers, unless they say otherwise', () => {
  const everybody = [program(50)];
  const drawn = () => 0;
  const offer: Step = {
    kind: 'offer',
    title: 'Offer',
    table: 'offers',
    queue: 'service',
    within: 'PT10M',
    onAccept: 'last',
    onDecline: 'last',
    onTimeout: 'last',
    onNone: 'last',
  };

  expect(heldOutBy(journey('marketing'), everybody, drawn)).toBe('global');
  expect(heldOutBy(journeyOf({ first: offer, last: done }), everybody, drawn)).toBe('global');
  expect(heldOutBy(journey('service'), everybody, drawn)).toBeUndefined();
  expect(heldOutBy(journey('marketing', { globalHoldout: false }), everybody, drawn)).toBeUndefined();
  expect(heldOutBy(journey('marketing'), [program(0)], drawn)).toBeUndefined();
});

async function aProgram(library: (quiet: Library) => Library, ...journeys: Journey[]) {
  const host = await openVirtualHost(start, library(await quietLibrary(...journeys)));
  const { store } = host.ports;
  const idOf = (subject: string) => resolveContact(host.ports, subject);
  return {
    host,
    store,
    idOf,
    orders: async (subject: string, orderId = 'o-1') => {
      await host.happens(subject, 'consent.given', { channel: 'email', purpose: 'marketing' });
      await host.happens(subject, 'order.placed', { orderId });
    },
    decided: async (subject: string) =>
      (await rowsOf(store, await idOf(subject), 'DEC#', DecisionRow)).flatMap((row) => row.journeys),
  };
}
const subjects = Array.from({ length: 60 }, (_, at) => `email:c${at}@example.com`);
const withSettings = (percent: number) => (quiet: Library) => ({
  ...quiet,
  settings: new Map([['program', program(percent)]]),
});

test('who is held out never receives: counted once per journey, told in the decision, and served all the same', async () => {
  const { host, store, idOf, orders, decided } = await aProgram(
    withSettings(30),
    journey('marketing', { id: 'sells' }),
    journey('service', { id: 'serves' }),
  );
  for (const subject of subjects) {
    await orders(subject);
    await orders(subject, 'o-2');
  }

  const held: string[] = [];
  for (const subject of subjects) {
    const id = await idOf(subject);
    const drawn = diceFor(id)('program') < 30;
    if (drawn) held.push(id);
    const row = await getRow(store, holdoutKey(id, 'sells'), HoldoutRow);
    expect(row?.by).toBe(drawn ? 'global' : undefined);
    const verdicts = (await decided(subject)).filter((entry) => entry.id === 'sells');
    for (const entry of verdicts)
      expect(entry).toMatchObject(
        drawn ? { verdict: 'held-out', heldOut: 'global' } : { verdict: 'enrolled' },
      );
    const purposes = (await sendsOf(store, id)).map(({ purpose }) => purpose);
    expect(purposes.filter((purpose) => purpose === 'service')).toHaveLength(2);
    expect(purposes.filter((purpose) => purpose === 'marketing')).toHaveLength(drawn ? 0 : 2);
  }
  expect(held.length).toBeGreaterThan(5);
  expect(await store.count({ table: 'core', index: 'g1', pk: 'HLD#sells' })).toBe(held.length);
  const marketed = host.sent
    .filter(({ purpose }) => purpose === 'marketing')
    .map(({ contactId }) => contactId);
  expect(marketed.filter((id) => held.includes(id))).toEqual([]);
});

test('who was inside before there was a global holdout is sent no marketing any more', async () => {
  const waits = journeyOf(
    {
      first: { kind: 'wait', title: 'A day', wait: { after: 'P1D' }, next: 'say' },
      say: say('marketing'),
      last: done,
    },
    { id: 'sells' },
  );
  const { host, store, idOf, orders } = await aProgram((quiet) => quiet, waits);
  for (const subject of subjects) await orders(subject);
  await host.publish(withSettings(30)(await quietLibrary(waits)));
  await host.passUntil('2026-03-04T09:00:00.000Z');

  for (const subject of subjects) {
    const id = await idOf(subject);
    const drawn = diceFor(id)('program') < 30;
    expect(await sendsOf(store, id)).toMatchObject([
      drawn ? { status: 'SKIPPED', reason: 'held-out' } : { status: 'SENT' },
    ]);
  }
});

/** A campaign that sells to whoever can be written to, and keeps a share of them out. */
const spring = (percent: number): Campaign => ({
  id: 'spring',
  title: 'Spring',
  why: 'To sell.',
  owner: { team: 'marketing' },
  audience: {
    stages: ['none'],
    when: { all: [{ fact: 'contact', path: '$.email', operator: 'isKnown', value: true }] },
  },
  journey: 'sells',
  schedule: { at: null },
  pacing: { batch: 50, perMinute: 100_000 },
  holdout: { percent, salt: 'spring' },
});

test('a campaign’s own holdout is counted and told with the contact; so are those the global one keeps out', async () => {
  const campaign = spring(30);
  const { host, store, idOf, decided } = await aProgram(
    (quiet) => ({ ...withSettings(30)(quiet), campaigns: new Map([['spring', campaign]]) }),
    journey('marketing', { id: 'sells', trigger: null, key: undefined }),
  );
  for (const subject of subjects)
    await host.happens(subject, 'consent.given', { channel: 'email', purpose: 'marketing' });
  await startRun(host.ports, 'spring');
  await host.settle();
  await startRun(host.ports, 'spring', '2026-03-02T10:00:00Z');
  await host.settle();

  for (const subject of subjects) {
    const id = await idOf(subject);
    const dice = diceFor(id);
    const by = dice('spring') < 30 ? 'campaign' : dice('program') < 30 ? 'global' : undefined;
    const rows = await rowsOf(store, id, 'HLD#', HoldoutRow);
    expect(rows.map((row) => row.by)).toEqual(by ? [by] : []);
    const verdicts = (await decided(subject)).map(({ verdict, heldOut, campaign: run }) => ({
      verdict,
      heldOut,
      run,
    }));
    expect(verdicts).toEqual(by ? Array(2).fill({ verdict: 'held-out', heldOut: by, run: 'spring' }) : []);
    expect((await sendsOf(store, id)).length > 0).toBe(by === undefined);
  }
});

test('a campaign respects who is inside its journey, and how soon one may enter again', async () => {
  const campaign = spring(0);
  const { host, store, idOf, decided } = await aProgram(
    (quiet) => ({ ...quiet, campaigns: new Map([['spring', campaign]]) }),
    journey('marketing', {
      ...{ id: 'sells', trigger: null, key: undefined },
      reEntry: { policy: 'after', gap: 'P180D' },
    }),
  );
  const [subject = ''] = subjects;
  await host.happens(subject, 'consent.given', { channel: 'email', purpose: 'marketing' });
  for (const at of ['2026-03-02T09:30:00Z', '2026-03-02T10:00:00Z']) {
    await startRun(host.ports, 'spring', at);
    await host.settle();
  }

  expect(await sendsOf(store, await idOf(subject))).toHaveLength(1);
  expect((await decided(subject)).map(({ verdict }) => verdict)).toEqual(['too-soon']);
});
