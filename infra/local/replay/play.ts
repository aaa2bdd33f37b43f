import { type CloudEvent, Rejected } from '@baton/functions/ports.ts';
import type { Host } from '../host.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { openStagedEvents, type Position, type StagedEvents } from './staged-events.ts';

export type PlayOptions = {
  host: Host;
  clock: VirtualClock;
  /** Events of one window are delivered together at the window's end; absent: each at its own instant. */
  windowMs?: number;
  /** How often each event is delivered; every copy has the same id. */
  times?: number;
  /** Changes the order of delivery inside a window; the events stay the same. */
  shuffle?: (deliveries: CloudEvent[]) => CloudEvent[];
  /** After the last event time runs on until here. */
  until?: string;
  progress?: (played: number, total: number, now: string) => void;
  signal?: AbortSignal;
  /** How long written things may wait for the disk, in milliseconds of real time. */
  keepEvery?: number;
};

export type Played = { kind: 'finished' | 'stopped'; played: number; total: number; now: string };

const pageSize = 1000;

/**
 * How the database of a replay groups its writes: never by itself. `play` ends a group when nothing is under way, so a
 * replay that is killed finds a moment at rest, goes on as if nothing had happened, and ends in the same state.
 */
export const onlyAtRest = { milliseconds: 2 ** 31 - 1, changes: Number.POSITIVE_INFINITY };

/**
 * Plays staged events on the virtual clock. Timers that are due before an event fire before it; at the very same instant
 * the event comes first, as it would on a host whose timer is a little late.
 */
export async function play(options: PlayOptions): Promise<Played> {
  const { host, clock, signal, progress } = options;
  const settle = settlingAndKeeping(options);
  const staged = openStagedEvents(host.database);
  refuseMissed(staged);
  const total = staged.count();
  let { position, now, played } = staged.progress();
  if (now) clock.moveTo(Date.parse(now));
  await host.settle();

  /** Written before anything happens at a time, so that what is resumed goes on at the time it was begun. */
  const moveTo = (ms: number) => {
    clock.moveTo(Math.max(ms, clock.now().getTime()));
    staged.save({ position, now: iso(clock), played });
  };

  for (const window of windows(staged, position, options.windowMs)) {
    const end = windowEnd(window, options.windowMs);
    if (!(await runTimersBefore({ host, moveTo, settle, signal }, end)))
      return { kind: 'stopped', played, total, now: iso(clock) };

    moveTo(end);
    played += window.length;
    position = window.at(-1)?.position ?? position;
    for (const batch of batches(deliveries(window, options))) await host.ports.bus.put(batch);
    staged.save({ position, now: iso(clock), played });
    await settle();
    progress?.(played, total, iso(clock));
  }

  const until = options.until ? Date.parse(options.until) : clock.now().getTime();
  const finished = await runTimersBefore({ host, moveTo, settle, signal }, until + 1);
  if (finished) moveTo(until);
  await host.settle();
  await host.ports.store.durable();
  return { kind: finished ? 'finished' : 'stopped', played, total, now: iso(clock) };
}

function refuseMissed(staged: StagedEvents): void {
  const missed = staged.missed();
  if (!missed) return;
  const { count, from } = missed;
  throw new Rejected(
    `${count === 1 ? 'an event was' : `${count} events were`} imported, from ${from}, after the replay had passed that time (it stands at ${staged.progress().position.at}); import everything into a new folder and replay there`,
  );
}

const iso = (clock: VirtualClock): string => clock.now().toISOString();

type Entry = ReturnType<StagedEvents['after']>[number];

/** The events that are delivered together: of one instant, or of one window counted from the epoch. */
function* windows(staged: StagedEvents, from: Position, windowMs: number | undefined): Generator<Entry[]> {
  const slot = ({ position }: Entry) => Math.floor(Date.parse(position.at) / (windowMs ?? 1));
  let buffer = staged.after(from, pageSize);
  let window: Entry[] = [];
  while (buffer.length > 0) {
    for (const entry of buffer) {
      const [first] = window;
      if (first && slot(first) !== slot(entry)) {
        yield window;
        window = [];
      }
      window.push(entry);
    }
    buffer = staged.after(buffer.at(-1)?.position ?? from, pageSize);
  }
  if (window.length > 0) yield window;
}

/** When a window is delivered: at its end; one without end when its last event has occurred. */
function windowEnd(window: Entry[], windowMs: number | undefined): number {
  const last = Date.parse(window.at(-1)?.position.at ?? '');
  return windowMs && Number.isFinite(windowMs) ? (Math.floor(last / windowMs) + 1) * windowMs : last;
}

function deliveries(window: { event: CloudEvent }[], { times = 1, shuffle }: PlayOptions): CloudEvent[] {
  const all = window.flatMap(({ event }) => Array.from({ length: times }, () => event));
  return shuffle ? shuffle(all) : all;
}

const busLimit = 500;
function* batches(events: CloudEvent[]): Generator<CloudEvent[]> {
  for (let from = 0; from < events.length; from += busLimit) yield events.slice(from, from + busLimit);
}

/** Works until nothing is under way; brings to disk what has been written when that has waited long enough. */
function settlingAndKeeping({ host, keepEvery = 1000 }: PlayOptions): () => Promise<void> {
  let kept = performance.now();
  return async () => {
    await host.settle();
    if (performance.now() - kept < keepEvery) return;
    await host.ports.store.durable();
    kept = performance.now();
  };
}

type Running = {
  host: Host;
  moveTo: (ms: number) => void;
  settle: () => Promise<void>;
  signal: AbortSignal | undefined;
};

/** Lets time run up to an instant, stopping at every timer on the way; `false` when it was interrupted. */
async function runTimersBefore({ host, moveTo, settle, signal }: Running, end: number): Promise<boolean> {
  for (;;) {
    if (signal?.aborted) return false;
    const due = host.dueAt();
    if (due === undefined || due >= end) return true;
    moveTo(due);
    await settle();
  }
}
