import { parseDuration } from '@baton/rules/time/duration.ts';
import { sketched } from '../models/library.ts';
import { prepared } from '../models/prepared.ts';
import { sends } from '../models/rows.ts';
import { runClockwork } from './clockwork.ts';

/** So many marketing messages at most, in any window of the length. */
const caps = [
  { messages: 3, within: 'PT2H' },
  { messages: 20, within: 'P1D' },
];
const rests = ['PT1H', 'PT2H', 'PT3H', 'PT90M', 'PT30M', 'PT4H'];

/** Every journey writes, rests and writes again, for ever; their rests end together now and then. */
const library = sketched({
  journeys: rests.map((rest, at) => ({
    id: `writes-${at}`,
    trigger: { event: 'order.placed' },
    start: 'write',
    steps: {
      write: {
        title: 'Write',
        kind: 'send',
        template: 'hello',
        channel: 'email',
        purpose: 'marketing',
        next: 'rest',
      },
      rest: { title: 'Rest', kind: 'wait', wait: { after: rest }, next: 'write' },
    },
  })),
  templates: [{ id: 'hello', channel: 'email' }],
  channels: [{ id: 'email', caps }],
});

export type Pressed = { attempts: number; sent: number; problems: string[] };

const dayMs = 86_400_000;

/**
 * Makes contacts whom a dozen enrolments want to write to at once, for days, while calls take as long as they like, fail
 * and get lost, and clocks differ.
 */
export async function underPressure(): Promise<(random: () => number) => Promise<Pressed>> {
  const start = await prepared(
    { library, forgetful: true, tries: 12 },
    (world) => world.happens('consent.given', { channel: 'email', purpose: 'marketing' }),
    (world) => {
      world.idle = true;
      world.happens('order.placed', { orderId: 'o-1' });
      world.happens('order.placed', { orderId: 'o-2' });
    },
  );
  const endless = Number.POSITIVE_INFINITY;
  const faults = {
    timers: endless,
    crashes: endless,
    throttles: endless,
    lostAnswers: endless,
    refusals: endless,
  };
  return async (random) => {
    const world = start(faults, () => {});
    await runClockwork(world, {
      random,
      arrivals: [],
      until: world.now + 6 * dayMs,
      faulty: 0.01,
      skewMs: 500,
    });
    const rows = sends(world);
    const left = rows.filter(({ status }) => status !== 'SKIPPED');
    const instants = left.map(({ at, slotAt = at }) => Date.parse(slotAt)).sort((a, b) => a - b);
    const problems = [...world.violations, ...world.stage.failures, ...breaches(instants)];
    return { attempts: rows.length, sent: left.length, problems };
  };
}

/** Counts from the rows alone: no window that begins with a message may hold more than the cap. */
function breaches(instants: readonly number[]): string[] {
  return caps.flatMap(({ messages, within }) =>
    instants.flatMap((first, at) => {
      const beyond = instants[at + messages];
      if (beyond === undefined || beyond - first >= parseDuration(within)) return [];
      const [from, to] = [first, beyond].map((instant) => new Date(instant).toISOString());
      return [`${messages + 1} messages from ${from} to ${to}, ${messages} within ${within} are allowed`];
    }),
  );
}
