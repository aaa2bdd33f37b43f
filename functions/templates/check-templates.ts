import { type Problem, problem } from '@baton/rules/check/problems.ts';
import type { Template } from '@baton/rules/documents/index.ts';
import { isMjml } from '@baton/rules/documents/template.ts';
import { type Compiled, compileMail, flawOfLiquid, type MailFlaw } from './compile-mail.ts';

/** The HTML of a template's mails by language, or what is wrong with its texts. */
export type Texts = { html: ReadonlyMap<string, string>; problems: Problem[] };

/** Everything that is wrong with the texts of templates: Liquid that cannot be read, MJML that is none, unsafe mail. */
export async function checkTemplates(templates: Iterable<Template>): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const template of templates) problems.push(...(await compileTemplate(template)).problems);
  return problems;
}

export async function compileTemplate(template: Template): Promise<Texts> {
  const html = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [language, { subject = '', body }] of Object.entries(template.languages)) {
    const at = (field: string, flaws: readonly MailFlaw[]) =>
      problems.push(
        ...flaws.slice(0, shownAtMost).map((flaw) => told(template, `languages.${language}.${field}`, flaw)),
      );
    const flaw = flawOfLiquid(subject, language, 'text');
    if (flaw) at('subject', [flaw]);
    const compiled = await compileBody(template, body, language);
    if (!compiled.ok) at('body', compiled.flaws);
    else if (compiled.html !== '') html.set(language, compiled.html);
  }
  return { html, problems };
}

/** More of them would rather hide than show what is wrong. */
const shownAtMost = 10;

/** `html` is empty for what is sent as plain text. */
async function compileBody({ channel }: Template, body: string, language: string): Promise<Compiled> {
  if (isMjml(body) && channel === 'email') return compileOnce(body, language);
  if (channel === 'email' ? /^\s*</.test(body) : isMjml(body))
    return {
      ok: false,
      flaws: [{ code: 'not-mjml', line: 1, what: 'Only an e-mail can be HTML, and it begins with <mjml>.' }],
    };
  const flaw = flawOfLiquid(body, language, 'text');
  return flaw ? { ok: false, flaws: [flaw] } : { ok: true, html: '' };
}

/** A publication looks at a text twice, when it checks it and when it puts it. */
const compiled = new Map<string, Compiled>();
const rememberedAtMost = 200;

async function compileOnce(body: string, language: string): Promise<Compiled> {
  const name = `${language} ${body}`;
  const known = compiled.get(name);
  if (known) return known;
  const fresh = await compileMail(body, language);
  if (compiled.size >= rememberedAtMost) compiled.clear();
  compiled.set(name, fresh);
  return fresh;
}

const told = ({ id }: Template, path: string, { code, line, what }: MailFlaw): Problem =>
  problem(code, `templates/${id}`, path, line === undefined ? what : `Line ${line}: ${what}`);
