import { Rejected } from '@baton/functions/ports.ts';
import { contactsView } from '@baton/functions/views/contacts.ts';
import { messagesView } from '@baton/functions/views/messages.ts';
import { tasksView } from '@baton/functions/views/tasks.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysAgo, now, viewPorts } from '../support/view-rows.ts';

/** All pages of a list, each as the ids on it. */
async function pages<T>(
  read: (cursor: string | undefined) => Promise<{ cursor?: string }>,
  lines: (page: never) => T[],
): Promise<T[][]> {
  const all: T[][] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    all.push(lines(page as never));
    cursor = page.cursor;
  } while (cursor);
  return all;
}

const value = (text: string) => ({ value: text, at: now, eventId: 'e' });

describe('contacts', () => {
  const ids = ({ contacts }: { contacts: { id: string }[] }) => contacts.map(({ id }) => id);

  test('of an empty store are none', async () => {
    expect(await contactsView(viewPorts(), {})).toEqual({ contacts: [] });
  });

  test('come in the order of the cycle, then those outside it, who came last first', async () => {
    const ports = viewPorts();
    await ports.putHead('outside', { stage: null, stageSince: null, owner: null });
    await ports.putHead('converted', { stage: 'converted', stageSince: daysAgo(1) });
    await ports.putHead('targeted-old', { stageSince: daysAgo(9) });
    await ports.putHead('targeted-new', { stageSince: daysAgo(2) });

    expect(ids(await contactsView(ports, {}))).toEqual([
      'targeted-new',
      'targeted-old',
      'converted',
      'outside',
    ]);
    expect(ids(await contactsView(ports, { stage: 'none' }))).toEqual(['outside']);
    expect(ids(await contactsView(ports, { stage: 'converted' }))).toEqual(['converted']);
  });

  test('come in pages of 50 that go on across stages', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 60; n++) await ports.putHead(`t${n}`, { stageSince: daysAgo(n) });
    for (let n = 0; n < 60; n++) await ports.putHead(`c${n}`, { stage: 'converted', stageSince: daysAgo(n) });

    const all = await pages((cursor) => contactsView(ports, { cursor }), ids);

    expect(all.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(all.flat()).toEqual(['t', 'c'].flatMap((kind) => Array.from({ length: 60 }, (_, n) => kind + n)));
  });

  test('go on behind a contact that has moved on meanwhile', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 60; n++) await ports.putHead(`t${n}`, { stageSince: daysAgo(n) });
    const first = await contactsView(ports, {});
    await ports.putHead('t49', { stage: 'converted' });

    const second = await contactsView(ports, { stage: 'targeted', cursor: first.cursor });

    expect(ids(second)).toEqual(Array.from({ length: 10 }, (_, n) => `t${n + 50}`));
  });

  test('are called by name, else by identifier without its scheme, else by id', async () => {
    const ports = viewPorts();
    await ports.putHead('named', { attributes: { '$.name': value('Ana') }, identifiers: ['crm:1'] });
    await ports.putHead('known', { identifiers: ['email:ana@example.com', 'shop:7'] });
    await ports.putHead('nobody', { attributes: { '$.name': value('  ') } });

    const { contacts } = await contactsView(ports, {});

    expect(Object.fromEntries(contacts.map(({ id, name }) => [id, name]))).toEqual({
      named: 'Ana',
      known: 'ana@example.com',
      nobody: 'nobody',
    });
    expect(contacts[0]).toMatchObject({
      stage: 'targeted',
      stageTitle: 'A title',
      overlay: null,
      since: now,
    });
  });

  test('are found by name, e-mail address and identifier, whatever the case', async () => {
    const ports = viewPorts();
    await ports.putHead('by-name', { attributes: { '$.name': value('Ana Duarte') } });
    await ports.putHead('by-mail', { attributes: { '$.email': value('DUARTE@example.com') } });
    await ports.putHead('by-identifier', { identifiers: ['crm:Duarte-7'] });
    await ports.putHead('by-city', { attributes: { '$.city': value('Duarte') } });

    expect(ids(await contactsView(ports, { q: ' duarte ' })).sort()).toEqual([
      'by-identifier',
      'by-mail',
      'by-name',
    ]);
  });

  test('are searched in portions; a page without a hit goes on', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 5010; n++)
      await ports.putHead(`c${String(n).padStart(4, '0')}`, { stageSince: daysAgo(n / 10) });

    const all = await pages((cursor) => contactsView(ports, { q: 'nobody', cursor }), ids);

    expect(all).toEqual([[], []]);
  });

  test('under an overlay are found once each, by their open cases', async () => {
    const ports = viewPorts();
    const overlay = { stage: 'in-trouble', stay: 2, since: now };
    await ports.putHead('one-case', { overlay, openCases: 1 });
    await ports.putCase('one-case', { id: 'k1' });
    await ports.putHead('two-cases', { overlay, openCases: 2 });
    await ports.putCase('two-cases', { id: 'k2', dueAt: daysAgo(1) });
    await ports.putCase('two-cases', { id: 'k3', dueAt: daysAgo(2) });
    await ports.putCase('two-cases', { id: 'k4', status: 'closed' });
    await ports.putHead('content');

    const { contacts } = await contactsView(ports, { stage: 'in-trouble' });

    expect(contacts.map(({ id, overlay }) => [id, overlay])).toEqual([
      ['one-case', 'in-trouble'],
      ['two-cases', 'in-trouble'],
    ]);
  });

  test('of a stage that does not exist are refused with those that do', async () => {
    await expect(contactsView(viewPorts(), { stage: 'moon' })).rejects.toThrow(
      'stage: there is no stage "moon"; use targeted, converted, in-trouble, none',
    );
  });

  test.each([
    ['nonsense', 'x'],
    ['other JSON', Buffer.from('{"a":1}').toString('base64url')],
    ['another list', Buffer.from('["tasks","2026",1]').toString('base64url')],
    ['no place', Buffer.from('["STG#targeted","",1]').toString('base64url')],
    ['a negative place', Buffer.from('["STG#targeted","2026",-1]').toString('base64url')],
  ])('refuse a cursor that is %s', async (_what, cursor) => {
    const reading = contactsView(viewPorts(), { cursor });

    await expect(reading).rejects.toThrow(Rejected);
    await expect(reading).rejects.toThrow('leave it out to start from the beginning');
  });

  test('refuse the cursor of another stage', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 51; n++) await ports.putHead(`t${n}`);
    const { cursor } = await contactsView(ports, { stage: 'targeted' });

    await expect(contactsView(ports, { stage: 'converted', cursor })).rejects.toThrow(Rejected);
  });
});

