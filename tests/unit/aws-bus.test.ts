import { createBus } from '@baton/functions/adapters/aws/bus.ts';
import { type CloudEvent, Rejected, Transient } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { type AwsAnswer, type AwsRequest, stubAws } from '../support/aws-stub.ts';

const event = (id: string, note = ''): CloudEvent => ({
  specversion: '1.0',
  id,
  source: 'shop',
  type: 'order.placed',
  time: '2019-03-01T09:30:00.000Z',
  subject: 'email:ana@example.com',
  data: { note },
});

const Entries = z.object({
  Entries: z.array(
    z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string(), EventBusName: z.string() }),
  ),
});
const idsIn = ({ body }: AwsRequest): string[] =>
  Entries.parse(body).Entries.map(({ Detail }) => z.object({ id: z.string() }).parse(JSON.parse(Detail)).id);

/** Takes all but the events that it is told to refuse, each as often as told. */
function openBus(refusals: Record<string, number> = {}) {
  const left = new Map(Object.entries(refusals));
  const answer = (request: AwsRequest): AwsAnswer => {
    const entries = idsIn(request).map((id): Json => {
      const again = left.get(id) ?? 0;
      left.set(id, again - 1);
      return again > 0 ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' } : { EventId: `ev-${id}` };
    });
    return { status: 200, body: { FailedEntryCount: 0, Entries: entries } };
  };
  return openBusOn(answer);
}

function openBusOn(answer: (request: AwsRequest) => AwsAnswer) {
  const { connection, requests } = stubAws(answer);
  const slept: number[] = [];
  const bus = createBus({
    name: 'baton',
    connection,
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
  });
  return { bus, slept, requests, calls: () => requests.map(idsIn) };
}

test('an event travels whole, under its source and type, and with no time of its own', async () => {
  const { bus, requests } = openBus();

  await bus.put([event('1')]);

  expect(requests.map(({ body }) => body)).toEqual([
    {
      Entries: [
        {
          EventBusName: 'baton',
          Source: 'shop',
          DetailType: 'order.placed',
          Detail: JSON.stringify(event('1')),
        },
      ],
    },
  ]);
});

test('a call has at most ten events', async () => {
  const { bus, calls } = openBus();

  await bus.put(Array.from({ length: 23 }, (_, at) => event(`${at}`)));

  expect(calls().map((ids) => ids.length)).toEqual([10, 10, 3]);
  expect(calls().flat()).toEqual(Array.from({ length: 23 }, (_, at) => `${at}`));
});

test('a call has at most 256 kB, counted in bytes', async () => {
  const { bus, calls } = openBus();
  const large = 'ä'.repeat(60_000);

  await bus.put([event('1', large), event('2', large), event('3', large), event('4')]);

  expect(calls()).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('nothing is asked for where there is nothing to put', async () => {
  const { bus, calls } = openBus();

  await bus.put([]);

  expect(calls()).toEqual([]);
});

test('only the events that were not taken are put again, after a pause that grows', async () => {
  const { bus, calls, slept } = openBus({ 2: 2, 3: 1 });

  await bus.put([event('1'), event('2'), event('3')]);

  expect(calls()).toEqual([['1', '2', '3'], ['2', '3'], ['2']]);
  expect(slept).toEqual([100, 200]);
});

test('after five tries the rest is worth another try later', async () => {
  const { bus, calls } = openBus({ 2: 99 });

  await expect(bus.put([event('1'), event('2')])).rejects.toThrow(Transient);

  expect(calls()).toEqual([['1', '2'], ['2'], ['2'], ['2'], ['2']]);
});

test('a bus that cannot be reached is worth another try later', async () => {
  const { bus } = openBusOn(() => ({ status: 403, error: 'AccessDeniedException' }));

  await expect(bus.put([event('1')])).rejects.toThrow(
    'the event bus baton cannot be reached (AccessDeniedException)',
  );
});

test.each([
  ['a source that belongs to AWS', { ...event('1'), source: 'aws.shop' }, /^source: "aws.shop"/],
  ['more than fits', event('1', 'x'.repeat(262_144)), /^data: event 1 is larger than 256 kB/],
])('an event with %s is refused before anything is put', async (_what, refused, reason) => {
  const { bus, calls } = openBus();

  const put = bus.put([event('0'), refused]);

  await expect(put).rejects.toThrow(reason);
  await expect(put).rejects.toThrow(Rejected);
  expect(calls()).toEqual([]);
});
