import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '@baton/rules/check/check.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import type { Journey, Library } from '@baton/rules/documents/index.ts';
import type { StepKind } from '@baton/rules/documents/journey.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import { redirect } from '@baton/rules/edit/arrows.ts';
import type { Edited } from '@baton/rules/edit/edited.ts';
import { begin, record, undo } from '@baton/rules/edit/history.ts';
import {
  changeKind,
  changeSettings,
  connect,
  copyOf,
  duplicateStep,
  emptyJourney,
  insertStepAfter,
  insertStepOn,
  removeStep,
  renameStep,
} from '@baton/rules/edit/journey.ts';
import { newStep, stepTitles } from '@baton/rules/edit/new-step.ts';
import { scriptOf } from '@baton/rules/journey/run-tests.ts';
import { simulate } from '@baton/rules/journey/simulate.ts';
import { exits } from '@baton/rules/journey/step-kinds.ts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { frozen } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const folder = join(import.meta.dirname, '../../rules/library/journeys');
const files = readdirSync(folder);
const kinds = Object.keys(stepTitles).filter((kind): kind is StepKind => Object.hasOwn(stepTitles, kind));

function open(file: string): Journey {
  const parsed = parseDocument('journeys', readFileSync(join(folder, file), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return frozen(parsed.document);
}

/** One thing that a person does; the numbers pick among what is there at that moment. */
type Deed = { do: number; which: number; way: number; kind: StepKind };
const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.nat(8),
  which: fc.nat(40),
  way: fc.nat(10),
  kind: fc.constantFrom(...kinds),
});

function carryOut(journey: Journey, { do: what, which, way, kind }: Deed): Edited<Journey> {
  const ids = Object.keys(journey.steps);
  const pick = (number: number) => ids[number % ids.length] ?? 'nowhere';
  const id = pick(which);
  const step = journey.steps[id];
  const ways = step ? exits(step) : [];
  const arrow = { from: id, path: ways[way % Math.max(1, ways.length)]?.path ?? 'next' };
  switch (what) {
    case 0:
      return insertStepAfter(journey, id, kind);
    case 1:
      return insertStepOn(journey, way === 0 ? { from: 'start' } : arrow, kind);
    case 2:
      return removeStep(journey, id);
    case 3:
      return removeStep(journey, id, pick(which + way));
    case 4:
      return renameStep(journey, id, way === 0 ? 'Not an id' : `renamed-${which}`);
    case 5:
      return connect(journey, arrow, way === 0 ? 'nowhere' : pick(way));
    case 6:
      return duplicateStep(journey, id);
    case 7:
      return changeKind(journey, id, kind);
    default:
      return changeSettings(journey, { title: `Title ${which}`, ...(way === 0 ? { goal: undefined } : {}) });
  }
}

const isWhole = ({ start, steps }: Journey): boolean =>
  [start, ...Object.values(steps).flatMap((step) => exits(step).map(({ to }) => to))].every((to) =>
    Object.hasOwn(steps, to),
  );

