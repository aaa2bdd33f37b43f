import { admin } from '@baton/functions/handlers/endpoints/admin.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { getHead } from '@baton/functions/repositories/read.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { auditView } from '@baton/functions/views/audit.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { openVirtualHost } from '../support/virtual-host.ts';

const Answer = z.object({ statusCode: z.number(), body: z.string() });

const start = '2026-03-02T09:00:00.000Z';
const ana = 'email:ana@example.com';

/** A host whose events cannot be recorded while `broken`. */
async function aHost() {
  const state = { broken: true };
  const failing = (ports: Ports): Ports => ({
    ...ports,
    store: {
      ...ports.store,
      transact: async (operations) => {
        if (state.broken) throw new Error(`the disk is gone while recording ${ana}`);
        return ports.store.transact(operations);
      },
    },
  });
  const host = await openVirtualHost(start, undefined, {
    portsOf: (name, ports) => (name === 'record-event' ? failing(ports) : ports),
  });
  const ask = async (routeKey: string): Promise<unknown> => {
    const answer = await host.api({ routeKey, headers: {}, isBase64Encoded: false });
    const { statusCode, body } = Answer.parse(answer);
    return { statusCode, ...JSON.parse(body) };
  };
  return { ...host, state, ask };
}

const known = async (ports: Ports) => getHead(ports.store, await resolveContact(ports, ana));

test('what a queue gave up is named with its reason, sent again once, and takes effect once', async () => {
  const host = await aHost();
  await host.happens(ana, 'page.viewed', { page: 'credit-cards' });
  await host.passUntil('2026-03-02T10:00:00.000Z');
  expect(await known(host.ports)).toBeUndefined();

  expect(await host.ask('GET /api/dead-letters')).toMatchObject({
    statusCode: 200,
    queues: [
      {
        ...{ queue: 'intake', count: 1, tries: 5, since: '2026-03-02T09:00:15.000Z' },
        reasons: [
          {
            reason: expect.stringMatching(/^its handler failed: Error at dead-letters\.test\.ts:\d+:\d+$/),
            ...{ count: 1, since: '2026-03-02T09:00:15.000Z' },
          },
        ],
      },
    ],
  });
  // What the error said quotes whom it was about, and is kept nowhere beside the message itself.
  const kept = host.database.sql.prepare('SELECT reason FROM q_dead').all();
  expect(JSON.stringify(kept)).not.toMatch(/ana@|disk/);
  host.state.broken = false;
  expect(await host.ask('POST /api/dead-letters/redrive')).toEqual({ statusCode: 200, redriven: 1 });
  await host.settle();

  expect(await known(host.ports)).toBeDefined();
  expect(await host.ask('GET /api/dead-letters')).toEqual({ statusCode: 200, queues: [] });
  expect(await host.ask('POST /api/dead-letters/redrive')).toEqual({ statusCode: 200, redriven: 0 });
  const { entries } = await auditView(host.ports, {});
  expect(entries.map(({ what }) => what)).toEqual([
    'asked for a message to be sent again that a queue had given up',
  ]);
});

test('who asked stands in the audit before anything is sent again', async () => {
  const { ports } = await openVirtualHost(start);
  const done: string[] = [];
  const store: Ports['store'] = {
    ...ports.store,
    transact: async (operations) => {
      done.push('audit');
      if (done.length === 1) throw new Error('the disk is full');
      return ports.store.transact(operations);
    },
  };
  const call = { path: {}, query: {}, body: undefined, caller: { kind: 'unknown', reason: '' } } as const;
  const queue = { queue: 'intake', count: 1, tries: 5, since: start, reasons: [] };
  const host = {
    clock: 'system',
    callerOf: () => call.caller,
    givenUp: {
      list: () => [queue],
      redrive: () => {
        done.push('sent');
        return 1;
      },
    },
  } as const;
  const again = () => admin['post-dead-letters-redrive']?.({ ...ports, store }, call, host);

  await expect(again()).rejects.toThrow('the disk is full');
  expect(done).toEqual(['audit']);
  expect(await again()).toEqual({ status: 200, body: { redriven: 1 } });
  expect(done).toEqual(['audit', 'audit', 'sent']);
});

test('a host that does not see to its queues says where that is done', async () => {
  const { ports } = await openVirtualHost(start);
  const call = { path: {}, query: {}, body: undefined, caller: { kind: 'unknown', reason: '' } } as const;
  const elsewhere = { clock: 'system', callerOf: () => call.caller } as const;

  const looked = await admin['get-dead-letters']?.(ports, call, elsewhere);
  const asked = await admin['post-dead-letters-redrive']?.(ports, call, elsewhere);

  expect(looked).toEqual({ status: 200, body: { queues: [], elsewhere: true } });
  expect(asked).toMatchObject({ status: 404, body: { problems: [{ path: 'queue' }] } });
});
