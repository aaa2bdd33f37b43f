import { createDocuments } from '@baton/functions/library/documents.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import { planRuns, versionKey } from '@baton/functions/library/versions.ts';
import { type Key, type Ports, type Store, Transient } from '@baton/functions/ports.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { expect, test } from 'vitest';
import { aCampaign } from '../support/documents.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { aJourney, greetingLibrary, start } from '../support/publishing-host.ts';

const freshMs = 5000;
const log = { info: () => {}, warn: () => {}, error: () => {} };

/** A store, and the keys that one reader of it asked for. */
function watched(store: Store): { store: Store; read: Key[] } {
  const read: Key[] = [];
  return {
    read,
    store: {
      ...store,
      get: (table, key) => {
        read.push(key);
        return store.get(table, key);
      },
    },
  };
}

/** Two processes on one store and one clock: `publish` happens in the first, the second decides by `documents`. */
async function twoProcesses() {
  const store = createMemoryStore();
  const clock = createVirtualClock(start);
  const plans: (string | undefined)[] = [];
  const workflows: Ports['workflows'] = {
    publish: async ({ journey, version }) => `${journey}-${version}`,
    plan: async (name, planned) => void plans.push(planned && `${name} ${planned.at}`),
    start: async () => 'started',
    succeed: async () => 'ok',
    stop: async () => {},
  };
  const publisher = { store, clock, workflows, documents: await createDocuments({ store, clock, log }) };
  const publish = (library: Library) => publishLibrary(publisher, library);
  await publish(greetingLibrary());

  const reader = watched(store);
  const documents = await createDocuments({ store: reader.store, clock, log }, { freshMs });
  reader.read.length = 0;
  const pass = (milliseconds: number) => clock.moveTo(clock.now().getTime() + milliseconds);
  return { publish, publisher, documents, store: reader.store, read: reader.read, pass, plans };
}

const changed = (days: number): Library => ({
  ...greetingLibrary(),
  journeys: new Map([['greeting', aJourney({ days })]]),
});

test('a publication by another process is seen when what was read is no longer fresh', async () => {
  const { publish, documents, pass } = await twoProcesses();
  await publish(changed(1));

  pass(freshMs);
  expect((await documents.live()).version('journeys', 'greeting')).toBe(1);
  pass(1);
  const live = await documents.live();

  expect(live.version('journeys', 'greeting')).toBe(2);
  expect(live.machine('greeting')).toBe('greeting-2');
  expect(live.journeys.get('greeting')).toEqual(aJourney({ days: 1 }));
});

test('only the bodies that have changed are read', async () => {
  const { publish, documents, pass, read } = await twoProcesses();
  await publish(changed(1));

  pass(freshMs + 1);
  await documents.live();

  expect(read).toEqual([
    { pk: 'LIVE', sk: '#' },
    versionKey({ kind: 'journeys', id: 'greeting', version: 2 }),
  ]);
});

test('where nothing was published, one small read in every span says so', async () => {
  const { documents, pass, read } = await twoProcesses();

  for (let looked = 0; looked < 10; looked++) {
    pass(freshMs / 4);
    await documents.live();
  }

  expect(read).toEqual([
    { pk: 'LIVE', sk: '#' },
    { pk: 'LIVE', sk: '#' },
  ]);
});

test('what was retired elsewhere decides nothing any more, and who is inside it still finds it', async () => {
  const { publish, documents, pass } = await twoProcesses();
  await publish({ ...greetingLibrary(), journeys: new Map() });

  pass(freshMs + 1);

  expect((await documents.live()).journeysFor('order.placed')).toEqual([]);
  expect(await documents.journey('greeting', 1)).toEqual(aJourney());
});

test('a look that fails is made again with the next question', async () => {
  const { publish, documents, pass, store } = await twoProcesses();
  await publish(changed(1));
  const { query } = store;
  store.query = async () => {
    throw new Transient('storage cannot be reached');
  };
  pass(freshMs + 1);
  await expect(documents.live()).rejects.toThrow(Transient);
  store.query = query;

  expect((await documents.live()).version('journeys', 'greeting')).toBe(2);
});

test('the runs of campaigns are planned again with every deployment, so none is lost between its publication and its plan', async () => {
  const { publish, publisher, plans } = await twoProcesses();
  const campaign = aCampaign({ journey: 'greeting', schedule: { at: '2026-03-09T09:00:00Z' } });
  const library = { ...greetingLibrary(), campaigns: new Map([[campaign.id, campaign]]) };
  const { plan } = publisher.workflows;
  publisher.workflows.plan = async () => {
    throw new Error('the process ended');
  };
  await expect(publish(library)).rejects.toThrow('the process ended');
  publisher.workflows.plan = plan;

  await publish(library);
  await publish(greetingLibrary());
  await planRuns(publisher, [{ kind: 'journeys', id: 'greeting' }]);

  expect(plans).toEqual([`${campaign.id} 2026-03-09T09:00:00.000Z`, undefined]);
});
