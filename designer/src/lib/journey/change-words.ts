import type { Journey } from '@baton/rules/documents/journey.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import { journeyChanges } from '@baton/rules/edit/journey-changes.ts';
import { type ChangeLine, sayPath, sidesOf, tellChanges } from '#lib/document/words.ts';
import { bare, sentenceOf } from './sentence.ts';

/** What changed between two journeys, in words: steps by their titles, arrows by where they lead. */
export function tellJourneyChanges(
  before: unknown,
  after: unknown,
  say: (text: string) => string,
): ChangeLine[] {
  if (!hasShape('journeys', before) || !hasShape('journeys', after)) return tellChanges(before, after);
  const { steps, arrows, fields } = journeyChanges(before, after);
  const told = [...steps].flatMap(([id, fate]): ChangeLine[] => {
    const step = fate === 'added' ? after.steps[id] : before.steps[id];
    if (!step || (fate !== 'added' && fate !== 'removed')) return [];
    const sentence = say(sentenceOf(step));
    return [
      {
        kind: fate,
        where: `Step “${step.title}”`,
        ...(fate === 'added' ? { after: sentence } : { before: sentence }),
      },
    ];
  });
  const led = arrows.map(({ from, title, before: was, after: is }): ChangeLine => {
    const step = after.steps[from] ?? before.steps[from];
    const way = title === 'then' || title === 'start' ? '' : `, ${bare(say(title))}`;
    return {
      kind: 'changed',
      where: step ? `“${step.title}”${way} leads to` : 'The journey starts with',
      ...(was === undefined ? {} : { before: titleIn(was, before) }),
      ...(is === undefined ? {} : { after: titleIn(is, after) }),
    };
  });
  const rest = fields.map((difference): ChangeLine => {
    const [top, id = '', ...path] = difference.path;
    const title = top === 'steps' ? (after.steps[id]?.title ?? id) : undefined;
    return {
      kind: difference.kind,
      where: title === undefined ? sayPath(difference.path) : `“${title}” › ${sayPath(path)}`,
      ...sidesOf(difference),
    };
  });
  return [...told, ...led, ...rest];
}

const titleIn = (id: string, { steps }: Journey): string => steps[id]?.title ?? id;
