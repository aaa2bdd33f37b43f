import { compileMail } from '@baton/functions/templates/compile-mail.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import type { Template } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';

/** A mail of one column. The content begins on line 5. */
export const mjmlOf = (content: string, head = ''): string =>
  `<mjml>
<mj-head><mj-title>A mail</mj-title>${head}</mj-head>
<mj-body><mj-section><mj-column>

${content}
</mj-column></mj-section></mj-body>
</mjml>
`;

export const textOf = (content: string): string => mjmlOf(`<mj-text>${content}</mj-text>`);

export const mailTemplate = (bodies: Record<string, string>, own: Partial<Template> = {}): Template => ({
  id: 'letter',
  title: 'Letter',
  why: 'To have something to send.',
  owner: { team: 'marketing' },
  channel: 'email',
  language: 'en',
  languages: Object.fromEntries(
    Object.entries(bodies).map(([language, body]) => [language, { subject: `Letter ${language}`, body }]),
  ),
  sample: {},
  ...own,
});

/** What is sent, or why not. */
export async function rendered(body: string, values: JsonObject, language = 'en'): Promise<string> {
  const compiled = await compileMail(body, language);
  if (!compiled.ok) throw new Error(compiled.flaws.map(({ what }) => what).join(' '));
  const template = mailTemplate({ [language]: body }, { language });
  const result = await renderTemplate(template, values, async () => compiled.html);
  return result.ok ? result.message.body : `not sent: ${result.reason}`;
}

/** What a mail holds between what is the same in every rendering; a value can have changed nothing else. */
export function valuesIn(html: string, marker: string, mail: string): string[] | undefined {
  const [first = '', ...pieces] = html.split(marker);
  if (!mail.startsWith(first)) return undefined;
  let at = first.length;
  const found: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const end = index === pieces.length - 1 ? mail.length - piece.length : mail.indexOf(piece, at);
    if (end < at || mail.slice(end, end + piece.length) !== piece) return undefined;
    found.push(mail.slice(at, end));
    at = end + piece.length;
  }
  return found;
}
