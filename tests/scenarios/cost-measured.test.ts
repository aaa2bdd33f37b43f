import { type Assumptions, assumptions } from '@baton/infra/aws/cost/assumptions.ts';
import { tripUsage } from '@baton/infra/aws/cost/journey-usage.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { EventMatch, Step } from '@baton/rules/documents/journey.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import { journeyOf, offers } from '../support/journeys.ts';
import { meteredStore, type Units } from '../support/metered-store.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

/**
 * Made-up contacts are small: every row is below a kilobyte, but for a mail that is sent, and all events of one fit into one read.
 */
const small: Assumptions = {
  ...assumptions,
  rows: { head: 1, event: 1, enrolment: 1, send: 4, other: 1, history: 4 },
};

const day = (days: number, time = '10:00:00') => `2026-01-${String(5 + days).padStart(2, '0')}T${time}Z`;

const ana = 'email:ana@example.com';

type Happening = { at: string; type: string; data: JsonObject };

/** What the use cases read and wrote for one contact from its first event on. */
async function measured(happenings: readonly Happening[], until: string, documents?: Library) {
  const host = await openVirtualHost(day(0, '09:00:00'), documents, { portsOf: (_name, ports) => ports });
  await host.happens(ana, 'consent.given', { channel: 'email', purpose: 'marketing' });
  const { store, units } = meteredStore(host.ports.store);
  Object.assign(host.ports, { store });
  for (const { at, type, data } of happenings) {
    await host.passUntil(at);
    await host.happens(ana, type, data);
    // What is accepted over HTTP looks its identity and its id up before; events on the bus do not.
    units.readUnits -= 2;
  }
  await host.passUntil(until);
  return { units, sent: host.sent.length };
}

const cart = { at: day(0), type: 'cart.updated', data: { cartId: 'c', items: 2, total: 3 } };

const bought: EventMatch = {
  event: 'cart.checked-out',
  match: [{ path: '$.cartId', equals: 'enrolment-key' }],
};

const waitsForCheckout = (title: string, after: string, onTimeout: string): Step => ({
  kind: 'wait-for',
  title,
  events: [{ ...bought, next: 'bought' }],
  timeout: { after },
  onTimeout,
});

const mails = (title: string, template: string, next: string): Step => ({
  kind: 'send',
  title,
  template,
  channel: 'email',
  purpose: 'marketing',
  next,
});

const leftBehind = journeyOf(
  {
    settle: { kind: 'wait', title: 'Settle', wait: { after: 'PT1H' }, next: 'await-checkout' },
    'await-checkout': waitsForCheckout('Wait', 'PT23H', 'remind'),
    remind: mails('Remind', 'cart-reminder', 'await-second-look'),
    'await-second-look': waitsForCheckout('Wait once more', 'P2D', 'worth-a-push'),
    'worth-a-push': {
      kind: 'experiment',
      title: 'Does free delivery help?',
      arms: [
        { id: 'nothing', title: 'Nothing more', share: 50, next: 'abandoned' },
        { id: 'free-delivery', title: 'Free delivery', share: 50, next: 'push' },
      ],
      success: { ...bought, within: 'P7D' },
      confidence: 0.95,
      minimum: 200,
    },
    push: mails('Push', 'cart-incentive', 'await-push'),
    'await-push': waitsForCheckout('Wait for two days', 'P2D', 'abandoned'),
    bought: { kind: 'end', title: 'Bought', reason: 'bought', goal: true },
    abandoned: { kind: 'end', title: 'Left behind', reason: 'abandoned' },
  },
  { id: 'left-behind', trigger: { event: 'cart.updated' }, key: '$.cartId' },
);

async function withLeftBehind(): Promise<Library> {
  return { ...(await shippedLibrary()), journeys: new Map([[leftBehind.id, leftBehind]]) };
}

function modelled(usage: ReturnType<typeof tripUsage>): Units {
  return { readUnits: usage.readUnits ?? 0, writeUnits: usage.writeUnits ?? 0 };
}

test('a cart that stays behind reads and writes what the calculation says', async () => {
  const { units, sent } = await measured([cart], day(8), await withLeftBehind());

  // Which arm of the experiment the contact is in, the mails tell.
  const arm = sent === 2 ? ['arms.1.next', 'next', 'onTimeout'] : ['arms.0.next'];
  const usage = tripUsage(leftBehind, ['next', 'onTimeout', 'next', 'onTimeout', ...arm], small);

  expect(sent).toBe(usage.emails);
  expect(units).toEqual(modelled(usage));
});

