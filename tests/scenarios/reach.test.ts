import { join } from 'node:path';
import { createReach } from '@baton/infra/local/reach/reach.ts';
import type { Json } from '@baton/rules/json.ts';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { greetingLibrary, openPublishingHost } from '../support/publishing-host.ts';
import { expectRefusal } from '../support/refusals.ts';

const Matching = z.object({
  contacts: z.array(z.object({ id: z.string(), name: z.string() })),
  cursor: z.string().optional(),
  fit: z.number(),
  of: z.number(),
  unknown: z.number(),
});
const matchingOn = async (host: Awaited<ReturnType<typeof openPublishingHost>>, body: Json) =>
  Matching.parse((await host.ask('POST /api/contacts/matching', { body })).body);

const conditions = { all: [{ fact: 'contact', path: '$.name', operator: 'isKnown', value: false }] };

test('the thread that keeps contacts at hand says what reading them says', async () => {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());
  for (const name of ['ana', 'bo', 'cleo'])
    await host.happens(`email:${name}@example.com`, 'order.placed', { orderId: name });
  await host.database.durable();
  const { reach, close } = createReach(join(host.folder, 'baton.db'));
  onTestFinished(close);

  const { status, body } = await host.ask('POST /api/reach', { body: { conditions } });
  const atHand = await reach({ stages: [], conditions });

  expect({ status, body }).toMatchObject({ status: 200, body: { of: 3 } });
  expect({ ...atHand, at: '' }).toEqual({ ...(body as object), at: '' });
  expect(await reach({ stages: ['none'], conditions })).toMatchObject({ of: 3 });
});

test('contacts whom a condition fits are listed, counted and paged, alike from the thread and by reading', async () => {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());
  for (let n = 0; n < 60; n++)
    await host.happens(`email:c${n}@example.com`, 'order.placed', { orderId: `${n}` });
  await host.database.durable();
  const { matching, close } = createReach(join(host.folder, 'baton.db'));
  onTestFinished(close);

  const first = await matchingOn(host, { conditions });
  const rest = await matchingOn(host, { conditions, after: first.cursor ?? '' });
  const found = await matchingOn(host, { conditions, q: 'C59@' });
  const atHand = await matching({ stages: [], conditions, q: '' });

  expect(first).toMatchObject({ fit: 60, of: 60, unknown: 0 });
  expect(new Set([...first.contacts, ...rest.contacts].map(({ id }) => id)).size).toBe(60);
  expect(rest.cursor).toBeUndefined();
  expect(found).toMatchObject({ fit: 1, of: 1, contacts: [{ name: 'c59@example.com' }] });
  expect(atHand.ids).toEqual(first.contacts.map(({ id }) => id));
  expectRefusal(
    await host.ask('POST /api/contacts/matching', { body: { conditions, after: 'elsewhere' } }),
    400,
  );
});

test('what is no condition is refused', async () => {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());

  expectRefusal(await host.ask('POST /api/reach', { body: { conditions: { all: [] } } }), 400);
  expectRefusal(await host.ask('POST /api/reach', { body: {} }), 400);
});
