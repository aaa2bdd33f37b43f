import { enrolmentsOf, getHead, sendsOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { completeTask } from '@baton/functions/use-cases/answers.ts';
import { decideExperiments, resultOf } from '@baton/functions/use-cases/experiments.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { journeyView } from '@baton/functions/views/journey.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { Journey, type Step } from '@baton/rules/documents/journey.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { done, journeyOf } from '../support/journeys.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const good = { ...done, title: 'Good', reason: 'good', goal: true };

/** The shipped library without its journeys and rules, and with others. */
async function withJourneys(...journeys: Journey[]): Promise<Library> {
  const library = await shippedLibrary();
  return {
    ...library,
    campaigns: new Map(),
    'best-practice': new Map(),
    journeys: new Map(journeys.map((journey) => [journey.id, journey])),
  };
}

async function hostWith(...journeys: Journey[]) {
  const host = await openVirtualHost(start, await withJourneys(...journeys));
  const subject = 'email:ana@example.com';
  const contactId = () => resolveContact(host.ports, subject);
  return {
    host,
    contactId,
    happens: (type: string, data: JsonObject = {}, who = subject) => host.happens(who, type, data),
    enrolment: async (journey: string) =>
      (await enrolmentsOf(host.ports.store, await contactId())).find((row) => row.journey === journey),
    tasks: async () => tasksOf(host.ports.store, await contactId()),
  };
}

const byOrder = (steps: Record<string, Step>, rest: Partial<Journey> = {}): Journey =>
  journeyOf(steps, { exits: [], ...rest });

describe('a decision that a role must take', () => {
  const journey = byOrder({
    ask: {
      kind: 'approve',
      title: 'Discount',
      role: 'approver',
      queue: 'inside-sales',
      question: 'May we?',
      within: 'P1D',
      onApproved: 'good',
      onRejected: 'done',
      onTimeout: 'done',
    },
    good,
    done,
  });

  test('is taken by nobody else, and then leads on', async () => {
    const { host, contactId, happens, enrolment, tasks } = await hostWith(journey);
    await happens('order.placed', { orderId: 'A1' });
    const [task] = await tasks();
    const completion = { contactId: await contactId(), taskId: task?.id ?? '', outcome: 'approved' };

    expect(await completeTask(host.ports, { ...completion, roles: ['agent', 'editor'] })).toMatchObject({
      ok: false,
      status: 403,
      path: 'roles',
    });
    expect(await enrolment('under-test')).toMatchObject({ status: 'active' });

    expect(await completeTask(host.ports, { ...completion, roles: ['approver'] })).toEqual({ ok: true });
    await host.settle();
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'goal' });
  });

  test('is not taken by an event that says so, whether it comes before the question or after', async () => {
    const start = { kind: 'wait', title: 'A while', wait: { after: 'PT1H' }, next: 'ask' } as const;
    const later: Journey = { ...journey, start: 'first', steps: { ...journey.steps, first: start } };
    const { host, happens, enrolment, tasks } = await hostWith(later);
    await happens('order.placed', { orderId: 'A1' });
    const taskId = `${(await enrolment('under-test'))?.id}.ask.2`;
    await happens('task.completed', { taskId, outcome: 'approved' });
    await host.passUntil(after('PT2H'));
    expect(await tasks()).toMatchObject([{ id: taskId, status: 'open' }]);

    await happens('task.completed', { taskId, outcome: 'approved', note: 'really' });
    await sweep(host.ports, after('PT2H'));
    await host.settle();

    expect(await enrolment('under-test')).toMatchObject({ status: 'active' });
    expect(await tasks()).toMatchObject([{ status: 'open' }]);
  });

  test('is not taken in time', async () => {
    const { host, happens, enrolment } = await hostWith(journey);
    await happens('order.placed', { orderId: 'A1' });
    await host.passUntil(after('P1D'));
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'done' });
  });
});

