import type { DeskView } from '@baton/functions/api/views.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { deskView, sortLimit } from '@baton/functions/views/desk.ts';
import { describe, expect, test } from 'vitest';
import { everyStore } from '../support/every-store.ts';
import { daysAgo, now, viewPorts } from '../support/view-rows.ts';

const ids = ({ lines }: DeskView): string[] => lines.map(({ id }) => id);
const tier = (value: string) => ({ attributes: { '$.valueTier': { value, at: now, eventId: 'e' } } });
const hour = 3_600_000;
const clock = (spentHours: number, own: object = {}) => ({
  ...{ targetMs: 10 * hour, spentMs: spentHours * hour, told: [] },
  ...own,
});

describe.each(await everyStore())('the queue of the desk on %s', (_name, create) => {
  const openPorts = async () => viewPorts(undefined, await create());

  test('by service level: what is breached, at risk, met so far, and what waits for the customer', async () => {
    const ports = await openPorts();
    const dueSoon = daysAgo(-0.1);
    await ports.putTask('c1', { id: 'in-time', createdAt: now, dueAt: dueSoon });
    await ports.putTask('c1', { id: 'at-risk', createdAt: daysAgo(4), dueAt: daysAgo(-1) });
    await ports.putTask('c1', { id: 'late', createdAt: daysAgo(2), dueAt: daysAgo(0.5) });
    await ports.putCase('c2', { id: 'case-late', clocks: { solve: clock(11) }, dueAt: daysAgo(1) });
    await ports.putCase('c2', {
      ...{ id: 'case-risk', dueAt: daysAgo(-0.2) },
      clocks: { accept: clock(20, { stoppedAt: now }), solve: clock(8) },
    });
    await ports.putCase('c2', { id: 'case-new', clocks: { solve: clock(1) }, dueAt: daysAgo(-2) });
    await ports.putCase('c2', {
      id: 'case-waits',
      clocks: { solve: clock(9) },
      paused: true,
      dueAt: daysAgo(9),
    });

    const view = await deskView(ports, { order: 'sla' });

    expect(view.lines.map(({ id, kind, sla }) => [id, kind, sla.state, sla.spent])).toEqual([
      ['case-late', 'case', 'breached', 110],
      ['late', 'task', 'breached', 133],
      ['case-risk', 'case', 'at-risk', 80],
      ['at-risk', 'task', 'at-risk', 80],
      ['in-time', 'task', 'met', 0],
      ['case-new', 'case', 'met', 10],
      ['case-waits', 'case', 'paused', undefined],
    ]);
    expect(view).toMatchObject({ sorted: 7 });
    expect(view.more).toBeUndefined();
  });

  test('by value: the better customer goes first over the whole queue, of equal ones what is due first', async () => {
    const ports = await openPorts();
    for (let n = 0; n < 60; n++)
      await ports.putTask('nobody', { id: `n${String(n).padStart(2, '0')}`, dueAt: daysAgo(-1 - n / 100) });
    await ports.putHead('best', tier('a'));
    await ports.putHead('good', tier('c'));
    await ports.putTask('good', { id: 'good', dueAt: daysAgo(-3) });
    await ports.putTask('best', { id: 'best', dueAt: daysAgo(-4) });
    await ports.putTask('good', { id: 'late', createdAt: daysAgo(3), dueAt: daysAgo(1) });

    const first = await deskView(ports, { order: 'value' });
    const second = await deskView(ports, { order: 'value', cursor: first.cursor });

    expect(ids(first).slice(0, 4)).toEqual(['best', 'late', 'good', 'n00']);
    expect(first.lines[0]).toMatchObject({ valueTier: 'a' });
    expect([first.lines.length, second.lines.length]).toEqual([50, 13]);
    expect(new Set([...ids(first), ...ids(second)]).size).toBe(63);
    expect(second.cursor).toBeUndefined();
    await expect(deskView(ports, { order: 'sla', cursor: first.cursor })).rejects.toThrow(Rejected);
  });

  test('by due, and of one queue: tasks and cases as one list', async () => {
    const ports = await openPorts();
    await ports.putTask('c1', { id: 'mine', queue: 'sales', dueAt: daysAgo(-2) });
    await ports.putTask('c1', { id: 'other', queue: 'marketing', dueAt: daysAgo(-0.5) });
    await ports.putCase('c1', { id: 'my-case', queue: 'sales', dueAt: daysAgo(-1) });
    await ports.putCase('c1', { id: 'their-case', queue: 'service', dueAt: daysAgo(-1.5) });

    for (const order of ['due', 'value', 'sla'] as const)
      expect(ids(await deskView(ports, { order, queue: 'sales' }))).toEqual(['my-case', 'mine']);
    expect(ids(await deskView(ports, { order: 'due' }))).toEqual(['other', 'my-case', 'their-case', 'mine']);
  });

  test('of several queues: what stands in any of them, each line once', async () => {
    const ports = await openPorts();
    await ports.putTask('c1', { id: 'mine', queue: 'sales', dueAt: daysAgo(-2) });
    await ports.putTask('c1', { id: 'other', queue: 'marketing', dueAt: daysAgo(-0.5) });
    await ports.putCase('c1', { id: 'my-case', queue: 'service', dueAt: daysAgo(-1) });

    for (const order of ['due', 'value', 'sla'] as const) {
      const of = async (queue: string) => ids(await deskView(ports, { order, queue }));
      expect(await of('sales,service')).toEqual(['my-case', 'mine']);
      expect(await of('sales,sales')).toEqual(['mine']);
      expect(await of(',')).toEqual(['other', 'my-case', 'mine']);
    }
  });

  test('says who has it: who took the case, whom it is offered to, or who of the team owns the contact', async () => {
    const ports = await openPorts();
    await ports.putHead('ana', { owner: { team: 'sales', person: 'Priya' } });
    await ports.putTask('ana', { id: 'of-owner', queue: 'sales', dueAt: daysAgo(-1) });
    await ports.putTask('ana', { id: 'of-others', queue: 'service', dueAt: daysAgo(-2) });
    await ports.putCase('ana', { id: 'taken', queue: 'service', person: 'carla', dueAt: daysAgo(-3) });
    await ports.putCase('ana', { id: 'untaken', queue: 'sales', dueAt: daysAgo(-4) });
    await ports.putTask('ana', { id: 'accept-h1', kind: 'handover', queue: 'sales', dueAt: daysAgo(-5) });
    await ports.putHandover('ana', { id: 'h1', to: { stage: 'developed', team: 'sales', person: 'Tom' } });
    await ports.putTask('ana', { id: 'accept-h2', kind: 'handover', queue: 'sales', dueAt: daysAgo(-6) });

    const { lines } = await deskView(ports, { order: 'due' });

    expect(lines.map(({ id, person }) => [id, person])).toEqual([
      ['of-owner', 'Priya'],
      ['of-others', undefined],
      ['taken', 'carla'],
      ['untaken', undefined],
      ['accept-h1', 'Tom'],
      ['accept-h2', undefined],
    ]);
  });
});

test('more than can be sorted are sorted by those that are due first, and it says so', async () => {
  const ports = viewPorts();
  await ports.putHead('best', tier('a'));
  for (let n = 0; n < sortLimit; n++)
    await ports.putTask('nobody', { id: `n${n}`, dueAt: daysAgo(-1 - n / 10_000) });
  await ports.putTask('best', { id: 'later', dueAt: daysAgo(-5) });

  const view = await deskView(ports, { order: 'value' });

  expect(view).toMatchObject({ sorted: sortLimit, more: true });
  expect(ids(view)).not.toContain('later');
});
