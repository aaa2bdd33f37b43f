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
    of: 3,
    more: false,
    inside: 1,
    steps: {
      say: { inside: 0, entered: 3 },
      pause: { inside: 1, entered: 3 },
      done: { inside: 0, entered: 2 },
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
  expect(await behind('reason=done')).toMatchObject({
    contacts: expect.arrayContaining(
      ['ana', 'bo'].map((name) => expect.objectContaining({ name: `${name}@example.com` })),
    ),
  });
  expect(await behind('reason=goal')).toEqual({ contacts: [] });
});

test('whoever asks is told who they are, and what is live', async () => {
  const host = await aBusyHost();

  expect((await host.ask('GET /api/me', { by: 'ed' })).body).toMatchObject({ person: 'ed' });
  expect((await host.ask('GET /api/library')).body).toMatchObject({
    documents: { journeys: [{ id: 'greeting' }], templates: [{ id: 'hello' }], tables: [] },
  });
});
