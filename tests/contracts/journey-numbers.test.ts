import type { Store } from '@baton/functions/ports.ts';
import { failedAt } from '@baton/functions/repositories/failed-at.ts';
import {
  type EnrolmentRow,
  enrolmentKey,
  enrolmentList,
  toItem,
} from '@baton/functions/repositories/rows.ts';
import { counted, journeyContactsView, journeyNumbersView } from '@baton/functions/views/journey-numbers.ts';
import { describe, expect, test } from 'vitest';
import { everyStore } from '../support/every-store.ts';
import { headRow } from '../support/view-rows.ts';

const journey = 'greeting';
const second = (number: number): string => new Date(Date.UTC(2026, 2, 1) + number * 1000).toISOString();

/** An enrolment of the contact of its name, entered in the order of `number`. */
function enrolment(name: string, number: number, own: Partial<EnrolmentRow> = {}): EnrolmentRow {
  const status = own.status ?? 'active';
  return {
    ...enrolmentKey(name, `e-${name}-${number}`),
    g1pk: enrolmentList(journey, own.parked ? 'paused' : status),
    g1sk: `${second(number)}#e-${name}-${number}`,
    id: `e-${name}-${number}`,
    ...{ journey, version: 1, machine: '', contactId: name, key: '', status, step: 'say' },
    ...{
      iteration: 1,
      enteredAt: second(number),
      event: {},
      answer: null,
      answered: [],
      visit: second(number),
    },
    ...own,
  };
}

const gone = (status: 'completed' | 'exited' | 'failed', reason: string, entered: string[]) => ({
  ...{ status, reason, entered, step: entered.at(-1) ?? '', endedAt: second(900) },
});

/** Everything that can have become of somebody at the step `pause`, and what was written before ways were kept. */
const rows = [
  enrolment('ana', 1, { step: 'pause', entered: ['say', 'pause'] }),
  enrolment('bo', 2, gone('completed', 'goal', ['say', 'pause'])),
  enrolment('cleo', 3, gone('exited', 'bought', ['say', 'pause'])),
  enrolment('dan', 4, gone('exited', 'bought', ['say'])),
  enrolment('eve', 5, gone('failed', failedAt('pause'), ['say'])),
  enrolment('fay', 6, gone('completed', 'done', ['say', 'pause', 'done'])),
  enrolment('gil', 7, { step: 'say', entered: undefined, visit: undefined, iteration: 0 }),
  enrolment('hal', 8, { ...gone('completed', 'done', ['done']), entered: undefined }),
  enrolment('ida', 9, {
    ...{ step: 'pause', entered: ['say', 'pause'] },
    parked: { step: 'done', since: second(10) },
  }),
  enrolment('fay', 10, { step: 'say', entered: ['say', 'pause'] }),
];

async function filled(create: () => Promise<Store>, given: readonly EnrolmentRow[]): Promise<Store> {
  const store = await create();
  for (const name of new Set(given.map(({ contactId }) => contactId)))
    await store.transact([{ kind: 'put', table: 'core', item: toItem(headRow(name, {})) }]);
  for (const row of given) await store.transact([{ kind: 'put', table: 'core', item: toItem(row) }]);
  return store;
}

describe.each(await everyStore())('the numbers of a journey on %s', (_name, create) => {
  test('tell of each step who is in it, who has gone on, and who left there and why', async () => {
    const store = await filled(create, rows);

    const numbers = await journeyNumbersView({ store }, journey);

    expect(numbers).toEqual({
      ...{ of: 10, more: false, moreInside: false, since: second(1), untraced: 1, inside: 4 },
      steps: {
        say: { entered: 9, inside: 2, passed: 6, left: { bought: 1 } },
        pause: {
          ...{ entered: 7, inside: 2, passed: 2 },
          left: { goal: 1, bought: 1, 'failed at pause': 1 },
        },
        done: { entered: 2, inside: 0, passed: 0, left: { done: 2 } },
      },
      ends: { goal: 1, bought: 2, 'failed at pause': 1, done: 2 },
    });
  });

  test('lead each to those whom they count, the latest first', async () => {
    const store = await filled(create, rows);
    const names = async (query: { step?: string; how?: string; reason?: string }) => {
      const { contacts } = await journeyContactsView({ store }, journey, query);
      return contacts.map(({ id }) => id);
    };

    expect(await names({})).toEqual(['fay', 'ida', 'gil', 'ana']);
    expect(await names({ step: 'pause' })).toEqual(['ida', 'ana']);
    expect(await names({ step: 'pause', how: 'passed' })).toEqual(['fay', 'fay']);
    expect(await names({ step: 'pause', how: 'left' })).toEqual(['eve', 'cleo', 'bo']);
    expect(await names({ step: 'pause', reason: 'bought' })).toEqual(['cleo']);
    expect(await names({ reason: 'bought' })).toEqual(['dan', 'cleo']);
    expect(await names({ step: 'say', how: 'left', reason: failedAt('pause') })).toEqual([]);
    expect(await names({ step: 'pause', reason: failedAt('pause') })).toEqual(['eve']);
    for (const [step, { inside, passed, left }] of Object.entries(counted(rows).steps)) {
      expect(await names({ step })).toHaveLength(inside);
      expect(await names({ step, how: 'passed' })).toHaveLength(passed);
      for (const [reason, count] of Object.entries(left))
        expect(await names({ step, reason })).toHaveLength(count);
    }
  });

  test('say where each of them is, or left and why', async () => {
    const store = await filled(create, rows);

    const { contacts } = await journeyContactsView({ store }, journey, { step: 'pause', how: 'passed' });

    expect(contacts).toEqual([
      { ...{ id: 'fay', enrolment: 'e-fay-10', version: 1 }, name: 'fay', step: 'say', since: second(10) },
      {
        ...{ id: 'fay', enrolment: 'e-fay-6', version: 1, name: 'fay', since: second(900) },
        ...{ step: 'done', reason: 'done' },
      },
    ]);
  });

  test('lead to long lists page by page', async () => {
    const many = Array.from({ length: 120 }, (_, number) =>
      enrolment(
        `c${number}`,
        number,
        number % 3 === 0
          ? { step: 'pause', entered: ['say', 'pause'] }
          : gone('completed', 'done', ['say', 'done']),
      ),
    );
    const store = await filled(create, many);

    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await journeyContactsView({ store }, journey, { step: 'say', how: 'passed', cursor });
      found.push(...page.contacts.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor);

    expect(found).toEqual(many.map(({ contactId }) => contactId).toReversed());
  });

  test('refuse a question that nobody can answer', async () => {
    const ports = { store: await create() };
    const ask = (query: object) => journeyContactsView(ports, journey, query);

    await expect(ask({ how: 'lost', step: 'say' })).rejects.toThrow('how: "lost" is none of them');
    await expect(ask({ how: 'passed' })).rejects.toThrow('step: it is not said which step');
    await expect(ask({ how: 'here', reason: 'goal' })).rejects.toThrow('reason: only who left has one');
  });
});
