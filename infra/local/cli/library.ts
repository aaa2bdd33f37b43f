import { resolve } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { checkTemplates } from '@baton/functions/templates/check-templates.ts';
import { check } from '@baton/rules/check/check.ts';
import type { Problem } from '@baton/rules/check/problems.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { Refusal } from './failure.ts';

/** The documents that ship with the product. */
const shippedLibrary = resolve(import.meta.dirname, '../../../rules/library');

export async function readLibrary(
  folder = shippedLibrary,
): Promise<{ library: Library; problems: Problem[] }> {
  const read = await loadLibrary(resolve(folder)).catch((error: unknown) => {
    throw new Refusal(
      `${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}; name a folder with documents`,
    );
  });
  const { library } = read;
  const texts = await checkTemplates(library.templates.values());
  return { library, problems: [...read.problems, ...check(library), ...texts] };
}

/** The library, or a refusal that names the first problems; nothing is published that does not fit. */
export async function soundLibrary(folder?: string): Promise<Library> {
  const { library, problems } = await readLibrary(folder);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return library;
  const shown = errors.slice(0, 5).map(describeProblem);
  const more = errors.length > shown.length ? `\n  and ${errors.length - shown.length} more` : '';
  throw new Refusal(
    `the documents have ${errors.length} problems; "baton validate" lists them all\n  ${shown.join('\n  ')}${more}`,
  );
}

export const describeProblem = ({ document, path, message, code }: Problem): string =>
  `${document}${path ? ` ${path}` : ''}: ${message} [${code}]`;
