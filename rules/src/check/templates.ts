import type { Library } from '../documents/index.ts';
import { type Problem, problem } from './problems.ts';

const unsubscribing = /\{\{-?\s*unsubscribe\s*(\||-?\}\})/;

/**
 * Mail that sells must offer a way out, in every language and whichever journey sends it. The text of a template is
 * checked by whoever can read it: `functions/templates`.
 */
export function checkTemplates({ journeys, templates }: Library): Problem[] {
  const selling = new Map<string, string>();
  for (const { id, steps } of journeys.values())
    for (const step of Object.values(steps))
      if (step.kind === 'send' && step.channel === 'email' && step.purpose === 'marketing')
        selling.set(step.template, id);

  return [...selling].flatMap(([id, journey]) =>
    Object.entries(templates.get(id)?.languages ?? {})
      .filter(([, { body }]) => !unsubscribing.test(body))
      .map(([language]) =>
        problem(
          'template-without-unsubscribe',
          `templates/${id}`,
          `languages.${language}.body`,
          `The journey "${journey}" sends it as marketing, and there is no {{ unsubscribe }}.`,
        ),
      ),
  );
}
