import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWaitingHost, orderNames } from '../support/waiting-host.ts';

/**
 * How long a host with many waiting enrolments takes to be ready again: `node tests/bench/restart.ts [WAITS]`. The restart
 * is measured in a process of its own, from its first line to the moment at which nothing is left to do.
 */
const [what = '10000', folder = ''] = process.argv.slice(2);
if (what === '--restart') await restart();
else await prepareAndRestart(Number(what));

async function prepareAndRestart(waits: number): Promise<void> {
  const fresh = mkdtempSync(join(tmpdir(), 'baton-restart-'));
  try {
    const host = await openWaitingHost(fresh, '2026-03-01T10:00:00.000Z');
    const begun = performance.now();
    await host.happens('order.placed', orderNames(waits));
    const seconds = (performance.now() - begun) / 1000;
    await host.close();
    console.info(`${waits.toLocaleString('en')} enrolments wait after ${seconds.toFixed(1)} s`);
    for (let time = 0; time < 3; time++)
      spawnSync(process.execPath, ['--no-warnings', import.meta.filename, '--restart', fresh], {
        stdio: 'inherit',
      });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function restart(): Promise<void> {
  const begun = performance.now();
  const host = await openWaitingHost(folder, '2026-03-02T10:00:00.000Z');
  await host.settle();
  const ready = performance.now();
  const waits = await host.count('active');
  console.info(
    `restart: ${Math.round(ready - begun)} ms to open the folder, ${Math.round(ready)} ms with the start of the process; ${waits.toLocaleString('en')} still wait`,
  );
  await host.close();
}
