import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { statePointerKey } from '@baton/functions/library/journey-state.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { enrolmentsOf, rowsOf, sendsOf } from '@baton/functions/repositories/read.ts';
import { DecisionRow } from '@baton/functions/repositories/rows.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { callsOf } from '../support/api-calls.ts';
import { dynamoStore } from '../support/aws-replay.ts';
import { startDynamo } from '../support/dynamo-server.ts';
import { done, journeyOf } from '../support/journeys.ts';
import { quietLibrary } from '../support/quiet-library.ts';
import { onStepFunctions } from '../support/step-functions-host.ts';
import { openVirtualHost } from '../support/virtual-host.ts';
import { walls } from '../support/walled.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const server = await startDynamo();

/** Waits for the delivery of its order, writes, waits a day, gives somebody work. */
const waiting = (own: Partial<Journey> = {}): Journey =>
  journeyOf(
    {
      first: {
        kind: 'wait-for',
        title: 'Wait for the delivery',
        events: [
          {
            event: 'order.delivered',
            match: [{ path: '$.orderId', equals: 'enrolment-key' }],
            next: 'write',
          },
        ],
        timeout: { after: 'P14D' },
        onTimeout: 'late',
      },
      write: {
        kind: 'send',
        title: 'Write',
        template: 'hello',
        channel: 'email',
        purpose: 'service',
        next: 'rest',
      },
      rest: { kind: 'wait', title: 'A day', wait: { after: 'P1D' }, next: 'call' },
      call: {
        kind: 'task',
        title: 'Call',
        queue: 'service',
        instruction: 'Call.',
        due: 'P1D',
        next: 'last',
      },
      late: { kind: 'end', title: 'Late', reason: 'late' },
      last: done,
    },
    {
      id: 'waiting',
      goal: { event: 'order.cancelled', match: [{ path: '$.orderId', equals: 'enrolment-key' }] },
      ...own,
    },
  );

async function onThisMachine(library: Library, more: Parameters<typeof openVirtualHost>[2] = {}) {
  const host = await openVirtualHost(start, library, more);
  return { host, ports: host.ports, settle: () => host.settle(), passUntil: host.passUntil };
}
type Running = Awaited<ReturnType<typeof onThisMachine>>;

/** Both kinds of host, and the local one on the store of the other. */
const hosts: Record<string, (library: Library) => Promise<Running>> = {
  'this machine': (library) => onThisMachine(library),
  'Step Functions': async (library) => {
    const running = await onStepFunctions(start, { ...library, journeys: new Map() });
    await publishLibrary(running.ports, library);
    return running;
  },
  ...(server
    ? {
        DynamoDB: async (library: Library) => {
          const tables = await server.createTables();
          return onThisMachine(library, {
            storeOf: (_folders, onChange) => dynamoStore(server, tables, onChange),
          });
        },
      }
    : {}),
};

async function aStory(open: (library: Library) => Promise<Running>) {
  const running = await open(await quietLibrary(waiting()));
  const { host, ports, settle, passUntil } = running;
  const call = callsOf(host.api);
  const sweepNow = sweepHandler(walls(new Map())('sweep', ports));
  const idOf = (subject: string) => resolveContact(ports, subject);
  const happens = async (subject: string, type: string, data: JsonObject) => {
    await host.happens(subject, type, data);
    await settle();
  };
  return {
    ...running,
    call,
    happens,
    orders: (subject: string, orderId: string) => happens(subject, 'order.placed', { orderId }),
    sweep: async () => {
      await sweepNow({});
      await settle();
    },
    change: async (state: string, reason = 'to see') => {
      const answer = await call('POST /api/journeys/{journeyId}/state', {
        path: { journeyId: 'waiting' },
        body: { state, reason },
      });
      return answer;
    },
    view: async () => (await call('GET /api/journeys/{journeyId}', { path: { journeyId: 'waiting' } })).body,
    enrolments: async (subject: string) => enrolmentsOf(ports.store, await idOf(subject)),
    sends: async (subject: string) => sendsOf(ports.store, await idOf(subject)),
    verdicts: async (subject: string) =>
      (await rowsOf(ports.store, await idOf(subject), 'DEC#', DecisionRow))
        .flatMap(({ journeys }) => journeys)
        .map(({ verdict }) => verdict)
        .sort(),
    tasks: () => ports.store.count({ table: 'core', index: 'g1', pk: 'TK#service#open' }),
    at: (span: string) => passUntil(after(span)),
  };
}

