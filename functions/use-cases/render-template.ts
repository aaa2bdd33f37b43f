import type { Template } from '@baton/rules/documents/index.ts';
import { isMjml, languageFor } from '@baton/rules/documents/template.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { isHtml } from '../adapters/check-message.ts';
import { inWords } from '../templates/bound-work.ts';
import { renderLiquid } from '../templates/liquid.ts';

export type Rendered =
  | { ok: true; message: { subject?: string; body: string } }
  | { ok: false; reason: string };

/**
 * Fills a template with the facts of one contact, in the language of the contact. `htmlOf` gives the compiled HTML of a mail that is
 * written in MJML.
 */
export async function renderTemplate(
  template: Template,
  given: JsonObject,
  htmlOf: (language: string) => Promise<string | undefined>,
): Promise<Rendered> {
  const values = withKnownZone(given);
  const language = languageFor(template, spokenBy(values));
  const { subject, body = '' } = template.languages[language] ?? {};
  const html = isMjml(body) ? await htmlOf(language) : undefined;
  if (isMjml(body) && html === undefined) return { ok: false, reason: `no HTML for language ${language}` };
  try {
    const text = renderLiquid(html ?? body, html === undefined ? 'text' : 'html', language, values);
    if (html === undefined && template.channel === 'email' && isHtml(text))
      return { ok: false, reason: 'a plain text would be taken for HTML' };
    return {
      ok: true,
      message: subject
        ? { subject: oneLine(renderLiquid(subject, 'text', language, values)), body: text }
        : { body: text },
    };
  } catch (error) {
    return {
      ok: false,
      reason:
        error instanceof Error
          ? inWords(error.message.split('\n')[0] ?? 'cannot be rendered')
          : 'cannot be rendered',
    };
  }
}

const spokenBy = ({ contact }: JsonObject): unknown =>
  typeof contact === 'object' && contact !== null && !Array.isArray(contact) ? contact.language : undefined;

/** A zone that nobody knows must not keep a message from being sent; the instant is then given in UTC. */
function withKnownZone(values: JsonObject): JsonObject {
  const { contact } = values;
  if (typeof contact !== 'object' || contact === null || Array.isArray(contact)) return values;
  const { timeZone, ...others } = contact;
  const known = typeof timeZone === 'string' && (zones.has(timeZone) || timeZone === 'UTC');
  return timeZone === undefined || known ? values : { ...values, contact: others };
}

const zones = new Set(Intl.supportedValuesOf('timeZone'));

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