describe('a journey that starts another', () => {
  const child = byOrder(
    {
      pause: {
        kind: 'wait-for',
        title: 'Delivered',
        events: [{ event: 'order.delivered', next: 'good' }],
        timeout: { after: 'P2D' },
        onTimeout: 'done',
      },
      good,
      done,
    },
    { id: 'child', trigger: null },
  );
  const parent = byOrder({
    enrol: {
      kind: 'enrol',
      title: 'Child',
      journey: 'child',
      await: { timeout: { after: 'P5D' }, onGoal: 'good', onTimeout: 'late' },
      next: 'done',
    },
    good,
    done,
    late: { ...done, title: 'Late', reason: 'late' },
  });

  test('goes on when that has reached its goal', async () => {
    const { happens, enrolment } = await hostWith(parent, child);
    await happens('order.placed', { orderId: 'A1' });
    expect(await enrolment('child')).toMatchObject({ status: 'active', key: 'A1', event: { orderId: 'A1' } });
    await happens('order.delivered', { orderId: 'A1' });
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'goal' });
  });

  test('goes on otherwise when that ended without its goal', async () => {
    const { host, happens, enrolment } = await hostWith(parent, child);
    await happens('order.placed', { orderId: 'A1' });
    await host.passUntil(after('P2D'));
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'done' });
  });

  test('goes on at once when the contact is inside that already', async () => {
    const { happens, enrolment } = await hostWith(
      parent,
      Journey.parse({ ...child, trigger: { event: 'lead.created' }, key: undefined }),
    );
    await happens('lead.created', { leadId: 'l-1', origin: 'email' });
    await happens('order.placed', { orderId: '-' });
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'done' });
  });

  test('does not wait longer than it was told to', async () => {
    const slow = Journey.parse({
      ...child,
      steps: { ...child.steps, pause: { ...child.steps.pause, timeout: { after: 'P20D' } } },
    });
    const { host, happens, enrolment } = await hostWith(parent, slow);
    await happens('order.placed', { orderId: 'A1' });
    await host.passUntil(after('P5D'));
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'late' });
    expect(await enrolment('child')).toMatchObject({ status: 'active' });
  });
});

describe('a wait for a fact', () => {
  const tierA = { all: [{ fact: 'contact', path: '$.valueTier', operator: 'equal', value: 'a' }] };
  const waiting = byOrder({
    wait: {
      kind: 'wait-for',
      title: 'Tier A',
      events: [],
      facts: { title: 'Tier A', when: tierA, next: 'good' },
      timeout: { after: 'P5D' },
      onTimeout: 'done',
    },
    good,
    done,
  });
  const setting = journeyOf(
    { set: { kind: 'update', title: 'Set', attribute: '$.valueTier', value: 'a', next: 'done' }, done },
    { id: 'setting', trigger: { event: 'lead.created' }, key: '$.leadId' },
  );

  test('ends when an event makes it true', async () => {
    const { happens, enrolment } = await hostWith(waiting);
    await happens('order.placed', { orderId: 'A1' });
    await happens('contact.updated', { valueTier: 'b' });
    expect(await enrolment('under-test')).toMatchObject({ status: 'active' });
    await happens('contact.updated', { valueTier: 'a' });
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'goal' });
  });

  test('ends when another journey makes it true', async () => {
    const { happens, enrolment } = await hostWith(waiting, setting);
    await happens('order.placed', { orderId: 'A1' });
    await happens('lead.created', { leadId: 'l-1', origin: 'email' });
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'goal' });
  });

  test('is looked at once more when the time is over', async () => {
    const daysInStage = {
      all: [{ fact: 'history', path: '$.daysSinceOrder', operator: 'known:greaterThanInclusive', value: 5 }],
    };
    const { wait } = waiting.steps;
    if (wait?.kind !== 'wait-for') throw new Error('the journey has changed');
    const byTime = byOrder({
      ...waiting.steps,
      wait: { ...wait, facts: { title: 'Five days', when: daysInStage, next: 'good' } },
    });
    const { host, happens, enrolment } = await hostWith(byTime);
    await happens('order.placed', { orderId: 'A1' });
    await host.passUntil(after('P5D'));
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed' });
  });

  test('ends with its timeout where nothing made it true', async () => {
    const { host, happens, enrolment } = await hostWith(waiting);
    await happens('order.placed', { orderId: 'A1' });
    await host.passUntil(after('P5D'));
    expect(await enrolment('under-test')).toMatchObject({ status: 'completed', reason: 'done' });
  });
});

test('a step moves the contact into a stage, whose team owns it from then on', async () => {
  const { host, contactId, happens } = await hostWith(
    byOrder({ move: { kind: 'update', title: 'Back', stage: 'targeted', next: 'done' }, done }),
  );
  await happens('order.placed', { orderId: 'A1' });
  expect(await getHead(host.ports.store, await contactId())).toMatchObject({
    stage: 'targeted',
    owner: { team: 'marketing' },
  });
});

