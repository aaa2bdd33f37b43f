import type { Journey, Step } from '../documents/journey.ts';
import { exits } from '../journey/step-kinds.ts';
import { type Difference, differences } from './difference.ts';

/** What became of a step: `rewired` where only its ways lead elsewhere, `changed` where it does something else. */
export type Fate = 'added' | 'removed' | 'changed' | 'rewired';

export type ArrowChange = { from: string; title: string; before?: string; after?: string };

export type JourneyChanges = {
  /** Steps that are not as they were; a step that only has another name is one removed and one added. */
  steps: ReadonlyMap<string, Fate>;
  arrows: ArrowChange[];
  /** Where else they differ: in a step's fields (`steps`, its id, the field) and in the journey's settings. */
  fields: Difference[];
};

/** What changed between two journeys, as it is drawn. */
export function journeyChanges(before: Journey, after: Journey): JourneyChanges {
  const fates = new Map<string, Fate>();
  const arrows: ArrowChange[] = [];
  const fields: Difference[] = [];
  if (before.start !== after.start)
    arrows.push({ from: '', title: 'start', before: before.start, after: after.start });
  for (const id of new Set([...Object.keys(before.steps), ...Object.keys(after.steps)])) {
    const [was, is] = [before.steps[id], after.steps[id]];
    if (!was || !is) {
      fates.set(id, was ? 'removed' : 'added');
      continue;
    }
    const led = rewired(id, was, is);
    const own = differences(was, is, ['steps', id]).filter(({ path }) => !isArrow(path, was, is));
    arrows.push(...led);
    fields.push(...own);
    if (own.length > 0) fates.set(id, 'changed');
    else if (led.length > 0) fates.set(id, 'rewired');
  }
  const { steps: _, start: __, ...settings } = before;
  const { steps: ___, start: ____, ...newSettings } = after;
  return { steps: fates, arrows, fields: [...fields, ...differences(settings, newSettings)] };
}

function rewired(from: string, was: Step, is: Step): ArrowChange[] {
  const [before, after] = [exits(was), exits(is)];
  const paths = [...new Set([...before, ...after].map(({ path }) => path))];
  return paths.flatMap((path) => {
    const old = before.find((exit) => exit.path === path);
    const now = after.find((exit) => exit.path === path);
    if (old?.to === now?.to) return [];
    return [{ from, title: (now ?? old)?.title ?? '', before: old?.to, after: now?.to }];
  });
}

/** Whether a difference is where an arrow leads, which is told as such. Lists are compared by names or from 1 on. */
function isArrow(path: readonly string[], was: Step, is: Step): boolean {
  const field = path.at(-1) ?? '';
  const inOwnField = path.length === 3 || path[2] === 'await';
  const leads = [...exits(was), ...exits(is)].some((exit) => exit.path.split('.').at(-1) === field);
  return leads && (inOwnField || field === 'next');
}
