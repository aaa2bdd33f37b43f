import type { Journey } from '../documents/index.ts';
import { exits, successors } from '../journey/step-kinds.ts';
import { didYouMean } from './nearest.ts';
import { type Problem, problem } from './problems.ts';

/** Checks the drawing of a journey: every arrow leads somewhere, every step is met, everybody comes to an end. */
export function checkGraph(journey: Journey): Problem[] {
  return [
    ...danglingArrows(journey),
    ...unmetSteps(journey),
    ...endlessSteps(journey),
    ...loopsWithoutWait(journey),
  ];
}

/** A suggestion compares with every step; who has this many arrows astray has other worries. */
const suggestedAtMost = 20;

function danglingArrows(journey: Journey): Problem[] {
  const names = Object.keys(journey.steps);
  const arrows = Object.entries(journey.steps).flatMap(([id, step]) =>
    exits(step).map(({ to, path }) => ({ to, path: `steps.${id}.${path}` })),
  );
  return [{ to: journey.start, path: 'start' }, ...arrows]
    .filter(({ to }) => !Object.hasOwn(journey.steps, to))
    .map(({ to, path }, index) => {
      const meant = index < suggestedAtMost ? didYouMean(to, names) : '';
      return problem('no-such-step', at(journey), path, `There is no step "${to}".${meant}`);
    });
}

function unmetSteps(journey: Journey): Problem[] {
  const met = reached([journey.start], (id) => arrowsFrom(journey, id));
  return Object.keys(journey.steps)
    .filter((id) => !met.has(id))
    .map((id) =>
      problem('unmet-step', at(journey), `steps.${id}`, `No way from the start leads to "${id}".`),
    );
}

function endlessSteps(journey: Journey): Problem[] {
  const ends = Object.keys(journey.steps).filter((id) => journey.steps[id]?.kind === 'end');
  const before = new Map<string, string[]>();
  for (const from of Object.keys(journey.steps))
    for (const to of arrowsFrom(journey, from)) {
      const known = before.get(to);
      if (known) known.push(from);
      else before.set(to, [from]);
    }
  const ending = reached(ends, (id) => before.get(id) ?? []);
  return Object.keys(journey.steps)
    .filter((id) => !ending.has(id))
    .map((id) =>
      problem('no-way-to-end', at(journey), `steps.${id}`, `From "${id}" no way leads to an end.`),
    );
}

/** Every arrow that closes a circle which takes no time; a wait until a date does not count, the date may have passed. */
function loopsWithoutWait(journey: Journey): Problem[] {
  const done = new Set<string>();
  const under = new Set<string>();
  const problems: Problem[] = [];
  const visit = (id: string) => {
    const step = journey.steps[id];
    if (!step || done.has(id)) return;
    under.add(id);
    for (const { to, path, waits } of exits(step)) {
      if (waits) continue;
      if (under.has(to))
        problems.push(
          problem(
            'loop-without-wait',
            at(journey),
            `steps.${id}.${path}`,
            `"${id}" leads back to "${to}" at once.`,
          ),
        );
      else visit(to);
    }
    under.delete(id);
    done.add(id);
  };
  for (const id of Object.keys(journey.steps)) visit(id);
  return problems;
}

function arrowsFrom({ steps }: Journey, id: string): string[] {
  const step = Object.hasOwn(steps, id) ? steps[id] : undefined;
  return step ? successors(step).filter((to) => Object.hasOwn(steps, to)) : [];
}

function reached(from: readonly string[], next: (id: string) => string[]): Set<string> {
  const found = new Set(from);
  for (const id of found) for (const to of next(id)) found.add(to);
  return found;
}

function at({ id }: Journey): string {
  return `journeys/${id}`;
}
