import type { JourneyNumbersView, JourneyStepNumbers } from '@baton/functions/api/views.ts';
import { stepThatFailed } from '@baton/functions/repositories/failed-at.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import { countOf, sayCount, sayName } from '#lib/words/values.ts';

/** How those behind a number are asked for. */
export type Ask = { how: 'here' | 'passed' | 'left'; reason?: string };

/**
 * A number of enrolments: `what` they have in common, in the fewest words and in a sentence (`about`), and the share of those
 * who have come to the step. `count` is written out, with a plus where not all were counted. `parts`: what it is made of.
 */
export type NumberLine = {
  count: string;
  what: string;
  brief: string;
  about: string;
  isNobody: boolean;
  share?: string;
  ask: Ask;
  parts: NumberLine[];
};

type Counted = Pick<JourneyNumbersView, 'more' | 'moreInside'>;
type Words = Pick<NumberLine, 'what' | 'about' | 'ask'> & { brief?: string };

/** `isLess`: not all were counted. `all`: of whom it is a share. */
function lineOf(count: number, { about, ...words }: Words, isLess: boolean, all?: number): NumberLine {
  return {
    ...{ brief: '', parts: [], isNobody: count === 0, ...words },
    count: sayCount(count) + (isLess ? '+' : ''),
    about: isLess ? `At least: ${about.charAt(0).toLowerCase()}${about.slice(1)}` : about,
    ...(all ? { share: shareOf(count, all) } : {}),
  };
}

/** What there is to say of a step: of an end how many ended there, of others how many are in it and have passed it, and what else is so. */
export function numbersOf(
  step: Step,
  { inside, passed, left, entered }: JourneyStepNumbers,
  { more, moreInside }: Counted = { more: false, moreInside: false },
  exits: Journey['exits'] = [],
): NumberLine[] {
  const isEnd = step.kind === 'end';
  const all = more ? undefined : entered;
  const gone = Object.values(left).reduce((sum, count) => sum + count, 0);
  const lines = [
    lineOf(inside, hereNow, moreInside, all),
    lineOf(passed, havePassed, more, all),
    {
      ...lineOf(gone, isEnd ? haveEnded : haveLeft, more, all),
      parts: byCount(left).map(([reason, count]) =>
        lineOf(count, leaving(reason, isEnd ? 'ended' : exits), more, all),
      ),
    },
  ];
  return lines.filter(({ isNobody, ask }) => !isNobody || (ask.how === 'left') === isEnd);
}

const hereNow: Words = {
  ...{ what: 'here now', brief: 'here', ask: { how: 'here' } },
  about: 'Enrolments that are in this step at this moment.',
};
const havePassed: Words = {
  ...{ what: 'passed', brief: 'passed', ask: { how: 'passed' } },
  about: 'Enrolments that were in this step and went on from it, each once, whatever became of them later.',
};
const haveLeft: Words = {
  ...{ what: 'left here', brief: 'left', ask: { how: 'left' } },
  about: 'Enrolments that left the journey while they were in this step.',
};
const haveEnded: Words = {
  ...{ what: 'ended here', brief: 'ended here', ask: { how: 'left' } },
  about: 'Enrolments whose way through the journey ended with this step.',
};
const insideNow: Words = {
  ...{ what: 'inside now', ask: { how: 'here' } },
  about: 'Enrolments that are in any step of this journey at this moment.',
};

const byCount = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).toSorted(([, a], [, b]) => b - a);

/** What there is to say of a journey as a whole. */
export function numbersOfAll({ exits, steps }: Journey, numbers: JourneyNumbersView): NumberLine[] {
  const { inside, ends, more, moreInside } = numbers;
  const ofEnds = Object.values(steps).flatMap((step) => (step.kind === 'end' ? [step.reason] : []));
  const named = exits.filter(({ reason }) => !ofEnds.includes(reason));
  return [
    lineOf(inside, insideNow, moreInside),
    ...byCount(ends).map(([reason, count]) => lineOf(count, leaving(reason, named), more)),
  ];
}

/** Those who left for a reason, which is an exit's, an end's own, or one that the host gives. */
function leaving(reason: string, exits: Journey['exits'] | 'ended'): Words {
  return { ...sayReason(reason, exits), ask: { how: 'left', reason } };
}

/** Why somebody left, as it stands after a number: "12 reached the goal". */
export function sayReason(
  reason: string,
  exits: Journey['exits'] | 'ended',
): Pick<NumberLine, 'what' | 'about'> {
  const failed = stepThatFailed(reason);
  const plain = sayName(reason).toLowerCase();
  if (exits !== 'ended' && exits.some((exit) => exit.reason === reason))
    return { what: `left by exit: ${plain}`, about: 'Enrolments that this exit of the journey took out.' };
  if (failed !== undefined)
    return { what: `failed at ${failed}`, about: 'Enrolments for which this step could not be done.' };
  return (
    known[reason] ?? {
      what: `${exits === 'ended' ? 'ended' : 'left'}: ${plain}`,
      about: 'Enrolments that were over for this reason.',
    }
  );
}

const known: Partial<Record<string, Pick<NumberLine, 'what' | 'about'>>> = {
  goal: { what: 'reached the goal', about: 'Enrolments that came to what this journey is for.' },
  stopped: {
    what: 'left: the journey was stopped',
    about: 'Enrolments that were inside when somebody stopped the journey.',
  },
  merged: {
    what: 'left: the contact became one with another',
    about: 'Enrolments of contacts that turned out to be somebody who was inside already.',
  },
};

/** "4%"; nothing that is there reads as none, and not quite all as all. */
export function shareOf(count: number, all: number): string {
  const percent = Math.round((100 * count) / all);
  if (percent === 0 && count > 0) return '<1%';
  if (percent === 100 && count < all) return '>99%';
  return `${percent}%`;
}

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** Which enrolments the numbers are about, and how much of them is known. */
export function sayPeriod({ of, more, since, untraced }: JourneyNumbersView): string {
  if (of === 0) return 'Nobody has entered yet.';
  const all = more
    ? `Counted on the latest ${sayCount(of)} enrolments of all versions; a plus means at least.`
    : `Counted on all ${countOf(of, 'enrolment')} of all versions${since === undefined ? '' : ` since ${date.format(new Date(since))}`}.`;
  if (untraced === 0) return all;
  return `${all} Of ${sayCount(untraced)} of them it was not kept which steps they passed; they count only where they are or left.`;
}

/** As it stands in a box of the drawing. */
export type BriefNumber = { count: string; what: string };
export const inBrief = (lines: readonly NumberLine[]): BriefNumber[] =>
  lines.map(({ count, brief }) => ({ count, what: brief }));
export const sayInBrief = (lines: readonly BriefNumber[]): string =>
  lines.map(({ count, what }) => `${count} ${what}`).join(', ');