describe('tasks', () => {
  const ids = ({ tasks }: { tasks: { id: string }[] }) => tasks.map(({ id }) => id);

  test('of all queues come as one list, those due first in front, with the name of the contact', async () => {
    const ports = viewPorts();
    await ports.putHead('c1', { attributes: { '$.name': value('Ana') } });
    await ports.putTask('c1', { id: 'late', queue: 'marketing', dueAt: daysAgo(1) });
    await ports.putTask('c1', { id: 'later', queue: 'sales', dueAt: daysAgo(-1) });
    await ports.putTask('gone', { id: 'latest', queue: 'data', dueAt: daysAgo(-2) });
    await ports.putTask('c1', { id: 'done', status: 'done', dueAt: daysAgo(3) });

    const { tasks } = await tasksView(ports, {});

    expect(tasks.map(({ id, contactName }) => [id, contactName])).toEqual([
      ['late', 'Ana'],
      ['later', 'Ana'],
      ['latest', undefined],
    ]);
    expect(ids(await tasksView(ports, { queue: 'sales' }))).toEqual(['later']);
    expect(ids(await tasksView(ports, { queue: 'nobodys' }))).toEqual([]);
  });

  test('are overdue once their moment has passed', async () => {
    const ports = viewPorts();
    await ports.putTask('c1', { id: 'just-due', dueAt: now });
    await ports.putTask('c1', { id: 'late', dueAt: daysAgo(0.001) });

    expect(ids(await tasksView(ports, { overdue: true }))).toEqual(['late']);
  });

  test('are shown of one kind only', async () => {
    const ports = viewPorts();
    await ports.putTask('c1', { id: 'task' });
    await ports.putTask('c1', { id: 'unknown', kind: 'data-quality', queue: 'data', fact: 'contact.tier' });

    expect(ids(await tasksView(ports, { kind: 'data-quality' }))).toEqual(['unknown']);
  });

  test('about unknown data name the fact and the document as people do', async () => {
    const ports = viewPorts();
    await ports.putTask('c1', {
      id: 'unknown',
      kind: 'data-quality',
      queue: 'data',
      fact: 'contact.tier',
      title: 'contact $.tier',
      origin: 'best-practice/a-rule',
    });

    const { tasks } = await tasksView(ports, {});

    expect(tasks[0]).toMatchObject({
      title: 'Find out: tier',
      instruction: '“A title” could not decide because this is not known.',
    });
  });

  test('come once each and in order, however many are due at one moment', async () => {
    const due = fc.integer({ min: 0, max: 3 });
    const queue = fc.constantFrom('sales', 'marketing', 'data');
    const many = fc.array(fc.record({ due, queue }), { minLength: 40, maxLength: 160 });

    await fc.assert(
      fc.asyncProperty(many, async (entries) => {
        const ports = viewPorts();
        for (const [n, entry] of entries.entries())
          await ports.putTask(`c${n}`, { id: 'same', queue: entry.queue, dueAt: daysAgo(entry.due) });

        const all = await pages(
          (cursor) => tasksView(ports, { cursor }),
          ({ tasks }: { tasks: { contactId: string; dueAt: string }[] }) => tasks,
        );

        const tasks = all.flat();
        expect(all.slice(0, -1).every(({ length }) => length === 50)).toBe(true);
        expect(new Set(tasks.map(({ contactId }) => contactId)).size).toBe(entries.length);
        expect(tasks.length).toBe(entries.length);
        expect(tasks.map(({ dueAt }) => dueAt)).toEqual(tasks.map(({ dueAt }) => dueAt).sort());
      }),
      { numRuns: 15 },
    );
  });

  test('refuse the cursor of another list', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 51; n++) await ports.putSend('c1', { sendId: `s${n}` });
    const { cursor } = await messagesView(ports, {});

    expect(cursor).toBeDefined();
    await expect(tasksView(ports, { cursor })).rejects.toThrow(Rejected);
  });
});

