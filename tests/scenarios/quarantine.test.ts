import { statusView } from '@baton/functions/views/status.ts';
import { expect, test } from 'vitest';
import { openVirtualHost } from '../support/virtual-host.ts';

test('an event that cannot be recorded is kept with its reason, and those behind it flow', async () => {
  const host = await openVirtualHost('2026-03-02T09:00:00Z');
  const event = {
    specversion: '1.0' as const,
    id: 'one',
    source: 'shop',
    type: 'page.viewed',
    time: '2026-03-02T09:00:00.000Z',
    subject: 'email:ana@example.com',
  };

  await host.ports.bus.put([
    { ...event, data: { page: 'first' } },
    { ...event, data: { page: 'another under the same id' } },
    { ...event, id: 'two', data: { page: 'second' } },
  ]);
  await host.settle();
  const kept = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'QUARANTINE' });
  const { contacts } = await statusView(host.ports, { deadLetters: host.deadLetters(), clock: 'virtual' });

  expect(kept.items.map(({ reason }) => reason)).toEqual([expect.stringContaining('already used')]);
  expect(contacts).toBe(1);
  expect(host.deadLetters()).toBe(0);
});
