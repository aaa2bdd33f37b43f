import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectRefusedCommand } from '../support/refusals.ts';
import { replayToEnd } from '../support/replay-process.ts';
import { runBaton } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with files, each of CloudEvents in JSON Lines. */
function eventFiles(files: Record<string, { id: string; time: string }[]>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, events] of Object.entries(files))
    writeFileSync(
      join(folder, name),
      events
        .map(({ id, time }) =>
          JSON.stringify({
            specversion: '1.0',
            id,
            source: 'shop',
            type: 'order.placed',
            time,
            subject: `email:${id}@example.com`,
            data: { orderId: id },
          }),
        )
        .join('\n'),
    );
  return (name) => join(folder, name);
}

test('events imported for a replay are replayed', async () => {
  const file = eventFiles({
    'orders.jsonl': [
      { id: 'o-1', time: '2026-01-05T09:00:00Z' },
      { id: 'o-2', time: '2026-01-06T09:00:00Z' },
    ],
  });
  const data = join(temporaryFolder(), '.baton-replay');

  const imported = await runBaton('import', 'events', file('orders.jsonl'), '--replay', '--data', data);
  const replayed = await replayToEnd(['--data', data]);

  expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('2 new') });
  expect(replayed).toMatchObject({ events: 2, deadLetters: 0, quarantined: 0, summary: { contacts: 2 } });
});

test('events from before the place where a replay stands are refused, later ones are played on', async () => {
  const file = eventFiles({
    'first.jsonl': [{ id: 'o-1', time: '2026-01-05T09:00:00Z' }],
    'later.jsonl': [{ id: 'o-2', time: '2026-01-07T09:00:00Z' }],
    'earlier.jsonl': [
      { id: 'o-3', time: '2026-01-06T09:00:00Z' },
      { id: 'o-4', time: '2026-01-02T09:00:00Z' },
    ],
  });
  const data = join(temporaryFolder(), '.baton-replay');
  const add = async (name: string) =>
    expect(await runBaton('import', 'events', file(name), '--replay', '--data', data)).toMatchObject({
      code: 0,
    });
  await add('first.jsonl');
  expect(await replayToEnd(['--data', data])).toMatchObject({ events: 1 });
  await add('later.jsonl');
  expect(await replayToEnd(['--data', data])).toMatchObject({ events: 2, summary: { contacts: 2 } });
  await add('earlier.jsonl');

  const refused = await runBaton('replay', '--data', data);

  expectRefusedCommand(refused, '2 events', 'from 2026-01-02T09:00:00.000Z', 'a new folder');
});
