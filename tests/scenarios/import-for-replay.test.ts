import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
