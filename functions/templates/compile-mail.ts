import { secureLinks } from './links.ts';
import { parseLiquid } from './liquid.ts';
import { lineOf, markLiquid, marksIn, unmark } from './marks.ts';
import { type Attribute, type MarkupFlaw, readMarkup } from './markup.ts';
import { type MjmlFlaw, mjmlToHtml } from './mjml.ts';
import { flawsOfMjml } from './read-mjml.ts';

/** Gmail cuts off what lies behind, and with it the link to unsubscribe. https://support.google.com/mail */
const largestMail = 102_400;

export type MailFlaw = MjmlFlaw & { code: 'not-liquid' | 'not-mjml' | 'unsafe-markup' | 'mail-too-large' };
export type Compiled = { ok: true; html: string } | { ok: false; flaws: MailFlaw[] };

/**
 * Compiles MJML with Liquid in it to HTML with Liquid in it, so that sending only fills in values. The same source gives
 * the same HTML. What is safe to send is decided here: see `markup.ts` and `links.ts`.
 */
export async function compileMail(source: string, language: string): Promise<Compiled> {
  const unparsed = flawOfLiquid(source, language);
  if (unparsed) return { ok: false, flaws: [unparsed] };

  const { text, liquid } = markLiquid(source);
  const misread = flawsOfMjml(text);
  if (misread.length > 0) return { ok: false, flaws: coded('not-mjml', misread) };
  const { html, flaws } = await mjmlToHtml(inLanguage(text, language));
  if (flaws.length > 0) return { ok: false, flaws: coded('not-mjml', flaws) };
  const lost = lostLiquid(text, html, liquid);
  if (lost.length > 0) return { ok: false, flaws: coded('not-mjml', lost) };

  const { attributes, flaws: unsafe } = readMarkup(html);
  const secured = [...liquid];
  const dangers = [
    ...unsafe,
    ...tornLiquid(attributes, liquid, language),
    ...secureLinks(attributes, secured),
  ];
  if (dangers.length > 0) return { ok: false, flaws: coded('unsafe-markup', placed(dangers, text, liquid)) };

  const mail = unmark(withoutIndent(html), secured);
  if (Buffer.byteLength(mail) > largestMail) return { ok: false, flaws: [tooLarge(mail)] };
  return { ok: true, html: mail };
}

const coded = (code: MailFlaw['code'], flaws: readonly MjmlFlaw[]): MailFlaw[] =>
  flaws.map(({ line, what }) => ({ code, line, what }));

export function flawOfLiquid(
  text: string,
  language: string,
  form: 'text' | 'html' = 'html',
): MailFlaw | undefined {
  try {
    parseLiquid(text, form, language);
    return undefined;
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const [, what = first, line] = /^(.*?)(?:, line:(\d+), col:\d+)?$/.exec(first) ?? [];
    return { code: 'not-liquid', line: line === undefined ? undefined : Number(line), what: `${what}.` };
  }
}

/** Screen readers and hyphenation need the language; who writes it into `<mjml>` decides. */
const inLanguage = (text: string, language: string): string =>
  text.replace(/^\s*<mjml(?![^>]*\slang\s*=)/, (found) => `${found} lang="${language}"`);

/** Liquid that MJML read and did not write, for instance in an attribute that has no effect. */
function lostLiquid(text: string, html: string, liquid: readonly string[]): MjmlFlaw[] {
  const written = new Set(marksIn(html));
  return marksIn(text)
    .filter((mark) => !written.has(mark))
    .map((mark) => ({
      line: lineOf(text, `baton0liquid${mark}x`),
      what: `MJML would lose ${liquid[mark]}. Put it where a text stands.`,
    }));
}

/** A tag that begins in an attribute and ends elsewhere would move what lies between into another place. */
function tornLiquid(
  attributes: readonly Attribute[],
  liquid: readonly string[],
  language: string,
): MarkupFlaw[] {
  return attributes.flatMap(({ value }) => {
    const [mark] = marksIn(value);
    if (mark === undefined || !flawOfLiquid(unmark(value, liquid), language)) return [];
    return [{ mark, what: 'A Liquid tag in an attribute must begin and end inside it.' }];
  });
}

const placed = (flaws: readonly MarkupFlaw[], text: string, liquid: readonly string[]): MjmlFlaw[] =>
  flaws.map(({ mark, near, what }) => ({
    line: mark === undefined ? lineOf(text, near ?? '') : lineOf(text, `baton0liquid${mark}x`),
    what: unmark(what, liquid),
  }));

/** A third of the HTML is indentation; only in preformatted text does it mean anything. */
const withoutIndent = (html: string): string =>
  /<pre[\s>]/i.test(html) ? html : html.replace(/\n\s+/g, '\n');

const tooLarge = (mail: string): MailFlaw => ({
  code: 'mail-too-large',
  what: `As HTML it has ${Math.ceil(Buffer.byteLength(mail) / 1024)} kB; mail programs cut it off at 100 kB.`,
});
