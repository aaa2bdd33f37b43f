import { join } from 'node:path';
import { createReach } from '@baton/infra/local/reach/reach.ts';
import { expect, onTestFinished, test } from 'vitest';
import { greetingLibrary, openPublishingHost } from '../support/publishing-host.ts';
import { expectRefusal } from '../support/refusals.ts';

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

test('what is no condition is refused', async () => {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());

  expectRefusal(await host.ask('POST /api/reach', { body: { conditions: { all: [] } } }), 400);
  expectRefusal(await host.ask('POST /api/reach', { body: {} }), 400);
});