test('mail that waits for the morning goes out when it is morning where the contact is', async () => {
  const journey = byOrder({
    morning: {
      kind: 'wait',
      title: 'Morning',
      wait: { window: { from: '09:00', to: '11:00', weekdays: ['tuesday'] }, timeZone: 'Europe/Berlin' },
      next: 'mail',
    },
    mail: {
      kind: 'send',
      title: 'Mail',
      template: 'order-confirmation',
      channel: 'email',
      purpose: 'service',
      next: 'done',
    },
    done,
  });
  const { host, contactId, happens } = await hostWith(journey);
  await happens('contact.updated', { timeZone: 'America/New_York' });
  await happens('order.placed', { orderId: 'A1' });
  await host.passUntil(after('P2D'));
  expect(await sendsOf(host.ports.store, await contactId())).toMatchObject([
    { sentAt: '2026-03-03T14:00:00.000Z' },
  ]);
});

describe('an experiment', () => {
  const journey = byOrder({
    try: {
      kind: 'experiment',
      title: 'Which',
      arms: [
        { id: 'today', title: 'Today', share: 50, next: 'done' },
        { id: 'new', title: 'New', share: 50, next: 'good' },
      ],
      success: {
        event: 'order.delivered',
        match: [{ path: '$.orderId', equals: 'enrolment-key' }],
        within: 'P7D',
      },
      confidence: 0.95,
      minimum: 50,
    },
    good,
    done,
  });

  test('counts a contact once, and its success also after the journey, within its time', async () => {
    const { host, happens } = await hostWith(journey);
    const [ana, ben] = ['email:ana@example.com', 'email:ben@example.com'];
    await happens('order.placed', { orderId: 'A1' }, ana);
    await happens('order.placed', { orderId: 'A2' }, ana);
    await happens('order.placed', { orderId: 'B1' }, ben);
    await happens('order.delivered', { orderId: 'A2' }, ana);
    await happens('order.delivered', { orderId: 'A1' }, ana);
    await happens('order.delivered', { orderId: 'A1' }, ana);
    await host.passUntil(after('P8D'));
    await happens('order.delivered', { orderId: 'B1' }, ben);

    const { arms = [] } = (await resultOf(host.ports, journey, 1, 'try')) ?? {};
    expect(arms.reduce((sum, { entered }) => sum + entered, 0)).toBe(2);
    expect(arms.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(1);
  });

  test('that is decided leads everybody into the better arm', async () => {
    const { host, happens } = await hostWith(journey);
    const who = Array.from({ length: 160 }, (_, n) => `email:c${n}@example.com`);
    for (const subject of who) {
      await happens('order.placed', { orderId: subject }, subject);
      const { arms = [] } = (await resultOf(host.ports, journey, 1, 'try')) ?? {};
      const [row] = await enrolmentsOf(host.ports.store, await resolveContact(host.ports, subject));
      const inNew = row?.reason === 'goal';
      if (inNew || arms.every(({ succeeded }) => succeeded === 0))
        await happens('order.delivered', { orderId: subject }, subject);
    }
    expect(await decideExperiments(host.ports)).toBe(1);
    expect((await sweep(host.ports, start)).decided).toBe(0);
    const result = await resultOf(host.ports, journey, 1, 'try');
    expect(result).toMatchObject({ winner: 'new' });
    expect((await journeyView(host.ports, journey.id))?.experiments).toEqual([
      {
        step: 'try',
        title: 'Which',
        arms: [
          { ...result?.arms[0], title: 'Today' },
          { ...result?.arms[1], title: 'New' },
        ],
        winner: 'new',
      },
    ]);

    const before = (await resultOf(host.ports, journey, 1, 'try'))?.arms;
    for (let n = 0; n < 10; n++) {
      const subject = `email:late${n}@example.com`;
      await happens('order.placed', { orderId: subject }, subject);
      const [row] = await enrolmentsOf(host.ports.store, await resolveContact(host.ports, subject));
      expect(row).toMatchObject({ status: 'completed', reason: 'goal' });
    }
    expect((await resultOf(host.ports, journey, 1, 'try'))?.arms).toEqual(before);
  });
});

test('a split sends a contact the same way every time, and about as many as its shares say', async () => {
  const journey = byOrder({
    split: {
      kind: 'split',
      title: 'Part',
      ways: [
        { title: 'A', share: 25, next: 'good' },
        { title: 'B', share: 75, next: 'done' },
      ],
    },
    good,
    done,
  });
  const { host, happens } = await hostWith(journey);
  let goals = 0;
  for (let n = 0; n < 120; n++) {
    const subject = `email:c${n}@example.com`;
    await happens('order.placed', { orderId: '1' }, subject);
    await happens('order.placed', { orderId: '2' }, subject);
    const rows = await enrolmentsOf(host.ports.store, await resolveContact(host.ports, subject));
    expect(new Set(rows.map(({ reason }) => reason)).size).toBe(1);
    if (rows[0]?.reason === 'goal') goals++;
  }
  expect(goals).toBeGreaterThan(15);
  expect(goals).toBeLessThan(48);
});
