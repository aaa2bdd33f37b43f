import { type BusEvent, type BusRule, createBus } from '@baton/infra/local/bus.ts';
import { expect, test } from 'vitest';

function event(id: string, type: string): BusEvent {
  return { id, source: 'shop', 'detail-type': type, time: '2026-01-01T00:00:00Z', detail: { amount: 5 } };
}

const rules: BusRule[] = [
  { name: 'orders', pattern: { 'detail-type': [{ prefix: 'order.' }] }, target: 'intake' },
  { name: 'all', pattern: { source: ['shop'] }, target: 'archive' },
];

test('hands each event to the target of every rule that matches, in order', async () => {
  const seen: string[] = [];
  const bus = createBus({ rules, deliver: (target, { id }) => void seen.push(`${id} ${target}`) });

  await bus.put([event('1', 'order.placed'), event('2', 'call.received')]);

  expect(seen).toEqual(['1 intake', '1 archive', '2 archive']);
});

test('lets no failing target keep an event from the others', async () => {
  const seen: string[] = [];
  const bus = createBus({
    rules,
    deliver: async (target, { id }) => {
      if (target === 'intake') throw new Error('intake is down');
      seen.push(id);
    },
  });

  await expect(bus.put([event('1', 'order.placed'), event('2', 'order.placed')])).rejects.toThrow(
    'intake is down',
  );
  expect(seen).toEqual(['1', '2']);
});

test('names the rule whose pattern is not valid', () => {
  const broken = [{ name: 'late', pattern: { source: 'shop' }, target: 'intake' }];

  expect(() => createBus({ rules: broken, deliver: () => {} })).toThrow(
    /^rule late: event pattern is not valid at source/,
  );
});
