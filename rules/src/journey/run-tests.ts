import { factsFrom } from '../conditions/path.ts';
import type { TestResult } from '../decide/run-tests.ts';
import type { Journey } from '../documents/index.ts';
import type { JourneyTest } from '../documents/journey.ts';
import { addDuration, formatDuration, parseDuration } from '../time/duration.ts';
import { saltOf } from './moment.ts';
import { type Script, type Simulation, type Surroundings, simulate } from './simulate.ts';

/** When every document test starts: a Monday morning. Dates in the facts and events of a test are to be read against it. */
export const testStart = '2026-01-05T09:00:00.000Z';

/** Runs a journey's own tests; see `JourneyTest` for what they compare. */
export async function runJourneyTests(journey: Journey, surroundings: Surroundings): Promise<TestResult[]> {
  return Promise.all(journey.tests.map((test) => runTest(journey, surroundings, test)));
}

/** The tests of a journey that do not hold, each as it would hold: expecting what happens now. */
export async function testsMended(journey: Journey, surroundings: Surroundings): Promise<JourneyTest[]> {
  const results = await runJourneyTests(journey, surroundings);
  return Promise.all(
    journey.tests
      .filter((_, index) => !results[index]?.passed)
      .map(async (test) => ({ ...test, expect: await play(journey, surroundings, test) })),
  );
}

const play = async (journey: Journey, surroundings: Surroundings, test: JourneyTest): Promise<Expectation> =>
  outcomeOf(await simulate(journey, surroundings, scriptOf(journey.id, test)));

async function runTest(journey: Journey, surroundings: Surroundings, test: JourneyTest): Promise<TestResult> {
  const got = await play(journey, surroundings, test);
  const expected = wanted(test);
  return { name: test.name, passed: JSON.stringify(got) === JSON.stringify(expected), expected, got };
}

/** A test as a script. Where the contact is to be still under way, time stops with the last event. */
export function scriptOf(journey: string, { facts, draws = {}, events, expect }: JourneyTest): Script {
  const bySalt = new Map(Object.entries(draws).map(([step, draw]) => [saltOf(journey, step), draw]));
  const script = {
    facts: factsFrom(facts),
    dice: (salt: string) => bySalt.get(salt) ?? 0,
    start: testStart,
    events: events.map(({ at, type, data }) => ({ at: addDuration(testStart, at), type, data })),
  };
  if (expect.end) return script;
  const last = Math.max(...events.map(({ at }) => parseDuration(at)));
  return { ...script, until: addDuration(testStart, formatDuration(last)) };
}

type Expectation = JourneyTest['expect'];

function wanted({ expect: { effects, end } }: JourneyTest): Expectation {
  return {
    effects: effects.map(({ at, kind, step }) => ({ at: sameSpan(at), kind, step })),
    end: end && { at: sameSpan(end.at), reason: end.reason },
  };
}

/** What a simulation did, in the form in which tests expect it: the end is that of the first enrolment. */
export function outcomeOf({ effects, ends, enrolments }: Simulation): Expectation {
  const end = ends.find(({ key }) => key === enrolments[0]?.key);
  return {
    effects: effects.map(({ at, step, effect }) => ({ at: sinceStart(at), kind: effect.kind, step })),
    end: end ? { at: sinceStart(end.at), reason: end.reason } : null,
  };
}

function sinceStart(at: string): string {
  return formatDuration(Date.parse(at) - Date.parse(testStart));
}

function sameSpan(duration: string): string {
  return formatDuration(parseDuration(duration));
}
