import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import { localWorkflows } from '@baton/infra/local/workflows.ts';
import { expect, onTestFinished, test } from 'vitest';
import { machine, pass, waitForToken } from '../support/asl-definitions.ts';
import { aslHost, settle } from '../support/asl-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const before = machine({ Wait: waitForToken({ Next: 'Before' }), Before: pass({ Output: 'before' }) });
const after = machine({ After: pass({ Output: 'after' }) });

test('an edited machine is a new one: what runs stays on the old, and what starts takes the new', async () => {
  const host = aslHost();
  const first = localWorkflows(host.machines, { builtIn: { stay: before } });
  await first.start({ machine: 'stay', name: 'running', input: {} });
  await settle(host);

  const reopened = aslHost({ database: host.database });
  const second = localWorkflows(reopened.machines, { builtIn: { stay: after } });
  await second.start({ machine: 'stay', name: 'fresh', input: {} });
  await settle(reopened);
  const [call] = host.calls;
  await second.succeed(String(Object(call?.payload).token), {});
  await settle(reopened);

  expect(reopened.machines.describe('running')).toMatchObject({ status: 'SUCCEEDED', output: 'before' });
  expect(reopened.machines.describe('fresh')).toMatchObject({ status: 'SUCCEEDED', output: 'after' });
  const machineOf = (name: string) => reopened.machines.describe(name)?.machine;
  expect(machineOf('running')).toMatch(/^stay-[0-9a-f]{12}$/);
  expect(machineOf('running')).not.toBe(machineOf('fresh'));
});

test('an unchanged machine keeps its name, and a name is started once whatever machine it began on', async () => {
  const host = aslHost();
  const start = { machine: 'stay', name: 'once', input: {} };

  expect(await localWorkflows(host.machines, { builtIn: { stay: before } }).start(start)).toBe('started');
  const name = host.machines.describe('once')?.machine;
  expect(await localWorkflows(host.machines, { builtIn: { stay: before } }).start(start)).toBe('exists');
  expect(await localWorkflows(host.machines, { builtIn: { stay: after } }).start(start)).toBe('exists');

  expect(host.machines.describe('once')?.machine).toBe(name);
});

test.each(['contact-cycle', 'campaign'])(
  'a folder whose machine %s had another definition opens',
  async (name) => {
    const folder = temporaryFolder();
    const open = () =>
      openHost({
        folder,
        clock: { ...createVirtualClock('2026-01-05T08:00:00.000Z'), kind: 'virtual' },
        channel: () => ({ send: async () => ({ kind: 'sent' }) }),
        log: { info: () => {}, warn: () => {}, error: () => {} },
      });
    const former = await open();
    former.machines.publish(name, after);
    await former.close();

    const host = await open();
    onTestFinished(() => host.close());
    await host.ports.workflows.start({ machine: name, name: 'an-execution', input: {} });

    expect(host.machines.describe('an-execution')?.machine).toMatch(new RegExp(`^${name}-[0-9a-f]{12}$`));
  },
);
