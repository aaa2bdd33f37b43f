import { Id } from '../documents/common.ts';
import type { Journey, JourneyTest, Step, StepKind } from '../documents/journey.ts';
import { exits } from '../journey/step-kinds.ts';
import { redirect } from './arrows.ts';
import { type Edited, edited, refused } from './edited.ts';
import { newStep, unchosen } from './new-step.ts';

/**
 * Everything that can be done to a journey, as it is drawn. Edits that would lose arrows say so and change nothing;
 * edits that leave the journey unsound for a while are made, because the check says what is still to do.
 */
type Edit = Edited<Journey>;

/** An arrow: out of a step by one of its ways, or into the first step. */
export type Arrow = { from: string; path: string } | { from: 'start' };

/** A new edit with the id of the step that it was about. */
export type EditedStep = { ok: true; document: Journey; step: string } | { ok: false; reason: string };

const noStep = (id: string) => refused<Journey>(`There is no step "${id}" any more.`);

function stepOf({ steps }: Journey, id: string): Step | undefined {
  return Object.hasOwn(steps, id) ? steps[id] : undefined;
}

/** Puts a step down that nothing leads to yet. */
export function addStep(journey: Journey, kind: StepKind, title?: string): EditedStep {
  return withNew(journey, kind, someEnd(journey), title);
}

/** Puts a step into an arrow: what led to the arrow's end leads to the step, and all ways of the step go on there. */
export function insertStepOn(journey: Journey, arrow: Arrow, kind: StepKind, title?: string): EditedStep {
  const to = targetOf(journey, arrow);
  if (to === undefined) return { ok: false, reason: 'This arrow is no longer there.' };
  const added = withNew(journey, kind, to, title);
  if (!added.ok) return added;
  const led = lead(added.document, arrow, added.step);
  return led.ok ? { ...led, step: added.step } : led;
}

/** Puts a step behind another one, into the first of its ways or into the one named. */
export function insertStepAfter(journey: Journey, id: string, kind: StepKind, path?: string): EditedStep {
  const step = stepOf(journey, id);
  if (!step) return noSuchStep(id);
  const [first] = exits(step);
  if (!first)
    return { ok: false, reason: `"${step.title}" is an end; put the step into an arrow that leads to it.` };
  return insertStepOn(journey, { from: id, path: path ?? first.path }, kind);
}

const noSuchStep = (id: string): EditedStep => ({ ok: false, reason: `There is no step "${id}" any more.` });

/**
 * Takes a step out. What led to it leads to `to`, or where its first way led that is not itself. An end that something
 * leads to can only be taken out where `to` is said.
 */
export function removeStep(journey: Journey, id: string, to?: string): Edit {
  const step = stepOf(journey, id);
  if (!step) return noStep(id);
  if (Object.keys(journey.steps).length === 1) return refused('A journey needs at least one step.');
  const instead = to ?? exits(step).find((exit) => exit.to !== id && stepOf(journey, exit.to))?.to;
  if (instead === id) return refused('What leads to it cannot lead to it once it is gone.');
  const { [id]: _, ...rest } = journey.steps;
  const isMet = journey.start === id || Object.values(rest).some((other) => leadsTo(other, id));
  if (instead === undefined && isMet)
    return refused(`Other steps lead to "${step.title}". Say first where they are to lead instead.`);
  if (instead === undefined) return edited({ ...journey, steps: rest });
  return edited({
    ...journey,
    start: journey.start === id ? instead : journey.start,
    steps: redirected(rest, (_path, target) => (target === id ? instead : target)),
  });
}

/** Gives a step another name in the document; everything that means it, the tests included, goes with it. */
export function renameStep(journey: Journey, id: string, to: string): Edit {
  const step = stepOf(journey, id);
  if (!step) return noStep(id);
  if (id === to) return edited(journey);
  if (!Id.safeParse(to).success)
    return refused('A name has small letters, digits and hyphens, for example "first-reminder".');
  if (Object.hasOwn(journey.steps, to)) return refused(`There is a step "${to}" already.`);
  const renamed = (name: string) => (name === id ? to : name);
  const steps = Object.fromEntries(
    Object.entries(journey.steps).map(([name, other]) => [renamed(name), other]),
  );
  return edited({
    ...journey,
    start: renamed(journey.start),
    steps: redirected(steps, (_path, target) => renamed(target)),
    tests: journey.tests.map((test) => renamedIn(test, renamed)),
  });
}

function renamedIn(test: JourneyTest, renamed: (name: string) => string): JourneyTest {
  const { draws, expect } = test;
  return {
    ...test,
    ...(draws
      ? { draws: Object.fromEntries(Object.entries(draws).map(([step, draw]) => [renamed(step), draw])) }
      : {}),
    expect: {
      ...expect,
      effects: expect.effects.map((effect) => ({ ...effect, step: renamed(effect.step) })),
    },
  };
}

/** Lets an arrow lead to another step. */
export function connect(journey: Journey, arrow: Arrow, to: string): Edit {
  if (!stepOf(journey, to)) return noStep(to);
  if (targetOf(journey, arrow) === undefined) return refused('This arrow is no longer there.');
  return lead(journey, arrow, to);
}

