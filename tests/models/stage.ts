import { hashOf } from '../support/branching-store.ts';

/**
 * Actors that take turns. Whatever one of them asks of the world is a call that waits until somebody lets it happen, in
 * one of the ways that are open to it; between two calls an actor runs alone. So whoever chooses the calls chooses the
 * schedule, and the same choices give the same run.
 *
 * 1. What an actor does next follows from what its calls answered, so `history` tells where it is.
 * 2. An invocation is what a crash takes away: its calls are never answered, and whoever began it learns that it is gone.
 */
export type Stage = {
  readonly actors: readonly Actor[];
  /** What broke although nothing should. */
  readonly failures: string[];
  enter(name: string, now: number, life: (actor: Actor) => Promise<void>): void;
  ask<T>(actor: Actor, question: Question<T>): Promise<T>;
  /** Lets a waiting call happen in one of its ways; resolves when all actors wait again or are done. */
  turn(actor: Actor, call: Call, way: Way): Promise<void>;
  quiet(): Promise<void>;
};

export type Actor = {
  readonly name: string;
  calls: Call[];
  history: string;
  done: boolean;
  /** Its clock: what it causes happens no earlier, and no clock is shared. */
  now: number;
};

/** How a call may go. `crash` is known to the stage: it goes the first way, and whoever asked does not live to know. */
export type Way = string;

export type Question<T> = {
  label: string;
  /** What it reads and writes. */
  touches: () => Touched;
  ways: () => readonly Way[];
  act: (way: Way) => T;
  /** When its time runs out: the instant of the way `timeout`. */
  dueAt?: number;
  invocation?: Invocation;
};

/** Names of things in the world; a name that ends with `*` stands for all that begin like it. */
export type Touched = { reads?: readonly string[]; writes?: readonly string[] };

/** Whether a call only looks. Looks have nothing to do with each other. */
export const isLook = (call: Call): boolean => call.touches().writes === undefined;

export type Invocation = { crash(): void };

export type Call = Pick<Question<unknown>, 'label' | 'ways' | 'invocation' | 'touches' | 'dueAt'> & {
  /** Does what was asked, answers whoever asked unless nobody is there any more, and tells the answer in short. */
  happen(way: Way, unheard?: 'unheard'): string;
};

/** `forgetful`: who is done is forgotten; it takes no part in what is left. */
export function createStage({ forgetful = false }: { forgetful?: boolean } = {}): Stage {
  const actors: Actor[] = [];
  const failures: string[] = [];
  let working = 0;
  let wake = () => {};

  function rests(): void {
    working--;
    if (working === 0) wake();
  }

  const quiet = () =>
    working === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          wake = resolve;
        });

  return {
    actors,
    failures,
    quiet,

    enter(name, now, life) {
      const alike = actors.filter((other) => !other.done && other.name.replace(/'+$/, '') === name).length;
      const actor: Actor = { name: name + "'".repeat(alike), calls: [], history: '', done: false, now };
      actors.push(actor);
      working++;
      life(actor)
        .catch((error: unknown) => failures.push(`${name}: ${error instanceof Error ? error.stack : error}`))
        .finally(() => {
          actor.done = true;
          if (forgetful) actors.splice(actors.indexOf(actor), 1);
          rests();
        });
    },

    ask: <T>(actor: Actor, { label, ways, act, invocation, touches, dueAt }: Question<T>) =>
      new Promise<T>((resolve, reject) => {
        const happen = (way: Way, unheard?: 'unheard'): string => {
          try {
            const answer = act(way);
            if (!unheard) resolve(answer);
            return JSON.stringify(answer) ?? '';
          } catch (error) {
            if (!unheard) reject(error);
            return String(error);
          }
        };
        actor.calls.push({ label, ways, invocation, touches, dueAt, happen });
        if (actor.calls.length === 1) rests();
      }),

    async turn(actor, call, way) {
      if (way === 'crash') {
        actor.calls = [];
        call.happen(call.ways()[0] ?? way, 'unheard');
        working++;
        call.invocation?.crash();
      } else {
        actor.calls = actor.calls.filter((other) => other !== call);
        if (actor.calls.length === 0) working++;
        remember(actor, `${call.label}:${way}:${call.happen(way)}`);
      }
      await quiet();
    },
  };
}

/** Adds to what an actor has been through; the whole of it in short. */
export function remember(actor: Actor, what: string): void {
  actor.history = hashOf(`${actor.history}|${what}`).join('.');
}
