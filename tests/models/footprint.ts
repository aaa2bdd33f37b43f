import type { Actor, Call, Touched } from './stage.ts';

/**
 * Who touches what, as seen so far. A call that nobody else who is still about can get in the way of need not be tried
 * in another order: what comes of it is the same. That is only so if nobody is seen later to touch what he was not known
 * to touch; `grown` tells, and then everything that was left out because of it must be gone through again.
 */
export type Footprint = {
  note(actor: Actor, call: Call): void;
  /** Of the calls that may happen, one that is independent of whatever others may still do. */
  independent(actors: readonly Actor[], ready: readonly Actor[]): Actor | undefined;
  /** Whether somebody else may still write what an actor has seen. */
  mayBeWritten(seen: Touched, by: Actor, actors: readonly Actor[]): boolean;
  grown: boolean;
};

export function createFootprint(): Footprint {
  const readers = new Map<string, Set<string>>();
  const writers = new Map<string, Set<string>>();

  const footprint: Footprint = {
    grown: false,

    note(actor, call) {
      const { reads = [], writes = [] } = call.touches();
      for (const place of reads) add(readers, place, actor.name);
      for (const place of writes) for (const name of namesOf(place)) add(writers, name, actor.name);
    },

    independent(actors, ready) {
      const gone = goneAmong(actors);
      return ready.find((actor) => actor.calls[0] && isAlone(actor, actor.calls[0].touches(), gone));
    },

    mayBeWritten({ reads }, by, actors) {
      return !isAlone(by, { reads }, goneAmong(actors));
    },
  };
  return footprint;

  function add(map: Map<string, Set<string>>, place: string, name: string): void {
    const names = map.get(place) ?? new Set();
    if (names.has(name)) return;
    footprint.grown = true;
    map.set(place, names.add(name));
  }

  function isAlone(actor: Actor, { reads = [], writes = [] }: Touched, gone: ReadonlySet<string>): boolean {
    const others = (map: Map<string, Set<string>>, place: string) => {
      for (const name of map.get(place) ?? []) if (name !== actor.name && !gone.has(name)) return true;
      return false;
    };
    return (
      reads.every((place) => !others(writers, place)) &&
      writes.every(
        (place) => namesOf(place).every((name) => !others(readers, name)) && !others(writers, place),
      )
    );
  }
}

/** Actors that have been and will not come again. */
function goneAmong(actors: readonly Actor[]): ReadonlySet<string> {
  const present = new Set(actors.filter(({ done }) => !done).map(({ name }) => name));
  return new Set(actors.filter(({ name }) => !present.has(name)).map(({ name }) => name));
}

/** Whether somebody writes what somebody else has read. */
export function meet(read: Touched, write: Touched): boolean {
  const written = new Set((write.writes ?? []).flatMap(namesOf));
  return (read.reads ?? []).some((place) => written.has(place));
}

/** A place and what stands for it: `C#1|EVT#7` is read by whoever reads `C#1|EVT#*` or `C#1|*`. */
function namesOf(place: string): string[] {
  const bar = place.indexOf('|');
  if (bar < 0) return [place];
  const kind = place.slice(0, place.indexOf('#', bar) + 1);
  return [place, `${place.slice(0, bar)}|*`, ...(kind.length > bar ? [`${kind}*`] : [])];
}