/** Puts a step in the place of what stands under its name. */
export function changeStep(journey: Journey, id: string, step: Step): Edit {
  const before = stepOf(journey, id);
  if (!before) return noStep(id);
  if (before === step) return edited(journey);
  return edited({ ...journey, steps: { ...journey.steps, [id]: step } });
}

/** Makes a step one of another kind; its title and where it goes on stay, as far as the new kind has them. */
export function changeKind(journey: Journey, id: string, kind: StepKind): Edit {
  const before = stepOf(journey, id);
  if (!before) return noStep(id);
  if (before.kind === kind) return edited(journey);
  const to = exits(before)[0]?.to ?? someEnd(journey);
  return changeStep(journey, id, { ...newStep(kind, to, journey.owner.team), title: before.title });
}

/** A copy behind the original where that has one way to go on; elsewhere a copy that nothing leads to yet. */
export function duplicateStep(journey: Journey, id: string): EditedStep {
  const step = stepOf(journey, id);
  if (!step) return noSuchStep(id);
  const name = freshId(journey, id);
  const copy = { ...structuredClone(step), title: `${step.title} (copy)`.slice(0, 60) };
  const document = { ...journey, steps: { ...journey.steps, [name]: copy } };
  const [way, ...others] = exits(step);
  if (!way || others.length > 0) return { ok: true, document, step: name };
  const led = lead(document, { from: id, path: way.path }, name);
  return led.ok ? { ...led, step: name } : led;
}

type Settings = Partial<Omit<Journey, 'steps' | 'start' | 'tests' | 'id'>>;

/** Sets what holds for the journey as a whole; what is given as `undefined` is left out of the document. */
export function changeSettings(journey: Journey, settings: Settings): Edit {
  const changed: Journey = { ...journey, ...settings };
  for (const name of optional) if (changed[name] === undefined) delete changed[name];
  return edited(changed);
}

const optional = ['key', 'goal', 'holdout', 'globalHoldout', 'managedBy'] as const;

/** Keeps tests, each in the place of one of the same name. */
export function keepTests(journey: Journey, kept: readonly JourneyTest[]): Edit {
  const tests = new Map([...journey.tests, ...kept].map((test) => [test.name, test]));
  return edited({ ...journey, tests: [...tests.values()] });
}

export function removeTest(journey: Journey, name: string): Edit {
  const tests = journey.tests.filter((test) => test.name !== name);
  if (tests.length === journey.tests.length) return refused(`There is no test "${name}" any more.`);
  if (tests.length === 0)
    return refused('A journey keeps at least one test, so that what it does stays proved.');
  return edited({ ...journey, tests });
}

/** A journey with one step, to begin with. It has no test yet: one is kept when it has been played. */
export function emptyJourney(given: {
  id: string;
  title: string;
  why: string;
  team: string;
  event: string;
}): Journey {
  const { id, title, why, team, event } = given;
  return {
    $schema: '../../schemas/journeys.schema.json',
    id,
    title,
    why,
    owner: { team },
    managedBy: 'designer',
    trigger: { event },
    reEntry: { policy: 'always' },
    exits: [],
    start: 'done',
    steps: { done: { title: 'Done', kind: 'end', reason: 'done' } },
    tests: [],
  };
}

/** The same document under another name. */
export function copyOf<D extends Pick<Journey, 'id' | 'title' | 'managedBy'>>(
  original: D,
  { id, title }: { id: string; title: string },
): D {
  return { ...structuredClone(original), id, title, managedBy: 'designer' };
}

/** A name of a step or journey that a title reads like and that is not taken. */
export function idFor(title: string, taken: (id: string) => boolean): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '');
  const base = words || 'step';
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken(id) && id !== unchosen) return id;
  }
}

const freshId = (journey: Journey, title: string): string =>
  idFor(title, (id) => Object.hasOwn(journey.steps, id));

function withNew(journey: Journey, kind: StepKind, to: string, title?: string): EditedStep {
  const made = newStep(kind, to, journey.owner.team);
  const step = title ? { ...made, title } : made;
  const id = freshId(journey, step.title);
  return { ok: true, document: { ...journey, steps: { ...journey.steps, [id]: step } }, step: id };
}

/** Where a step goes on that is not connected yet: to an end, so that nobody is caught in it. */
function someEnd({ steps, start }: Journey): string {
  return Object.keys(steps).find((id) => steps[id]?.kind === 'end') ?? start;
}

/** Where an arrow leads; undefined where it is no longer there. */
export function targetOf(journey: Journey, arrow: Arrow): string | undefined {
  if (!('path' in arrow)) return journey.start;
  const step = stepOf(journey, arrow.from);
  return step && exits(step).find(({ path }) => path === arrow.path)?.to;
}

function lead(journey: Journey, arrow: Arrow, to: string): Edit {
  if (!('path' in arrow)) return edited({ ...journey, start: to });
  const step = stepOf(journey, arrow.from);
  if (!step) return noStep(arrow.from);
  return changeStep(
    journey,
    arrow.from,
    redirect(step, (path, target) => (path === arrow.path ? to : target)),
  );
}

const leadsTo = (step: Step, id: string): boolean => exits(step).some(({ to }) => to === id);

function redirected(steps: Journey['steps'], to: (path: string, target: string) => string): Journey['steps'] {
  return Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, redirect(step, to)]));
}
