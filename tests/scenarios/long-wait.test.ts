import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Journey } from '@baton/rules/documents/journey.ts';
import { expect, test } from 'vitest';
import { sentIn } from '../support/synthetic-replay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openWaitingHost, orderNames } from '../support/waiting-host.ts';

const placed = '2026-03-01T10:00:00.000Z';
const almost = '2026-03-15T09:59:59.000Z';
const due = '2026-03-15T10:00:00.000Z';

test('a wait of 14 days outlives the process and fires once, wherever the process is killed while it fires', async () => {
  const waiting = temporaryFolder();
  await runAndKill(waiting, placed, 'order-1');
  await expectThat(waiting, almost, { active: 1, completed: 0, tasks: 0, sent: 0 });

  for (let steps = 0, did = 0; steps === did; steps++) {
    const folder = temporaryFolder();
    cpSync(waiting, folder, { recursive: true });
    did = await runAndKill(folder, due, '', steps);
    await expectThat(folder, due, { active: 0, completed: 1, tasks: 1, sent: 1 });
    await expectThat(folder, '2026-06-01T00:00:00.000Z', { active: 0, completed: 1, tasks: 1, sent: 1 });
    if (steps !== did) expect(did).toBeGreaterThan(5);
  }
});

test('a wait that was killed is still answered by its event, and then does not time out', async () => {
  const folder = temporaryFolder();
  await runAndKill(folder, placed, 'order-1');

  const host = await openWaitingHost(folder, almost);
  await host.happens('order.delivered', ['order-1']);
  await host.close();

  await expectThat(folder, due, { active: 0, completed: 1, tasks: 0, sent: 0 });
});

test('ten thousand waits are all there after a restart, and an event wakes its own alone', async () => {
  const folder = temporaryFolder();
  const orders = orderNames(10_000);
  const before = await openWaitingHost(folder, placed);
  await before.happens('order.placed', orders);
  await before.close();

  const begun = performance.now();
  const host = await openWaitingHost(folder, '2026-03-02T10:00:00.000Z');
  await host.settle();
  console.info(`10,000 waits are back after ${Math.round(performance.now() - begun)} ms`);
  expect(await host.count('active')).toBe(10_000);
  expect(host.machines.counts().open).toBe(10_000);
  expect(host.dueAt()).toBe(Date.parse(due));

  await host.happens('order.delivered', ['order-4711']);
  expect([await host.count('active'), await host.count('completed')]).toEqual([9_999, 1]);
  expect(host.machines.counts().open).toBe(9_999);
  await host.close();
});

test('a journey lasts for years: an execution that grows old is followed by another, and nothing is done twice', async () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const reminds = Journey.parse({
    id: 'reminds',
    title: 'Remind again and again',
    why: 'What comes round for years outlives every execution.',
    owner: { team: 'order-desk' },
    trigger: { event: 'order.placed' },
    key: '$.orderId',
    reEntry: { policy: 'never' },
    exits: [],
    start: 'rest',
    steps: {
      rest: { title: 'A while', kind: 'wait', wait: { after: 'P100D' }, next: 'await' },
      write: {
        title: 'Remind',
        kind: 'send',
        template: 'order-apology',
        channel: 'email',
        purpose: 'service',
        next: 'rest',
      },
      await: {
        title: 'Wait for the delivery',
        kind: 'wait-for',
        events: [
          {
            event: 'order.delivered',
            match: [{ path: '$.orderId', equals: 'enrolment-key' }],
            next: 'delivered',
          },
        ],
        timeout: { after: 'P100D' },
        onTimeout: 'write',
      },
      delivered: { title: 'Delivered', kind: 'end', reason: 'delivered', goal: true },
    },
    tests: [
      {
        name: 'delivered',
        facts: {},
        events: [
          { at: 'PT0S', type: 'order.placed', data: { orderId: 'order-1' } },
          { at: 'P100DT1H', type: 'order.delivered', data: { orderId: 'order-1' } },
        ],
        expect: {
          effects: [],
          end: { at: 'P100DT1H', reason: 'goal' },
        },
      },
    ],
  });

  const host = await openWaitingHost(first, placed, reminds);
  await host.happens('order.placed', ['order-1']);
  await host.passUntil('2031-04-01T00:00:00.000Z');
  expect(await host.count('active')).toBe(1);
  await host.close();
  cpSync(first, second, { recursive: true });

  const again = await openWaitingHost(second, '2031-04-01T00:00:00.000Z', reminds);
  await again.passUntil('2031-12-01T00:00:00.000Z');
  await again.happens('order.delivered', ['order-1']);
  expect([await again.count('active'), await again.count('completed')]).toEqual([0, 1]);
  expect(again.machines.counts().open).toBe(0);
  const ended = again.database.sql.prepare(
    'SELECT status, count(*) AS many FROM sm_execution GROUP BY status',
  );
  const many = Object.fromEntries(ended.all().map((row) => [String(row.status), Number(row.many)]));
  expect(many).toEqual({ SUCCEEDED: 22 });
  expect(sentIn(second)).toHaveLength(10);
  await again.close();
});

/** Opens the folder at an instant, lets everything happen that is due, and looks at what there is. */
async function expectThat(
  folder: string,
  at: string,
  expected: { active: number; completed: number; tasks: number; sent: number },
): Promise<void> {
  const host = await openWaitingHost(folder, at);
  await host.passUntil(at);
  const found = {
    active: await host.count('active'),
    completed: await host.count('completed'),
    tasks: await host.tasks(),
    sent: sentIn(folder).length,
  };
  await host.close();
  expect(found).toEqual(expected);
}

/** Lets a process of its own open the folder and do some steps, and kills it; answers how many steps there were to do. */
function runAndKill(folder: string, at: string, order = '', steps = 0): Promise<number> {
  const script = join(import.meta.dirname, '../support/waiting-child.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, folder, at, order, String(steps)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let done: number | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      done = Number(text);
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () =>
      done === undefined ? reject(new Error('the host did not come up')) : resolve(done),
    );
  });
}
