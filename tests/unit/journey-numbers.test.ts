import { failedAt } from '@baton/functions/repositories/failed-at.ts';
import {
  type EnrolmentRow,
  enrolmentKey,
  enrolmentList,
  toItem,
} from '@baton/functions/repositories/rows.ts';
import { counted, journeyNumbersView } from '@baton/functions/views/journey-numbers.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../support/memory-store.ts';

const at = '2026-03-01T00:00:00.000Z';

function enrolment(number: number, own: Partial<EnrolmentRow> = {}): EnrolmentRow {
  const id = `e-${number}`;
  const status = own.status ?? 'active';
  return {
    ...enrolmentKey(`c-${number}`, id),
    g1pk: enrolmentList('greeting', status),
    g1sk: `${at}#${id}`,
    ...{ id, journey: 'greeting', version: 1, machine: '', contactId: `c-${number}`, key: '', status },
    ...{ step: 'say', iteration: 1, enteredAt: at, event: {}, answer: null, answered: [], visit: at },
    ...own,
  };
}

const step = fc.constantFrom('a', 'b', 'c', 'd');
const anEnrolment = fc
  .record({
    status: fc.constantFrom('active' as const, 'completed' as const, 'exited' as const, 'failed' as const),
    steps: fc.uniqueArray(step, { minLength: 1 }),
    // Whoever goes in a circle is in a step again that is not the last one they came to for the first time.
    now: fc.nat(3),
    reason: fc.option(fc.oneof(fc.constantFrom('goal', 'bought'), step.map(failedAt)), { nil: undefined }),
    isTraced: fc.boolean(),
  })
  .map(({ status, steps, now, reason, isTraced }) =>
    enrolment(0, {
      ...{ status, step: steps[now % steps.length] ?? '', reason },
      ...(isTraced ? { entered: steps } : {}),
    }),
  );

test('everybody who came to a step is in it, has gone on, or left there', () => {
  fc.assert(
    fc.property(fc.array(anEnrolment), (rows) => {
      const numbers = counted(rows);

      for (const { entered, inside, passed, left } of Object.values(numbers.steps))
        expect(entered).toBe(inside + passed + sum(Object.values(left)));
      const steps = Object.values(numbers.steps);
      expect(sum(steps.map(({ inside }) => inside))).toBe(numbers.inside);
      expect(sum(steps.flatMap(({ left }) => Object.values(left)))).toBe(sum(Object.values(numbers.ends)));
      expect(numbers.inside + sum(Object.values(numbers.ends))).toBe(rows.length);
    }),
  );
});

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

test('a step that failed is where somebody left, though they never came into it', () => {
  const { steps } = counted([
    enrolment(1, { status: 'failed', step: 'say', entered: ['say'], reason: failedAt('pause') }),
  ]);

  expect(steps).toEqual({
    say: { entered: 1, inside: 0, passed: 1, left: {} },
    pause: { entered: 1, inside: 0, passed: 0, left: { 'failed at pause': 1 } },
  });
});

test('what was written before ways were kept counts where it stands, and is told apart', () => {
  const numbers = counted([enrolment(1, { step: 'pause' }), enrolment(2, { visit: undefined })]);

  expect(numbers).toMatchObject({ of: 2, untraced: 1, inside: 2 });
  expect(numbers.steps.say).toEqual({ entered: 1, inside: 1, passed: 0, left: {} });
});

test('says where there were too many to count, and whether any of those are inside', async () => {
  const store = createMemoryStore();
  const put = (number: number, own: Partial<EnrolmentRow>) =>
    store.transact([{ kind: 'put', table: 'core', item: toItem(enrolment(number, own)) }]);
  for (let number = 0; number < 2000; number++) await put(number, { status: 'completed', reason: 'done' });
  await put(2000, {});
  const full = await journeyNumbersView({ store }, 'greeting');
  await put(2001, { status: 'completed', reason: 'done' });

  const over = await journeyNumbersView({ store }, 'greeting');

  expect(full).toMatchObject({ of: 2001, more: false, moreInside: false });
  expect(over).toMatchObject({ of: 2001, more: true, moreInside: false, inside: 1, ends: { done: 2000 } });
});
