import type { AuditView, QuarantineView } from '@baton/functions/api/views.ts';
import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { expect, onTestFinished, test } from 'vitest';
import { greetingLibrary, openPublishingHost, start } from '../support/publishing-host.ts';

const early = {
  specversion: '1.0' as const,
  id: 'early',
  source: 'shop',
  type: 'order.placed',
  subject: 'email:ana@example.com',
  time: addDuration(start, 'PT1H'),
  data: { orderId: 'o-1' },
};

/** A host on whose bus an event arrived whose producer's clock is an hour ahead. */
async function withOneTooEarly() {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());
  await host.ports.bus.put([early]);
  await host.settle();
  const kept = async () =>
    ((await host.ask('GET /api/quarantine')).body as unknown as QuarantineView).entries;
  const redrive = (quarantineId: string) =>
    host.ask('POST /api/quarantine/{quarantineId}/redrive', { path: { quarantineId }, by: 'ada' });
  const recorded = async () => {
    const { body } = await host.ask('GET /api/status');
    return body;
  };
  return { host, kept, redrive, recorded };
}

test('what was not taken is shown with its reason and what was sent', async () => {
  const { kept } = await withOneTooEarly();

  expect(await kept()).toMatchObject([
    {
      reason: expect.stringContaining('lies in the future'),
      recorded: false,
      type: 'order.placed',
      source: 'shop',
      subject: 'email:ana@example.com',
      body: expect.stringContaining('"orderId": "o-1"'),
    },
  ]);
});

test('what still does not fit is refused with the reason, and stays', async () => {
  const { kept, redrive } = await withOneTooEarly();
  const [line] = await kept();

  const answer = await redrive(line?.id ?? '');

  expect(answer).toMatchObject({ status: 422, body: { problems: [{ path: 'time' }] } });
  expect(await kept()).toHaveLength(1);
});

test('fed in again an event takes effect once, is gone from quarantine, and stands in the audit', async () => {
  const { host, kept, redrive, recorded } = await withOneTooEarly();
  const [line] = await kept();
  await host.passUntil(addDuration(start, 'PT2H'));

  expect(await redrive(line?.id ?? '')).toMatchObject({ status: 200 });
  await host.settle();
  await host.ports.bus.put([early]); // the producer tries again too
  await host.settle();

  expect(await kept()).toEqual([]);
  expect(await recorded()).toMatchObject({ contacts: 1 });
  const { body } = await host.ask('GET /api/journeys/{journeyId}/numbers', {
    path: { journeyId: 'greeting' },
  });
  expect(body).toMatchObject({ of: 1 });
  const { entries } = (await host.ask('GET /api/audit')).body as unknown as AuditView;
  expect(entries[0]).toMatchObject({ by: 'ada', what: 'fed an event from quarantine in again' });
  expect(await redrive(line?.id ?? '')).toMatchObject({ status: 404 });
});

test('the id of another event keeps it out: it comes back with that reason', async () => {
  const { host, kept, redrive } = await withOneTooEarly();
  const [line] = await kept();
  await host.passUntil(addDuration(start, 'PT2H'));
  await host.ports.bus.put([{ ...early, data: { orderId: 'another' } }]);
  await host.settle();

  expect(await redrive(line?.id ?? '')).toMatchObject({ status: 200 });
  await host.settle();

  expect((await kept()).map(({ reason }) => reason)).toEqual([expect.stringContaining('already used')]);
});

test('an event that was recorded and could not be applied is applied when it is fed in again', async () => {
  const { host, kept, redrive } = await withOneTooEarly();
  await host.passUntil(addDuration(start, 'PT2H'));
  await redrive((await kept())[0]?.id ?? '');
  await host.settle();
  const { items } = await host.ports.store.query({ table: 'core', index: 'g1', pk: 'STG#none' });
  const pk = items[0]?.pk ?? '';
  const [row] = (await host.ports.store.query({ table: 'core', pk, prefix: 'EVT#' })).items;
  if (!row) throw new Error('the event was recorded');
  const id = `${row.pk}#${row.sk}`;
  const key = { pk: row.pk, sk: row.sk };
  await host.ports.store.transact([
    { kind: 'update', table: 'core', key, set: { parked: 'a fault' }, remove: ['pend', 'duepk', 'duesk'] },
    {
      kind: 'put',
      table: 'core',
      item: {
        pk: `QUARANTINE#${id}`,
        sk: 'EVENT',
        g1pk: 'QUARANTINE',
        g1sk: `${start}#${id}`,
        body: JSON.stringify(key),
        reason: 'a fault',
        at: start,
      },
    },
  ]);

  expect(await kept()).toMatchObject([{ recorded: true, reason: 'a fault', type: 'order.placed' }]);
  expect(await redrive(id)).toMatchObject({ status: 200 });
  await host.passUntil(addDuration(start, 'PT3H'));
  await sweepHandler(host.ports)({});

  expect(await kept()).toEqual([]);
  expect(await host.ports.store.get('core', key)).not.toHaveProperty('parked');
  expect(await host.ports.store.get('core', key)).not.toHaveProperty('pend');
});
