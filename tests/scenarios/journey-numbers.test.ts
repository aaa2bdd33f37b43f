import { enrolmentList } from '@baton/functions/repositories/rows.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { expect, onTestFinished, test } from 'vitest';
import { greetingLibrary, openPublishingHost, start } from '../support/publishing-host.ts';

/** Two customers who were greeted long ago, and one who is in the pause. */
async function aBusyHost() {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());
  for (const name of ['ana', 'bo'])
    await host.happens(`email:${name}@example.com`, 'order.placed', { orderId: name });
  await host.passUntil(addDuration(start, 'P3D'));
  await host.happens('email:cleo@example.com', 'order.placed', { orderId: 'cleo' });
  return host;
}

test('a journey tells who is in each step, who has come to it, and how they left', async () => {
  const host = await aBusyHost();

  const { body } = await host.ask('GET /api/journeys/{journeyId}/numbers', {
    path: { journeyId: 'greeting' },
  });

  expect(body).toEqual({
    ...{ of: 3, more: false, moreInside: false, since: start, untraced: 0, inside: 1 },
    steps: {
      say: { inside: 0, entered: 3, passed: 3, left: {} },
      pause: { inside: 1, entered: 3, passed: 2, left: {} },
      done: { inside: 0, entered: 2, passed: 0, left: { done: 2 } },
    },
    ends: { done: 2 },
  });
});

test('a number leads to the contacts behind it', async () => {
  const host = await aBusyHost();
  const behind = async (rawQueryString: string) =>
    (
      await host.ask('GET /api/journeys/{journeyId}/contacts', {
        path: { journeyId: 'greeting' },
        query: rawQueryString,
      })
    ).body;

  expect(await behind('step=pause')).toMatchObject({ contacts: [{ name: 'cleo@example.com', version: 1 }] });
  expect(await behind('step=say')).toEqual({ contacts: [] });
  expect(await behind('step=pause&how=passed')).toMatchObject({
    contacts: ['ana', 'bo'].map((name) => ({ name: `${name}@example.com`, step: 'done', reason: 'done' })),
  });
  expect(await behind('step=done&how=left')).toEqual(await behind('reason=done'));
  expect(await behind('reason=done')).toMatchObject({
    contacts: expect.arrayContaining(
      ['ana', 'bo'].map((name) => expect.objectContaining({ name: `${name}@example.com` })),
    ),
  });
  expect(await behind('reason=goal')).toEqual({ contacts: [] });
});

test('whoever is taken out is counted where they were', async () => {
  const host = await aBusyHost();

  await host.ask('POST /api/journeys/{journeyId}/state', {
    path: { journeyId: 'greeting' },
    body: { state: 'stopped', reason: 'It is over.' },
  });
  await host.passUntil(addDuration(start, 'P6D'));

  const { body } = await host.ask('GET /api/journeys/{journeyId}/numbers', {
    path: { journeyId: 'greeting' },
  });
  expect(body).toMatchObject({
    inside: 0,
    steps: { pause: { inside: 0, entered: 3, passed: 2, left: { stopped: 1 } } },
    ends: { done: 2, stopped: 1 },
  });
});

test('an enrolment whose first steps were not kept is never shown as if it had begun in the middle', async () => {
  const host = await aBusyHost();
  const { items } = await host.ports.store.query({
    ...{ table: 'core', index: 'g1', pk: enrolmentList('greeting', 'active') },
  });
  const [row] = items;
  if (!row) throw new Error('nobody is inside');
  await host.ports.store.transact([
    { kind: 'update', table: 'core', key: { pk: row.pk, sk: row.sk }, remove: ['entered'] },
  ]);
  await host.passUntil(addDuration(start, 'P6D'));

  const { body } = await host.ask('GET /api/journeys/{journeyId}/numbers', {
    path: { journeyId: 'greeting' },
  });
  expect(body).toMatchObject({
    ...{ of: 3, untraced: 1 },
    steps: { say: { entered: 2, passed: 2 }, pause: { entered: 2, passed: 2 }, done: { left: { done: 3 } } },
  });
});

test('whoever asks is told who they are, and what is live', async () => {
  const host = await aBusyHost();

  expect((await host.ask('GET /api/me', { by: 'ed' })).body).toMatchObject({ person: 'ed' });
  expect((await host.ask('GET /api/library')).body).toMatchObject({
    documents: { journeys: [{ id: 'greeting' }], templates: [{ id: 'hello' }], tables: [] },
  });
});
