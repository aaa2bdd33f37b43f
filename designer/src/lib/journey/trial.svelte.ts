import { factsFrom } from '@baton/rules/conditions/path.ts';
import type { Journey, JourneyTest } from '@baton/rules/documents/journey.ts';
import { outcomeOf, scriptOf, testStart } from '@baton/rules/journey/run-tests.ts';
import { type Simulation, type SimulationLine, simulate } from '@baton/rules/journey/simulate.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { formatDuration } from '@baton/rules/time/duration.ts';
import { comingLibrary } from '#lib/document/coming-library.svelte.ts';

type Happening = { at: string; type: string; data: JsonObject };
/** What is played: who the contact is, what happens to it when, and what it draws. */
export type Play = {
  name: string;
  facts: JourneyTest['facts'];
  draws?: JourneyTest['draws'];
  events: Happening[];
};

/** A journey tried on virtual time, here in the browser: the path that a contact takes, with times and reasons. */
export function createTrial(journey: () => Journey | undefined) {
  let play = $state.raw<Play>();
  let simulation = $state.raw<Simulation>();
  let problem = $state('');
  let at = $state<number>();
  let turn = 0;

  const lines = $derived(simulation?.lines ?? []);
  /** When each step was first met. */
  const visits = $derived(visitsOf(lines));
  const ways = $derived(waysOf(lines));

  async function run(): Promise<void> {
    const document = journey();
    const library = comingLibrary();
    if (!play || !document || !library) return;
    const mine = ++turn;
    try {
      const test: JourneyTest = { ...play, expect: { effects: [], end: endless } };
      const script = scriptOf(document.id, test);
      const played = await simulate(document, library, { ...script, facts: factsFrom(play.facts) });
      if (mine !== turn) return;
      simulation = played;
      problem = '';
    } catch (error) {
      if (mine !== turn) return;
      simulation = undefined;
      problem = error instanceof Error ? error.message : String(error);
    }
  }

  function start(next: Play): void {
    play = next;
    at = undefined;
    void run();
  }

  return {
    get play() {
      return play;
    },
    get lines() {
      return lines;
    },
    get simulation() {
      return simulation;
    },
    get problem() {
      return problem;
    },
    /** The line that is looked at. */
    get at() {
      return at;
    },
    set at(index: number | undefined) {
      at = index;
    },
    get isOn() {
      return simulation !== undefined;
    },
    visitOf: (step: string): string | undefined => visits.get(step),
    wasTaken: (from: string, to: string): boolean => ways.has(`${from} ${to}`),
    start,
    again: run,
    stop(): void {
      turn += 1;
      simulation = undefined;
      play = undefined;
      problem = '';
      at = undefined;
    },
    /** What was played and what came of it, as a test of the document. */
    asTest(name: string): JourneyTest | undefined {
      if (!play || !simulation) return undefined;
      const { facts, draws, events } = play;
      return { name, facts, ...(draws ? { draws } : {}), events, expect: outcomeOf(simulation) };
    },
  };
}

/** Time runs on until nothing is left to happen. */
const endless = { at: 'PT0S', reason: 'any' };

/** How long after the start of the play something happened. */
export const sinceStart = (at: string): string => formatDuration(Date.parse(at) - Date.parse(testStart));

function visitsOf(lines: readonly SimulationLine[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { step, at } of lines) if (step !== undefined && !found.has(step)) found.set(step, at);
  return found;
}

/** Which steps followed each other, in one enrolment. */
function waysOf(lines: readonly SimulationLine[]): ReadonlySet<string> {
  const last = new Map<string, string>();
  const found = new Set<string>();
  for (const { step, enrolment = '' } of lines) {
    if (step === undefined) continue;
    const before = last.get(enrolment);
    if (before !== undefined && before !== step) found.add(`${before} ${step}`);
    last.set(enrolment, step);
  }
  return found;
}
