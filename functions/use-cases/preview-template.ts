import type { Problem as CheckProblem } from '@baton/rules/check/problems.ts';
import { isMjml, languageFor, sampleLinks, Template } from '@baton/rules/documents/template.ts';
import { missingValues } from '@baton/rules/sending/missing-values.ts';
import * as z from 'zod';
import { htmlToText } from '../adapters/html-to-text.ts';
import type { PreviewView } from '../api/views.ts';
import { compileTemplate } from '../templates/check-templates.ts';
import { renderTemplate } from './render-template.ts';

/** `language`: instead of the one that the contact among the values speaks. */
export const AskPreview = z.strictObject({
  template: Template,
  values: z.record(z.string(), z.json()),
  language: z.string().max(10).optional(),
});
export type AskPreview = z.infer<typeof AskPreview>;

/**
 * A message as it would be sent with these values, by the very code that sends, within the same bounds on work. Nothing is
 * read and nothing kept, so whoever asks brings the values that they may see.
 */
export async function previewTemplate({ template, values, language }: AskPreview): Promise<PreviewView> {
  const spoken =
    language !== undefined && template.languages[language] ? language : languageOf(template, values);
  const texts = template.languages[spoken] ?? { body: '' };
  const one: Template = { ...template, language: spoken, languages: { [spoken]: texts } };
  const given = { ...sampleLinks, ...values };
  const missing = missingValues(`${texts.subject ?? ''}\n${texts.body}`, given);
  const { html, problems } = await compileTemplate(one);
  if (problems.length > 0) return { language: spoken, text: '', missing, problems: problems.map(told) };

  const rendered = await renderTemplate(one, given, async () => html.get(spoken));
  if (!rendered.ok) {
    const problem = { path: `languages.${spoken}.body`, message: `It cannot be sent: ${rendered.reason}.` };
    return { language: spoken, text: '', missing, problems: [problem] };
  }
  const { subject, body } = rendered.message;
  return {
    language: spoken,
    ...(subject === undefined ? {} : { subject }),
    ...(isMjml(texts.body) ? { html: body, text: htmlToText(body) } : { text: body }),
    missing,
    problems: [],
  };
}

const languageOf = (template: Template, { contact }: AskPreview['values']): string =>
  languageFor(
    template,
    typeof contact === 'object' && contact !== null && !Array.isArray(contact) ? contact.language : undefined,
  );

const told = ({ path, message }: CheckProblem): PreviewView['problems'][number] => ({ path, message });
