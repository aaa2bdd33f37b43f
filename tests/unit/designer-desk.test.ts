import type { TaskView } from '@baton/functions/api/views.ts';
import { expect, test } from 'vitest';
import { callerIn } from '../../designer/src/lib/desk/caller.ts';
import { sorted } from '../../designer/src/lib/desk/order.ts';

test.each([
  ['phone=%2B49%20221%20555-0134', '+492215550134'],
  ['phone=+49 221 5550134', '+492215550134'],
  ['phone=0049 (221) 5550134', '+492215550134'],
  ['phone=0221 5550134', '02215550134'],
  ['phone=anonymous', ''],
  ['email= Ana@Example.com ', 'ana@example.com'],
  ['q=Ana', 'ana'],
  ['', ''],
])('a telephone system that says "%s" asks for "%s"', (query, sought) => {
  expect(callerIn(new URLSearchParams(query))).toBe(sought);
});

const task = (id: string, dueAt: string, valueTier?: string): TaskView => ({
  ...{ id, contactId: id, kind: 'task', queue: 'service', title: id, status: 'open' },
  ...{ dueAt, createdAt: dueAt, outcomes: [] },
  ...(valueTier ? { valueTier } : {}),
});

test('by value the better customer goes first, but what is late goes before everything', () => {
  const now = Date.parse('2026-03-10T09:00:00Z');
  const tasks = [
    task('unknown', '2026-03-10T10:00:00Z'),
    task('c', '2026-03-10T11:00:00Z', 'c'),
    task('a', '2026-03-10T12:00:00Z', 'a'),
    task('late', '2026-03-10T08:00:00Z', 'c'),
  ];

  expect(sorted(tasks, 'value', now).map(({ id }) => id)).toEqual(['late', 'a', 'c', 'unknown']);
  expect(sorted(tasks, 'due', now).map(({ id }) => id)).toEqual(['late', 'unknown', 'c', 'a']);
});