test('a cart that is bought after the reminder does so too, but for the decision that nobody took', async () => {
  const checkout = { at: day(1, '20:00:00'), type: 'cart.checked-out', data: { cartId: 'c' } };
  const { units, sent } = await measured([cart, checkout], day(8), await withLeftBehind());

  const usage = tripUsage(leftBehind, ['next', 'onTimeout', 'next', 'events.0.next'], small);

  expect(sent).toBe(usage.emails);
  const decision = 3;
  expect({ ...units, writeUnits: units.writeUnits + decision }).toEqual(modelled(usage));
});

/** The offer is always the same, so that there is one. */
const table = { ...offers, rows: [{ id: 'r1', cells: {}, out: { o1: 'much' } }] };

const everyKind = journeyOf(
  {
    branch: {
      kind: 'branch',
      title: 'Branch',
      cases: [
        {
          title: 'Never',
          when: { all: [{ fact: 'event', path: '$.cartId', operator: 'equal', value: 'none' }] },
          next: 'end',
        },
      ],
      else: 'note',
    },
    note: { kind: 'task', title: 'Note', queue: 'service', instruction: 'Note.', due: 'P1D', next: 'task' },
    task: {
      kind: 'task',
      title: 'Call',
      queue: 'service',
      instruction: 'Call.',
      due: 'P1D',
      outcomes: [{ id: 'reached', title: 'Reached', next: 'end' }],
      next: 'offer',
    },
    offer: {
      kind: 'offer',
      title: 'Offer',
      table: 'offers',
      queue: 'service',
      within: 'P1D',
      onAccept: 'end',
      onDecline: 'end',
      onTimeout: 'emit',
      onNone: 'end',
    },
    emit: { kind: 'emit', title: 'Emit', event: 'cart.emptied', data: { cartId: 'c' }, next: 'split' },
    split: {
      kind: 'split',
      title: 'Split',
      ways: [
        { title: 'A', share: 50, next: 'approve' },
        { title: 'B', share: 50, next: 'approve' },
      ],
    },
    approve: {
      kind: 'approve',
      title: 'Approve',
      role: 'approver',
      queue: 'service',
      question: 'May we?',
      within: 'P1D',
      onApproved: 'end',
      onRejected: 'end',
      onTimeout: 'end',
    },
    end: { kind: 'end', title: 'End', reason: 'done' },
  },
  { id: 'every-kind', trigger: { event: 'cart.updated' }, key: '$.cartId' },
);

test('every other kind of step that needs no second person does so too', async () => {
  const shipped = await shippedLibrary();
  const documents: Library = {
    ...shipped,
    'best-practice': new Map(),
    handovers: new Map(),
    campaigns: new Map(),
    journeys: new Map([[everyKind.id, everyKind]]),
    tables: new Map([[table.id, table]]),
  };
  const { units } = await measured([cart], day(8), documents);

  const usage = tripUsage(
    everyKind,
    ['else', 'next', 'next', 'onTimeout', 'next', 'ways.0.next', 'onTimeout'],
    small,
  );

  const decisionOnWhatWasEmitted = 3;
  expect({ ...units, writeUnits: units.writeUnits + decisionOnWhatWasEmitted }).toEqual(modelled(usage));
});

const experiment = journeyOf(
  {
    try: {
      kind: 'experiment',
      title: 'Try',
      arms: [
        { id: 'a', title: 'A', share: 50, next: 'end' },
        { id: 'b', title: 'B', share: 50, next: 'end' },
      ],
      success: { event: 'cart.checked-out', within: 'P7D' },
      confidence: 0.95,
      minimum: 100,
    },
    end: { kind: 'end', title: 'End', reason: 'done' },
  },
  { id: 'experiment', trigger: { event: 'cart.updated' }, key: '$.cartId' },
);

test('an experiment does so too', async () => {
  const shipped = await shippedLibrary();
  const journeys = new Map([[experiment.id, experiment]]);
  const documents = { ...shipped, 'best-practice': new Map(), campaigns: new Map(), journeys };
  const { units } = await measured([cart], day(1), documents);

  expect(units).toEqual(modelled(tripUsage(experiment, ['arms.0.next'], small)));
});
