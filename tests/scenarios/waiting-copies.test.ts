import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { longestRunDays } from '@baton/rules/journey/limits.ts';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { addWaiting, comparable, copierOf, tracesOf, type Waiting } from '../support/waiting-folder.ts';
import { openWaitingHost } from '../support/waiting-host.ts';

const dayMs = 86_400_000;
const spans = { wait: 14 * dayMs, run: longestRunDays * dayMs };
const begun = Date.parse('2026-01-12T09:00:00.000Z');

const first: Waiting = { order: 'order-0', at: begun };
const others: Waiting[] = [
  { order: 'order-1', at: begun },
  { order: 'order-2', at: begun + 15 * 3_600_000 + 1 },
];

/** Lets the host make some enrolments; answers what names them. */
async function made(folder: string, all: readonly Waiting[]) {
  const host = await openWaitingHost(folder, new Date(begun - 1000).toISOString());
  for (const { order, at } of all) {
    host.clock.moveTo(at);
    await host.happens('order.placed', [order]);
  }
  await sweep(host.ports, host.clock.now().toISOString());
  await host.close();
  return { journey: 'patience', identity: host.ports.identity, spans };
}

test('what a bench multiplies is, row for row, what the host itself writes', async () => {
  const [copied, real] = [join(temporaryFolder(), 'copied'), join(temporaryFolder(), 'real')];
  for (const folder of [copied, real]) mkdirSync(folder);
  const about = await made(copied, [first]);
  const traces = tracesOf(copied, first, about);
  addWaiting(copied, others, traces, copierOf(first, traces, about), () => {});

  cpSync(join(copied, 'identity.key'), join(real, 'identity.key'));
  await made(real, others);

  for (const waiting of others)
    expect(comparable(tracesOf(copied, waiting, about))).toEqual(comparable(tracesOf(real, waiting, about)));
});
