import { type Channel, type SendAnswer, Transient } from '@baton/functions/ports.ts';

/**
 * What can happen to one call of a provider:
 * - `answer`: taken, and said so; `delay`: the same, after others had their turn;
 * - `lose-request`, `lose-answer`: nobody answers, before or after it was taken;
 * - `duplicate`: the network delivers it twice;
 * - `throttle`, `refuse`: not taken, and said so;
 * - `crash-before`, `crash-after`: the caller dies, before or after it was taken.
 */
export const faults = [
  'answer',
  'delay',
  'lose-request',
  'lose-answer',
  'duplicate',
  'throttle',
  'refuse',
  'crash-before',
  'crash-after',
] as const;
export type Fault = (typeof faults)[number];

/** The process is gone: nothing that follows in it happens. */
export class Crash extends Error {
  override name = 'Crash';
}

/**
 * A provider with faults, given in order; after the last it answers. `received` counts what the customer got by send id:
 * who recognises send ids delivers each once. `calls` counts what left us. `meanwhile` is who has a turn during a delay.
 */
export function createFaultyChannel({
  recognisesSendId,
  schedule,
  meanwhile = async () => {},
}: {
  recognisesSendId: boolean;
  schedule: readonly Fault[];
  meanwhile?: () => Promise<void>;
}) {
  const coming = [...schedule];
  const received = new Map<string, number>();
  const calls = new Map<string, number>();
  const add = (counts: Map<string, number>, sendId: string) =>
    counts.set(sendId, (counts.get(sendId) ?? 0) + 1);

  function take(sendId: string): SendAnswer {
    const known = received.has(sendId);
    if (known && recognisesSendId) return { kind: 'already-sent' };
    add(received, sendId);
    return { kind: 'sent' };
  }

  const acts: Record<Fault, (sendId: string) => SendAnswer | Promise<SendAnswer>> = {
    answer: take,
    delay: async (sendId) => {
      const answer = take(sendId);
      await meanwhile();
      return answer;
    },
    'lose-request': () => lost(),
    'lose-answer': (sendId) => {
      take(sendId);
      return lost();
    },
    duplicate: (sendId) => {
      take(sendId);
      return take(sendId);
    },
    throttle: () => ({ kind: 'not-accepted', reason: 'too many messages at once' }),
    refuse: () => ({ kind: 'refused', reason: 'the provider does not like it' }),
    'crash-before': () => crash(),
    'crash-after': (sendId) => {
      take(sendId);
      return crash();
    },
  };

  const channel: Channel = {
    recognisesSendId,
    send: async ({ sendId }) => {
      const fault = coming.shift() ?? 'answer';
      if (fault !== 'crash-before') add(calls, sendId);
      return acts[fault](sendId);
    },
  };
  return { channel, received, calls };
}

function lost(): never {
  throw new Transient('no answer');
}

function crash(): never {
  throw new Crash();
}
