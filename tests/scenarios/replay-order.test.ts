import { shuffled } from '@baton/infra/local/replay/shuffle.ts';
import { expect, test } from 'vitest';
import { syntheticEvents } from '../support/synthetic-events.ts';
import { replaySynthetic } from '../support/synthetic-replay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const events = syntheticEvents('order', 80);
const until = '2026-10-01T00:00:00Z';

test.each([
  ['a day', 86_400_000, ['one', 'two']],
  ['all time', Number.POSITIVE_INFINITY, ['one', 'two', 'three']],
])('events that arrive together for %s may come ten times and in any order', async (_, windowMs, seeds) => {
  const once = await replaySynthetic({ folder: temporaryFolder(), events, until, windowMs });

  for (const seed of seeds) {
    const again = await replaySynthetic({
      folder: temporaryFolder(),
      events,
      until,
      windowMs,
      times: 10,
      shuffle: (deliveries) => shuffled(deliveries, seed),
    });

    expect(again.hash, `order ${seed}`).toBe(once.hash);
    expect(again.messages.toSorted()).toEqual(once.messages.toSorted());
    expect(again.deadLetters).toBe(0);
  }
});

test('a second replay on the same folder changes nothing and sends nothing', async () => {
  const folder = temporaryFolder();
  const first = await replaySynthetic({ folder, events, until });

  const second = await replaySynthetic({ folder, events, until });

  expect(second).toEqual(first);
});
