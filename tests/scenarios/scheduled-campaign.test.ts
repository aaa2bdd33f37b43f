import { RunRow } from '@baton/functions/use-cases/campaign-step.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { walls } from '../support/walled.ts';

test('a campaign with a time of its own runs once at that time, also when the host starts again', async () => {
  const library = await shippedLibrary();
  const campaign = library.campaigns.get('spring-check-in');
  if (!campaign) throw new Error('the library ships a campaign');
  const at = '2026-03-20T09:00:00.000Z';
  const scheduled = {
    ...library,
    campaigns: new Map([[campaign.id, { ...campaign, schedule: { at } }]]),
  };
  const folder = temporaryFolder();
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const open = (now: string) => {
    const clock = createVirtualClock(now);
    return openHost({
      folder,
      clock: { ...clock, kind: 'virtual' },
      library: scheduled,
      channel: () => ({ send: async () => ({ kind: 'sent' }) }),
      log: silent,
      portsOf: walls(new Map()),
    }).then((host) => ({ host, clock }));
  };

  const before = await open('2026-03-01T00:00:00Z');
  const due = before.host.dueAt();
  before.clock.moveTo(Date.parse(at));
  await before.host.settle();
  await before.host.close();
  const { host } = await open('2026-03-21T00:00:00Z');
  await host.settle();
  const runs = await host.ports.store.query({ table: 'design', index: 'g1', pk: 'RUN#done' });
  await host.close();

  expect(due).toBe(Date.parse(at));
  expect(runs.items.map((item) => RunRow.parse(item))).toMatchObject([{ campaign: campaign.id, at }]);
});
