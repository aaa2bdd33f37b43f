import { openDatabase } from '@baton/infra/local/database.ts';
import { createStateMachines } from '@baton/infra/local/state-machine/state-machines.ts';
import { expect, test } from 'vitest';
import { everyKind, invoke, machine, pass, waitForToken } from '../support/asl-definitions.ts';
import {
  aslHost,
  memoryDatabase,
  payloadOf,
  runOut,
  settle,
  slowFunction,
  standingClock,
  startOfTime,
} from '../support/asl-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Runs `everyKind`, opening it anew after the given steps. */
async function tripWithCrashes(crashAfter: (step: number) => boolean) {
  const database = memoryDatabase();
  const clock = standingClock(startOfTime);
  const open = () => createStateMachines({ database, clock, invoke: async (_, payload) => payload });
  let machines = open();
  machines.publish('m', everyKind);
  machines.start({ machine: 'm', name: 'e', input: { name: 'Ada' } });

  let steps = 0;
  for (;;) {
    if (crashAfter(steps)) machines = open();
    if (await machines.step()) {
      steps += 1;
      continue;
    }
    const due = machines.dueAt();
    if (due === undefined) return { steps, end: machines.describe('e'), open: machines.counts().open };
    clock.goTo(due);
  }
}

test('invariant 1: a crash after any step changes nothing in the end', async () => {
  const undisturbed = await tripWithCrashes(() => false);
  const always = await tripWithCrashes(() => true);

  expect(undisturbed.end).toMatchObject({
    status: 'SUCCEEDED',
    output: { both: [[2, 4, 6], 'Ada'], known: true },
  });
  expect(undisturbed.steps).toBeGreaterThan(20);
  expect({ ...always, steps: 0 }).toEqual({ ...undisturbed, steps: 0 });
  for (let at = 0; at < undisturbed.steps; at += 1) {
    expect((await tripWithCrashes((step) => step === at)).end).toEqual(undisturbed.end);
  }
});

test('invariant 2: a task that ran during a crash is invoked again', async () => {
  const slow = slowFunction();
  const dying = aslHost(slow);
  dying.machines.publish('m', machine({ A: invoke({ a: 1 }) }));
  dying.machines.start({ machine: 'm', name: 'e', input: {} });
  void dying.machines.step();
  await slow.entered;

  const reopened = aslHost({ database: dying.database });
  await settle(reopened);

  expect(reopened.calls).toEqual(dying.calls);
  expect(reopened.machines.describe('e')).toMatchObject({ status: 'SUCCEEDED' });
});

test('invariant 2: a task that waits for a token is invoked again with the same token and deadline', async () => {
  const slow = slowFunction();
  const dying = aslHost(slow);
  dying.machines.publish('m', machine({ A: { ...waitForToken(), TimeoutSeconds: 60 } }));
  dying.machines.start({ machine: 'm', name: 'e', input: {} });
  void dying.machines.step();
  await slow.entered;

  const reopened = aslHost({ database: dying.database, at: '2026-01-05T08:00:30.000Z' });
  await settle(reopened);
  const { token } = payloadOf(reopened);

  expect(dying.calls).toHaveLength(1);
  expect(reopened.calls).toEqual(dying.calls);
  expect(reopened.machines.dueAt()).toBe(Date.parse('2026-01-05T08:01:00.000Z'));
  expect(reopened.machines.succeed(String(token), 'yes')).toBe('ok');
});

test('invariant 4: a token whose task was answered before the crash stays closed', async () => {
  const dying = aslHost();
  dying.machines.publish('m', machine({ A: waitForToken({ Next: 'B' }), B: pass() }));
  dying.machines.start({ machine: 'm', name: 'e', input: {} });
  await settle(dying);
  const { token } = payloadOf(dying);
  dying.machines.succeed(String(token), 'first');

  const reopened = aslHost({ database: dying.database });

  expect(reopened.machines.succeed(String(token), 'second')).toBe('closed');
  await settle(reopened);
  expect(reopened.machines.describe('e')).toMatchObject({ status: 'SUCCEEDED', output: 'first' });
});

test('a wait of 14 days survives on disk, without the process', async () => {
  const folder = temporaryFolder();
  const dying = aslHost({ database: openDatabase({ folder }) });
  dying.machines.publish(
    'm',
    machine({ W: { Type: 'Wait', Seconds: 14 * 86_400, Next: 'A' }, A: invoke({}) }),
  );
  dying.machines.start({ machine: 'm', name: 'e', input: { a: 1 } });
  await settle(dying);
  await dying.database.durable();
  dying.database.close();

  const reopened = aslHost({ database: openDatabase({ folder }), at: '2026-01-10T00:00:00.000Z' });
  const before = await reopened.machines.step();
  await runOut(reopened);
  reopened.database.close();

  expect(before).toBe(false);
  expect(reopened.clock.now().toISOString()).toBe('2026-01-19T08:00:00.000Z');
  expect(reopened.calls).toHaveLength(1);
});

test('invariant 8: ten thousand waiting executions open at once and wake in their order', async () => {
  const database = memoryDatabase();
  const first = aslHost({ database });
  first.machines.publish(
    'm',
    machine({
      W: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'A' },
      A: invoke('{% $states.input.n %}'),
    }),
  );
  for (let n = 0; n < 10_000; n += 1) {
    first.machines.start({ machine: 'm', name: `e${n}`, input: { n, s: 10_000 + (n % 100) } });
  }
  await settle(first);

  const from = performance.now();
  const reopened = aslHost({ database });
  const due = reopened.machines.dueAt();
  const took = performance.now() - from;
  reopened.clock.goTo(Date.parse(startOfTime) + 10_000_000);
  await settle(reopened);

  expect(took).toBeLessThan(500);
  expect(due).toBe(Date.parse(startOfTime) + 10_000_000);
  expect(reopened.machines.counts().open).toBe(9_900);
  expect(reopened.calls.map(({ payload }) => payload)).toEqual(
    Array.from({ length: 100 }, (_, n) => n * 100),
  );
});