describe('messages', () => {
  const ids = ({ messages }: { messages: { id: string }[] }) => messages.map(({ id }) => id);

  test('come newest first; what the provider has not answered yet waits', async () => {
    const ports = viewPorts();
    await ports.putHead('c1', { identifiers: ['email:ana@example.com'] });
    await ports.putSend('c1', { sendId: 'sent', at: daysAgo(3), subject: 'Hello', body: 'Ana' });
    await ports.putSend('c1', { sendId: 'permitted', status: 'PERMITTED', at: daysAgo(1) });
    await ports.putSend('c1', { sendId: 'attempted', status: 'ATTEMPT', at: daysAgo(2) });
    await ports.putSend('c1', { sendId: 'skipped', status: 'SKIPPED', reason: 'no-consent', at: daysAgo(4) });

    expect(ids(await messagesView(ports, {}))).toEqual(['permitted', 'attempted', 'sent', 'skipped']);
    expect(ids(await messagesView(ports, { status: 'waiting' }))).toEqual(['permitted', 'attempted']);
    expect(ids(await messagesView(ports, { status: 'failed' }))).toEqual([]);
    expect((await messagesView(ports, { status: 'skipped' })).messages[0]).toMatchObject({
      contactName: 'ana@example.com',
      status: 'skipped',
      reason: 'The contact has not agreed to marketing on this channel. Ask for consent when you talk.',
    });
  });

  test('come in pages of 50, from the newest to the oldest', async () => {
    const ports = viewPorts();
    for (let n = 0; n < 120; n++)
      await ports.putSend(`c${n}`, {
        sendId: `s${n}`,
        at: daysAgo(n),
        status: n % 2 === 0 ? 'SENT' : 'SKIPPED',
      });

    const all = await pages((cursor) => messagesView(ports, { cursor }), ids);

    expect(all.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(all.flat()).toEqual(Array.from({ length: 120 }, (_, n) => `s${n}`));
  });
});