describe('edits of a journey', () => {
  let library: Library;
  beforeAll(async () => {
    library = await shippedLibrary();
  });

  test('never throw, change nothing they were given, leave no arrow in the air, and are undone to the same bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(deed, { maxLength: 25 }), (file, deeds) => {
        const start = open(file);
        let history = begin(start);

        deeds.forEach((one, index) => {
          const made = carryOut(history.present.document, one);
          if (!made.ok) expect(made.reason).toMatch(/[.”"]$/);
          else history = record(history, `deed ${index}`, frozen(made.document), index);
        });

        const end = history.present.document;
        expect(isWhole(end)).toBe(true);
        expect(hasShape('journeys', end)).toBe(true);
        while (history.past.length > 0) history = undo(history);
        expect(canonicalText('journeys', history.present.document)).toBe(
          readFileSync(join(folder, file), 'utf8'),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('lead from sound journeys to sound ones or to problems, and what has no problem simulates', async () => {
    let simulated = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(deed, { minLength: 1, maxLength: 4 }),
        async (file, deeds) => {
          let journey = open(file);
          for (const one of deeds) {
            const made = carryOut(journey, one);
            if (made.ok) journey = made.document;
          }
          const journeys = new Map([...library.journeys, [journey.id, journey]]);
          const problems = check({ ...library, journeys }).filter(
            ({ document, severity }) => document === `journeys/${journey.id}` && severity === 'error',
          );
          if (problems.length > 0) return;

          for (const one of journey.tests) {
            const { lines } = await simulate(journey, library, scriptOf(journey.id, one));
            expect(lines.length).toBeGreaterThan(0);
            // To go round for ever is sound where every round takes time.
            for (const { kind, text } of lines)
              if (kind === 'stopped') expect(text).toMatch(/goes round and round, and waits each time/);
          }
          simulated += 1;
        },
      ),
      { numRuns: 40, seed: 5 },
    );
    expect(simulated).toBeGreaterThan(3);
  });

  test.each(kinds)('know every arrow of a step of kind %s', (kind) => {
    const steps = Object.values(library.journeys.values().toArray())
      .flatMap((journey) => Object.values(journey.steps))
      .filter((step) => step.kind === kind);

    for (const step of [...steps, newStep(kind, 'end', 'sales')]) {
      const seen: { path: string; to: string }[] = [];
      const led = redirect(step, (path, to) => {
        seen.push({ path, to });
        return `${path.replaceAll('.', '-').toLowerCase()}-new`;
      });

      const known = exits(step).map(({ path, to }) => ({ path, to }));
      expect(seen.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
        known.sort((a, b) => (a.path < b.path ? -1 : 1)),
      );
      expect(exits(led).map(({ to }) => to)).toEqual(
        exits(step).map(({ path }) => `${path.replaceAll('.', '-').toLowerCase()}-new`),
      );
    }
  });

  test.each(files)('open and save %s as the same bytes', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');

    const sent = JSON.stringify(open(file));

    const parsed = parseDocument('journeys', sent);
    expect(parsed.ok && canonicalText('journeys', parsed.document)).toBe(text);
  });

  test('put a step into an arrow', () => {
    const journey = open('cart-abandonment.json');

    const made = insertStepOn(
      journey,
      { from: 'await-checkout', path: 'events.0.next' },
      'send',
      'Say thanks',
    );

    if (!made.ok) throw new Error(made.reason);
    expect(made.step).toBe('say-thanks');
    expect(made.document.steps['say-thanks']).toMatchObject({ title: 'Say thanks', next: 'bought' });
    expect(made.document.steps['await-checkout']).toMatchObject({
      events: [{ next: 'say-thanks' }, { next: 'settle' }],
    });
  });

  test('lead around a step that is taken out, and ask where to where nobody can tell', () => {
    const journey = open('cart-abandonment.json');

    const removed = removeStep(journey, 'remind');
    const refused = removeStep(journey, 'bought');
    const told = removeStep(journey, 'bought', 'abandoned');

    expect(removed.ok && removed.document.steps['one-a-day']).toMatchObject({
      await: { onGoal: 'await-second-look' },
    });
    expect(refused).toEqual({
      ok: false,
      reason: 'Other steps lead to "Bought". Say first where they are to lead instead.',
    });
    expect(told.ok && told.document.steps['await-push']).toMatchObject({ events: [{ next: 'abandoned' }] });
  });

  test('take the tests along when a step is renamed', () => {
    const journey = open('cart-abandonment.json');

    const renamed = renameStep(journey, 'remind', 'first-reminder');

    if (!renamed.ok) throw new Error(renamed.reason);
    expect(renamed.document.tests[0]?.expect.effects.map(({ step }) => step)).toEqual([
      'one-a-day',
      'first-reminder',
    ]);
    expect(renameStep(journey, 'remind', 'push')).toMatchObject({ ok: false });
  });

  test('begin a copy without a problem, and an empty journey with nothing to do but to play it', () => {
    const given = {
      id: 'mine',
      title: 'Mine',
      why: 'To try',
      team: 'marketing',
      event: 'cart.updated',
    };

    const begun = [emptyJourney(given), copyOf(open('cart-abandonment.json'), { id: 'mine', title: 'Mine' })];

    const found = begun.map((journey) =>
      check({ ...library, journeys: new Map([...library.journeys, ['mine', journey]]) })
        .filter(({ document }) => document === 'journeys/mine')
        .map(({ code }) => code),
    );

    expect(found).toEqual([['untested'], []]);
  });
});