const [ana, bob] = ['email:ana@example.com', 'email:bob@example.com'];

test.each(['running', 'stopped'])('a host that runs does not keep people waiting: %s', async (state) => {
  const story = await aStory((library) => onThisMachine(library, { kind: 'system' }));
  await story.orders(ana, 'o-1');
  await story.change('paused');
  await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
  expect(await story.view()).toMatchObject({ inside: 1, held: 1 });

  await story.change(state);
  await story.settle();

  expect(await story.view()).toMatchObject(
    state === 'running' ? { inside: 1, held: 0 } : { inside: 0, held: 0 },
  );
});

describe.each(Object.entries(hosts))('on %s', (_name, open) => {
  test('paused: nobody enters, answers count, no step is entered; then everybody goes on, each step once', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    expect(await story.change('paused')).toMatchObject({ status: 200 });
    await story.orders(bob, 'o-2');
    await story.at('P2D');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
    await story.at('P3D');

    expect(await story.verdicts(bob)).toEqual(['paused']);
    expect(await story.enrolments(ana)).toMatchObject([{ status: 'active', parked: { step: 'write' } }]);
    expect(await story.view()).toMatchObject({ state: 'paused', inside: 1, held: 1 });
    expect(story.host.sent).toEqual([]);

    await story.change('running');
    await story.sweep();
    expect(await story.sends(ana)).toMatchObject([{ status: 'SENT', at: after('P3D') }]);
    await story.at('P5D');
    await story.sweep();

    expect(story.host.sent).toHaveLength(1);
    expect(await story.tasks()).toBe(1);
    expect(await story.enrolments(ana)).toMatchObject([{ status: 'completed', reason: 'done', run: 1 }]);
    expect(await story.view()).toMatchObject({ state: 'running', inside: 0, held: 0, settled: true });
  });

  test('paused twice in one enrolment: each pause is gone on from, and nothing is done again', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
    await story.change('paused');
    await story.at('P2D');
    expect(await story.enrolments(ana)).toMatchObject([{ parked: { step: 'call' } }]);
    await story.change('running');
    await story.change('paused');
    await story.sweep();
    expect(await story.enrolments(ana)).toMatchObject([{ parked: { step: 'call' } }]);
    await story.change('running');
    await story.sweep();

    expect([story.host.sent.length, await story.tasks()]).toEqual([1, 1]);
    expect(await story.enrolments(ana)).toMatchObject([{ status: 'completed', run: 1 }]);
  });

  test('a goal and a timeout act at once while paused; what follows the timeout is held', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    await story.orders(bob, 'o-2');
    await story.change('paused');
    await story.happens(ana, 'order.cancelled', { orderId: 'o-1' });
    await story.at('P15D');

    expect(await story.enrolments(ana)).toMatchObject([{ status: 'completed', reason: 'goal' }]);
    expect(await story.enrolments(bob)).toMatchObject([{ status: 'active', parked: { step: 'late' } }]);
    await story.change('running');
    await story.sweep();
    expect(await story.enrolments(bob)).toMatchObject([{ status: 'completed', reason: 'late' }]);
  });

  test('stopped: nobody enters, everybody leaves, and only then it can be started again', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    await story.orders(bob, 'o-2');
    await story.change('paused');
    await story.happens(bob, 'order.delivered', { orderId: 'o-2' });
    await story.change('stopped', 'the offer is void');
    await story.orders('email:eve@example.com', 'o-3');
    expect(await story.view()).toMatchObject({ state: 'stopped', inside: 2, settled: false });
    expect(await story.change('running')).toMatchObject({ status: 409 });

    await story.sweep();
    for (const subject of [ana, bob])
      expect(await story.enrolments(subject)).toMatchObject([{ status: 'exited', reason: 'stopped' }]);
    expect(await story.verdicts('email:eve@example.com')).toEqual(['stopped']);
    expect(await story.change('paused')).toMatchObject({ status: 409 });
    await story.at('PT5M');
    await story.sweep();
    expect(await story.view()).toMatchObject({ inside: 0, settled: true });

    expect(await story.change('running')).toMatchObject({ status: 200 });
    await story.orders(ana, 'o-4');
    expect((await story.enrolments(ana)).map(({ status }) => status).sort()).toEqual(['active', 'exited']);
    expect(story.host.sent).toEqual([]);
    const waits = await story.ports.store.query({
      table: 'core',
      pk: `C#${await resolveContact(story.ports, bob)}`,
      prefix: 'WAIT#',
    });
    expect(waits.items).toEqual([]);
  });

  test('stopped: who comes to a step leaves there, before the sweeper has come', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    await story.change('stopped');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });

    expect(await story.enrolments(ana)).toMatchObject([{ status: 'exited', reason: 'stopped' }]);
    expect(story.host.sent).toEqual([]);
  });

  test('edit while waiting: a contact stays on its version, a new one enters the new, paused or not', async () => {
    const story = await aStory(open);
    await story.orders(ana, 'o-1');
    await story.change('paused');
    const { write: _gone, ...steps } = waiting().steps;
    const second = waiting();
    second.steps = {
      ...steps,
      first: {
        ...waiting().steps.first,
        events: [
          { event: 'order.delivered', match: [{ path: '$.orderId', equals: 'enrolment-key' }], next: 'call' },
        ],
      } as Journey['steps'][string],
    };
    await publishLibrary(story.ports, await quietLibrary(second));
    expect(await story.view()).toMatchObject({ state: 'paused', version: 2 });
    await story.change('running');
    await story.orders(bob, 'o-2');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
    await story.happens(bob, 'order.delivered', { orderId: 'o-2' });

    expect(await story.enrolments(ana)).toMatchObject([{ version: 1, step: 'rest' }]);
    expect(await story.enrolments(bob)).toMatchObject([{ version: 2, status: 'completed' }]);
    expect((await story.sends(ana)).length + (await story.sends(bob)).length).toBe(1);
  });
});

