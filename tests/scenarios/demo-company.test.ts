import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import type { Store } from '@baton/functions/ports.ts';
import {
  casesOf,
  enrolmentsOf,
  handoversOf,
  offersOf,
  parseRow,
  rowsOf,
  sendsOf,
  staysOf,
  tasksOf,
} from '@baton/functions/repositories/read.ts';
import { contactOf, EventRow, HeadRow } from '@baton/functions/repositories/rows.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import { diceFor } from '@baton/functions/use-cases/dice.ts';
import { campaignsView } from '@baton/functions/views/campaigns.ts';
import { statusView } from '@baton/functions/views/status.ts';
import { seedDemo } from '@baton/infra/local/demo/seed.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { isOver } from '@baton/rules/cases/life.ts';
import { Duration } from '@baton/rules/documents/common.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const company = z
  .object({
    events: z.array(
      z.object({
        ago: Duration,
        type: z.string(),
        subject: z.string(),
        data: z.record(z.string(), z.json()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, 'infra/local/demo/company.json'), 'utf8')));
const now = new Date('2026-03-18T14:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'baton-demo-'));

type Contact = Awaited<ReturnType<typeof readContact>>;
let host: Awaited<ReturnType<typeof openHost>>;
let library: Awaited<ReturnType<typeof loadLibrary>>['library'];
let contacts: Contact[];
const logged: string[] = [];

beforeAll(async () => {
  ({ library } = await loadLibrary(join(root, 'rules/library')));
  const log = {
    info: () => {},
    warn: (event: string) => logged.push(event),
    error: (event: string) => logged.push(event),
  };
  await seedDemo({ folder, library, log, now });
  host = await openHost({
    folder,
    clock: { ...createVirtualClock(now), kind: 'virtual' },
    channel: () => ({
      send: () => {
        throw new Error('a seeded folder has nothing left to send');
      },
    }),
    log,
  });
  contacts = await readContacts(host.ports.store);
});
afterAll(async () => {
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function readContacts(store: Store): Promise<Contact[]> {
  const stages = [...library.stages.keys(), 'none'];
  const lists = stages.map((stage) =>
    store.query({ table: 'core', index: 'g1', pk: `STG#${stage}`, limit: 1000 }),
  );
  const heads = (await Promise.all(lists)).flatMap(({ items }) => items);
  return Promise.all(heads.map((item) => readContact(store, parseRow(HeadRow, item))));
}

async function readContact(store: Store, head: HeadRow) {
  const id = contactOf(head.pk);
  return {
    head,
    name: head.attributes['$.name']?.value,
    events: await rowsOf(store, id, 'EVT#', EventRow),
    stays: await staysOf(store, id),
    tasks: await tasksOf(store, id),
    cases: await casesOf(store, id),
    handovers: await handoversOf(store, id),
    offers: await offersOf(store, id),
    enrolments: await enrolmentsOf(store, id),
    sends: await sendsOf(store, id),
  };
}

const all = <K extends keyof Contact>(kind: K) => contacts.map((contact) => contact[kind]);
const named = (name: string): Contact => {
  const found = contacts.find((contact) => contact.name === name);
  if (!found) throw new Error(`the demo company has nobody called ${name}`);
  return found;
};
/** Ranges that the regulators of the four countries keep for films and books. */
const keptForFiction = new RegExp(
  [
    '^\\+33 (1 99 00|6 39 98) \\d\\d \\d\\d$',
    '^\\+44 (20 7946|29 2018|(113|117|141) 496) 0\\d{3}$',
    '^\\+46 (8 465 004|40 628 04|70 174 06) \\d\\d$',
    '^\\+46 31 390 06 [0-4]\\d$',
    '^\\+49 (30 23125|89 99998|221 4710) \\d{3}$',
  ].join('|'),
);
const hours = 3_600_000;
const hoursAway = (at: string): number => (Date.parse(at) - now.getTime()) / hours;

test('every event of the company is recorded and fits the catalogue', () => {
  const told = all('events')
    .flat()
    .filter(({ source }) => source === 'demo');
  expect(told).toHaveLength(company.events.length);

  for (const { eventId: id, source, type, at: time, subject, data } of told)
    expect
      .soft(checkEvent({ specversion: '1.0', id, source, type, time, subject, data }, library, now), id)
      .toMatchObject({ ok: true });
});

test('the file is in order of time, and nobody in it can be reached', () => {
  const spans = company.events.map(({ ago }) => parseDuration(ago));
  expect(spans).toEqual(spans.toSorted((a, b) => b - a));
  expect(spans[0]).toBeLessThanOrEqual(parseDuration('P75D'));

  for (const { subject, data } of company.events) {
    expect(subject).toMatch(/^email:.+@example\.(com|org)$|^phone:/);
    const phone = subject.startsWith('phone:') ? subject.slice('phone:'.length) : data.phone;
    if (phone !== undefined) expect(phone).toMatch(keptForFiction);
  }
  expect(new Set(company.events.map(({ subject }) => subject)).size).toBe(contacts.length);
});

test('products that contacts own are products of the catalogue', () => {
  const products = library.facts.get('contact')?.facts.find(({ path }) => path === '$.productsOwned');
  const known = products?.type === 'list' ? products.values : [];
  const owned = all('head').flatMap(({ attributes }) => attributes['$.productsOwned']?.value ?? []);
  expect(owned.length).toBeGreaterThan(20);
  for (const product of owned) expect(known).toContain(product);
});

test('nothing is lost, stuck or failed on the way', async () => {
  const { store, documents, clock } = host.ports;
  const status = await statusView(
    { store, documents, clock },
    { deadLetters: host.deadLetters(), clock: 'virtual' },
  );
  expect(status).toMatchObject({
    deadLetters: 0,
    pendingEvents: 0,
    outbox: 0,
    messages: { waiting: 0, failed: 0, unknown: 0 },
  });
  expect((await store.query({ table: 'core', index: 'g1', pk: 'QUARANTINE' })).items).toEqual([]);
  expect(
    all('enrolments')
      .flat()
      .filter(({ status }) => status === 'failed'),
  ).toEqual([]);
  expect(logged).toEqual([]);
});

test('there are contacts in every stage, under the overlay and outside the cycle', () => {
  const stages = [...library.stages.values()].filter(({ overlay }) => !overlay);
  for (const { id } of stages)
    expect(contacts.filter(({ head }) => head.stage === id).length, id).toBeGreaterThanOrEqual(3);
  expect(contacts.filter(({ head }) => head.overlay).length).toBeGreaterThanOrEqual(3);
  expect(contacts.filter(({ head }) => head.stage === null).length).toBeGreaterThanOrEqual(2);
});

test('everybody in the cycle has had exactly one owner from entry until now', () => {
  for (const { head, stays, name } of contacts.filter(({ head }) => head.stage !== null)) {
    const own = stays.filter(({ overlay }) => !overlay);
    expect(
      own.filter(({ to }) => to === undefined),
      String(name),
    ).toHaveLength(1);
    expect(own.at(-1)).toMatchObject({ stage: head.stage, owner: head.owner });
    for (const [index, stay] of own.slice(1).entries()) expect(stay.from).toBe(own[index]?.to);
  }
  const owners = new Set(contacts.map(({ head }) => head.owner?.person).filter(Boolean));
  expect(owners.size).toBeGreaterThanOrEqual(5);
});

test('handovers are offered with little time left, accepted, returned and expired', () => {
  const handovers = all('handovers').flat();
  const count = (status: string) => handovers.filter((row) => row.status === status).length;
  const left = handovers
    .filter(({ status }) => status === 'offered')
    .map(({ acceptBy }) => hoursAway(acceptBy));
  expect(Math.min(...left)).toBeGreaterThan(0);
  expect(Math.min(...left)).toBeLessThan(1);
  expect(left.length).toBeGreaterThanOrEqual(3);
  expect(count('accepted')).toBeGreaterThanOrEqual(10);
  expect(count('returned')).toBeGreaterThanOrEqual(2);
  expect(count('expired')).toBe(1);
});

test('journeys wait at different steps, and others are over for different reasons', () => {
  const enrolments = all('enrolments').flat();
  const active = enrolments.filter(({ status }) => status === 'active');
  expect(new Set(active.map(({ journey }) => journey)).size).toBeGreaterThanOrEqual(5);
  const steps = active.map(({ journey, step }) => `${journey}/${step}`);
  expect(steps).toEqual(
    expect.arrayContaining([
      'first-order-care/await-delivery',
      'first-order-care/await-late-delivery',
      'first-order-care/await-answer',
      'welcome/await-data',
      'welcome/welcome-call',
      'complaint/open',
      'cart-abandonment/await-checkout',
      'cart-abandonment/await-second-look',
      'win-back/cool-off',
      'win-back/first-try',
      'win-back/call',
      'rate-enquiry-retention/call',
    ]),
  );
  const ended = enrolments.map(({ status, reason }) => `${status}: ${reason}`);
  expect(ended).toEqual(
    expect.arrayContaining([
      'completed: goal',
      'completed: abandoned',
      'exited: cancelled',
      'exited: opted-out',
    ]),
  );
});

test('tasks are due today, overdue and done, and unknown data is somebody’s task', () => {
  const tasks = all('tasks').flat();
  const open = tasks.filter(({ status }) => status === 'open');
  expect(open.filter(({ dueAt }) => hoursAway(dueAt) < 0).length).toBeGreaterThanOrEqual(3);
  expect(
    open.filter(({ dueAt }) => hoursAway(dueAt) > 0 && hoursAway(dueAt) < 8).length,
  ).toBeGreaterThanOrEqual(5);
  expect(tasks.filter(({ status }) => status === 'done').length).toBeGreaterThanOrEqual(10);
  const unknown = open.filter(({ kind }) => kind === 'data-quality').map(({ fact }) => fact);
  expect(new Set(unknown)).toEqual(new Set(['contact.origin', 'contact.productsOwned', 'contact.valueTier']));
});

test('an ordinary and a severe case are open, neither for long, and others are closed', () => {
  const open = all('cases')
    .flat()
    .filter(({ status }) => !isOver(status));
  expect(new Set(open.map(({ priority }) => priority))).toEqual(new Set(['normal', 'high']));
  for (const { openedAt } of open) expect(hoursAway(openedAt)).toBeGreaterThan(-72);
  const closed = all('cases')
    .flat()
    .filter(({ status }) => status === 'closed');
  expect(closed.length).toBeGreaterThanOrEqual(4);
});

test('messages are sent, and those that are not say why', () => {
  const sends = all('sends').flat();
  expect(sends.filter(({ status }) => status === 'SENT').length).toBeGreaterThanOrEqual(50);
  const reasons = sends.filter(({ status }) => status === 'SKIPPED').map(({ reason }) => reason);
  expect(reasons).toEqual(
    expect.arrayContaining(['no-address', 'no-consent', 'consent-withdrawn', 'problem-open']),
  );
});

test('the campaign has run once, three days ago, and kept its holdout out', async () => {
  const { campaigns } = await campaignsView(host.ports);
  const spring = campaigns.find(({ id }) => id === 'spring-check-in');
  expect(spring?.runs).toHaveLength(1);
  const [run] = spring?.runs ?? [];
  expect(run).toMatchObject({ status: 'done' });
  expect(Math.round(hoursAway(run?.startedAt ?? '') / 24)).toBe(-3);
  expect(run?.audience).toBeGreaterThanOrEqual(12);

  const invited = contacts.filter(({ enrolments }) =>
    enrolments.some(({ journey }) => journey === 'value-review'),
  );
  expect(invited).toHaveLength(run?.enrolled ?? 0);
  expect((run?.enrolled ?? 0) + (run?.heldOut ?? 0)).toBe(run?.audience);
  // Who is drawn follows from contact ids and they from the folder's key: in one folder of seven it is nobody.
  const salt = library.campaigns.get('spring-check-in')?.holdout.salt ?? '';
  for (const { head } of invited)
    expect(diceFor(head.contactId)(salt)).toBeGreaterThanOrEqual(spring?.holdoutPercent ?? 100);
});

test('two card customers are on the line with an offer that nobody has answered yet', () => {
  const presented = all('offers')
    .flat()
    .filter(({ table, status }) => table === 'retention-offers' && status === 'presented');
  expect(presented).toHaveLength(2);
  for (const { expiresAt, rule } of presented) {
    expect(hoursAway(expiresAt) * 60).toBeGreaterThan(5);
    expect(hoursAway(expiresAt) * 60).toBeLessThan(10);
    expect(rule?.id).toBe('rate-enquiry-retention');
  }
});

test('people at the desk have taken up offers, calls and reopened cases', () => {
  const answered = all('offers')
    .flat()
    .map(({ status }) => status);
  expect(answered).toEqual(expect.arrayContaining(['accepted', 'declined']));
  const outcomes = all('tasks')
    .flat()
    .flatMap(({ kind, title, outcome }) => (kind === 'task' && outcome ? [`${title}: ${outcome}`] : []));
  expect(outcomes).toEqual(
    expect.arrayContaining([
      'Welcome call: reached',
      'Ask why not: too-expensive',
      'Look at the case again: done',
      'Chase the late order: done',
    ]),
  );
  const welcomed = all('enrolments')
    .flat()
    .filter(({ journey, status }) => journey === 'welcome' && status === 'completed');
  expect(welcomed.length).toBeGreaterThanOrEqual(2);
});

test('Marta Lindqvist is ready for the reference case', () => {
  const { head, cases, offers, events } = named('Marta Lindqvist');
  expect(head).toMatchObject({ stage: 'developed', overlay: null, openCases: 0, offers: {} });
  expect(head.identifiers).toEqual(['email:marta.lindqvist@example.com', 'phone:+46846500409']);
  expect(head.attributes['$.valueTier']?.value).toBe('a');
  expect(head.attributes['$.productsOwned']?.value).toContain('credit-card');
  expect([...cases, ...offers]).toEqual([]);
  expect(events.filter(({ data }) => data.topic === 'interest-rate')).toEqual([]);
});
