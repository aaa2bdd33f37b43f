import { parseRow } from '@baton/functions/repositories/read.ts';
import { HeadRow } from '@baton/functions/repositories/rows.ts';
import { seedDemo } from '@baton/infra/local/demo/seed.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { Journey } from '@baton/rules/documents/journey.ts';
import { expect, onTestFinished, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const now = new Date('2026-03-18T14:00:00Z');

/** The shipped library after the edit of the README, and without its campaigns. */
async function editedLibrary(): Promise<Library> {
  const library = await shippedLibrary();
  const journey = Journey.parse(library.journeys.get('rate-enquiry-retention'));
  const { present } = journey.steps;
  if (present?.kind !== 'offer') throw new Error('the README edits the offer step "present"');
  const edited = { ...journey, steps: { ...journey.steps, present: { ...present, within: 'PT2M' } } };
  return {
    ...library,
    journeys: new Map([...library.journeys, [journey.id, Journey.parse(edited)]]),
    campaigns: new Map(),
  };
}

test('a library that was edited before the first start has its company, and says what of it did not take place', async () => {
  const folder = temporaryFolder();
  const leftOut: (string | undefined)[] = [];
  const log = {
    info: () => {},
    warn: (_: string, { reason }: { reason?: string } = {}) => leftOut.push(reason),
    error: (event: string) => leftOut.push(event),
  };

  await seedDemo({ folder, library: await editedLibrary(), log, now });

  const host = await openHost({
    folder,
    clock: { ...createVirtualClock(now), kind: 'virtual' },
    channel: () => ({ send: async () => ({ kind: 'already-sent' }) }),
    log,
  });
  onTestFinished(() => host.close());
  const developed = await host.ports.store.query({
    table: 'core',
    index: 'g1',
    pk: 'STG#developed',
    limit: 100,
  });
  const names = developed.items.map((item) => parseRow(HeadRow, item).attributes['$.name']?.value);
  expect(names).toContain('Marta Lindqvist');
  expect(leftOut).toContain('it is not live');
  expect(leftOut.filter((reason) => reason?.startsWith('no task "'))).not.toEqual([]);
});