describe('a journey’s state', () => {
  test('is kept with who changed it, when and why', async () => {
    const story = await aStory(onThisMachine);
    await story.change('paused', 'wrong price');
    await story.at('PT1H');
    await story.change('running', 'mended');
    await story.change('running', 'once more');

    expect(await story.view()).toMatchObject({
      changes: [
        { at: after('PT1H'), by: "this machine's user", reason: 'mended', from: 'paused', to: 'running' },
        { at: start, by: "this machine's user", reason: 'wrong price', from: 'running', to: 'paused' },
      ],
    });
  });

  test.each([
    ['an unknown journey', { journeyId: 'nowhere' }, { state: 'paused', reason: 'x' }, 404, 'journeyId'],
    ['an unknown state', { journeyId: 'waiting' }, { state: 'gone', reason: 'x' }, 422, 'state'],
    ['no reason', { journeyId: 'waiting' }, { state: 'paused', reason: ' ' }, 422, 'reason'],
    ['another shape', { journeyId: 'waiting' }, { state: 'paused' }, 400, 'reason'],
  ])('refuses %s with place, reason and remedy', async (_name, path, body, status, place) => {
    const { call } = await aStory(onThisMachine);

    const answer = await call('POST /api/journeys/{journeyId}/state', { path, body });

    expect(answer).toMatchObject({
      status,
      body: { problems: [{ path: place, reason: expect.any(String), remedy: expect.any(String) }] },
    });
  });

  test('what the execution of before a pause still asks changes nothing', async () => {
    const story = await aStory(onThisMachine);
    await story.orders(ana, 'o-1');
    await story.change('paused');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
    const contactId = await resolveContact(story.ports, ana);
    const [{ id: enrolmentId } = { id: '' }] = await enrolmentsOf(story.ports.store, contactId);
    const late = (step: string) =>
      runStep(story.ports, {
        enrolments: [{ contactId, enrolmentId }],
        step,
        phase: 'enter',
        visit: 'of before',
      });
    await story.change('running');

    expect(await late('write')).toEqual({ results: [{ to: '$ended' }] });
    expect(await story.sends(ana)).toEqual([]);
    await story.sweep();
    expect(await late('call')).toEqual({ results: [{ to: '$ended' }] });
    expect(await story.tasks()).toBe(0);
    expect(await story.enrolments(ana)).toMatchObject([{ step: 'rest', status: 'active' }]);
  });

  test('a stop is settled by a look that comes when everybody knows of it, not by one before', async () => {
    const story = await aStory(onThisMachine);
    await story.change('stopped');

    await story.sweep();
    expect(await story.view()).toMatchObject({ inside: 0, settled: false });
    await story.at('PT2M');
    await story.sweep();
    expect(await story.view()).toMatchObject({ settled: true });
  });

  test('of two changes at once one is refused', async () => {
    const story = await aStory(onThisMachine);

    const answers = await Promise.all([story.change('paused'), story.change('stopped')]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('a message that was allowed and has not gone', () => {
  /** The provider takes nothing until it is told to. */
  async function notYetSent() {
    let takes = false;
    const story = await aStory((library) =>
      onThisMachine(library, {
        portsOf: (_name, ports: Ports) => ({
          ...ports,
          channels: {
            ...ports.channels,
            email: {
              send: async (message) =>
                takes ? ports.channels.email.send(message) : { kind: 'not-accepted', reason: 'throttled' },
            },
          },
        }),
      }),
    );
    await story.orders(ana, 'o-1');
    await story.happens(ana, 'order.delivered', { orderId: 'o-1' });
    expect(await story.sends(ana)).toMatchObject([{ status: 'PERMITTED' }]);
    return {
      ...story,
      providerTakes: async () => {
        takes = true;
        await story.at('PT30M');
      },
    };
  }

  test('waits while its journey is paused, and goes when it goes on', async () => {
    const story = await notYetSent();
    await story.change('paused');
    await story.providerTakes();
    expect(await story.sends(ana)).toMatchObject([{ status: 'PERMITTED', reason: 'journey-paused' }]);

    await story.change('running');
    await story.sweep();

    expect(await story.sends(ana)).toMatchObject([{ status: 'SENT' }]);
    expect((await story.sends(ana))[0]?.reason).toBeUndefined();
    expect(story.host.sent).toHaveLength(1);
  });

  test('is skipped with its reason when the journey was stopped', async () => {
    const story = await notYetSent();
    await story.change('stopped');
    await story.providerTakes();

    expect(await story.sends(ana)).toMatchObject([{ status: 'SKIPPED', reason: 'journey-stopped' }]);
    expect(story.host.sent).toEqual([]);
  });

  test('is skipped also where the journey was stopped and started again before anybody looked', async () => {
    const story = await notYetSent();
    const state = { status: 'running', since: start, by: 'a test', reason: 'a test', stoppedAt: start };
    const key = statePointerKey('waiting');
    await story.ports.store.transact([{ kind: 'update', table: 'design', key, set: { state } }]);
    await story.providerTakes();

    expect(await story.sends(ana)).toMatchObject([{ status: 'SKIPPED', reason: 'journey-stopped' }]);
  });

  test('that was held is skipped when the journey is stopped then', async () => {
    const story = await notYetSent();
    await story.change('paused');
    await story.providerTakes();
    await story.change('stopped');
    await story.sweep();

    expect(await story.sends(ana)).toMatchObject([{ status: 'SKIPPED', reason: 'journey-stopped' }]);
  });
});
