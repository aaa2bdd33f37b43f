import * as z from 'zod';
import { base, MessageChannel } from './common.ts';

const Language = z
  .string()
  .regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a language such as "de", or with its country "pt-BR"');

const Texts = z.strictObject({
  subject: z.string().max(200).optional(),
  body: z.string().min(1).max(50_000),
});

/**
 * Message text in Liquid. It sees `contact`, `event`, `answer`, `offer`, `enrolment`, and the links `unsubscribe` and
 * `preferences`, and can reach nothing else. The body of an e-mail that begins with `<mjml>` is MJML; any other is plain text.
 */
export const Template = z
  .strictObject({
    ...base,
    channel: MessageChannel,
    /** What contacts get whose language is not known or not among `languages`. */
    language: Language,
    languages: z.record(Language, Texts),
    /** Values with which the designer previews the template and the tests render it. */
    sample: z.record(z.string(), z.json()),
  })
  .refine(({ language, languages }) => Object.hasOwn(languages, language), {
    path: ['language'],
    error: 'must be one of the languages that the template is written in',
  });
export type Template = z.infer<typeof Template>;

/** What `unsubscribe` and `preferences` stand for where a template is rendered for nobody. */
export const sampleLinks = {
  unsubscribe: 'https://mail.example.com/unsubscribe/sample',
  preferences: 'https://mail.example.com/preferences/sample',
};

export const isMjml = (body: string): boolean => /^\s*<mjml[\s>]/.test(body);

/**
 * The language in which a template speaks to a contact: the contact's own, else the same language of any country, else
 * the template's default. `wanted` comes from outside and may be anything, `de_AT` and `DE` included.
 */
export function languageFor({ language, languages }: Template, wanted: unknown): string {
  const [, spoken = '', country = ''] =
    typeof wanted === 'string' ? (/^\s*([a-z]{2})(?:[-_]([a-z]{2}))?\s*$/i.exec(wanted) ?? []) : [];
  const base = spoken.toLowerCase();
  const written = Object.keys(languages).sort();
  return (
    written.find((one) => one === `${base}-${country.toUpperCase()}`) ??
    written.find((one) => one === base) ??
    written.find((one) => base !== '' && one.startsWith(`${base}-`)) ??
    language
  );
}
