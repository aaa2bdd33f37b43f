import type { Operation, Store } from '@baton/functions/ports.ts';
import { duePartition, type SendRow, sendKey } from '@baton/functions/repositories/rows.ts';
import { dispatch } from '@baton/functions/use-cases/dispatch.ts';
import { takeTurn } from '@baton/rules/sending/rate.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';

const rate = fc.record({
  messages: fc.integer({ min: 1, max: 12 }),
  per: fc.constantFrom('PT1S', 'PT7S', 'PT1M', 'PT1H'),
});

/** Messages at instants in order; whoever has no room comes back when told. Gives the instants at which they left. */
function play(
  given: { messages: number; per: string },
  arrivals: readonly number[],
): { left: number[]; asked: number } {
  const waiting = [...arrivals].sort((a, b) => a - b);
  const left: number[] = [];
  let state: Parameters<typeof takeTurn>[1];
  let asked = 0;
  for (let now = waiting.shift(); now !== undefined; now = waiting.shift()) {
    asked++;
    const turn = takeTurn(given, state, now);
    state = turn.state;
    if (turn.kind === 'now') left.push(now);
    else waiting.splice(waiting.findLastIndex((at) => at <= turn.at) + 1, 0, turn.at);
  }
  return { left, asked };
}

const arrivals = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });
const epoch = Date.parse('2026-03-02T09:00:00Z');

test('no window of the span holds more messages than the rate allows, and all leave', () => {
  fc.assert(
    fc.property(rate, arrivals, (given, offsets) => {
      const { left } = play(
        given,
        offsets.map((offset) => epoch + offset),
      );

      const span = parseDuration(given.per);
      expect(left).toHaveLength(offsets.length);
      for (const [index, at] of left.entries())
        expect(left.slice(index).filter((later) => later < at + span).length).toBeLessThanOrEqual(
          given.messages,
        );
    }),
    { numRuns: 300 },
  );
});

test('a thousand who come at once ask twice on average, and leave at nearly the full rate', () => {
  const given = { messages: 10, per: 'PT1S' };

  const { left, asked } = play(
    given,
    Array.from({ length: 1000 }, () => epoch),
  );

  expect(asked).toBeLessThan(2100);
  expect((left.at(-1) ?? 0) - epoch).toBeLessThan(110_000);
});

test('what is remembered stays small', () => {
  let state: Parameters<typeof takeTurn>[1];
  for (let at = 0; at < 10_000; at++)
    state = takeTurn({ messages: 5000, per: 'PT1M' }, state, epoch + at * 13).state;

  expect(state?.taken.length).toBeLessThanOrEqual(21);
});

test('many who send by one channel at the same time keep its rate together', async () => {
  const start = '2026-03-02T09:00:00.000Z';
  const given = { messages: 4, per: 'PT1M' };
  const left: number[] = [];
  const host = await openDeafHost(start, {
    send: async () => {
      left.push(host.clock.now().getTime());
      return { kind: 'sent' };
    },
  });
  const { ports, store, clock } = host;
  const ids = Array.from({ length: 40 }, (_, index) => `s-${index}`);
  for (const sendId of ids) await store.transact(permitted(sendId, start, given));

  for (let waiting = ids; waiting.length > 0; ) {
    const due = await Promise.all(waiting.map(async (id) => [id, await dueOf(store, id)] as const));
    const now = Math.min(...due.map(([, at]) => at ?? Number.POSITIVE_INFINITY));
    if (now === Number.POSITIVE_INFINITY) break;
    clock.moveTo(Math.max(now, clock.now().getTime()));
    // All that are due, side by side; who lost every race is asked again, as a stream would.
    await Promise.allSettled(
      due.filter(([, at]) => at !== undefined && at <= now).map(([id]) => dispatch(ports, outboxKey(id))),
    );
    waiting = due.filter(([, at]) => at !== undefined).map(([id]) => id);
  }

  const span = parseDuration(given.per);
  expect(left).toHaveLength(ids.length);
  for (const at of left)
    expect(left.filter((other) => other >= at && other < at + span).length).toBeLessThanOrEqual(4);
});

const outboxKey = (sendId: string) => ({ pk: 'C#c-1', sk: `OUT#${sendId}` });

async function dueOf(store: Store, sendId: string): Promise<number | undefined> {
  const row = await store.get('core', outboxKey(sendId));
  return row && Date.parse(String(row.duesk));
}

function permitted(sendId: string, at: string, rate: { messages: number; per: string }): Operation[] {
  const message: SendRow = {
    ...sendKey('c-1', sendId),
    sendId,
    contactId: 'c-1',
    enrolmentId: 'e-1',
    journey: 'welcome',
    step: 'greet',
    template: 'welcome',
    channel: 'email',
    purpose: 'service',
    status: 'PERMITTED',
    at,
    to: 'ana@example.com',
    body: 'Hello',
  };
  const outbox = {
    ...outboxKey(sendId),
    kind: 'DISPATCH',
    send: sendId,
    id: sendId,
    contactId: 'c-1',
    at,
    rate,
  };
  return [
    { kind: 'put', table: 'core', item: { ...message } },
    { kind: 'put', table: 'core', item: { ...outbox, duepk: duePartition('OUT', sendId), duesk: at } },
  ];
}
