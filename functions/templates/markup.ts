import { marksIn } from './marks.ts';

/**
 * Reads the HTML of a mail as strictly as it can be read, while marks stand for Liquid.
 *
 * 1. What a browser and this reader might take for different things is refused: attributes without quotes, `<` inside
 *    an attribute, odd comments. So a mark stands for a browser where it stands here.
 * 2. Only elements that show something are let through; none of them runs anything, loads a page or sends a form.
 * 3. Liquid may stand in text and in quoted attributes, where an escaped value cannot end what it stands in; never in
 *    styles, names, or comments.
 * 4. What Outlook alone reads (`<!--[if mso]>`) is read like everything else.
 */
export type MarkupFlaw = { mark?: number; near?: string; what: string };
export type Attribute = { name: string; value: string };
export type Markup = { attributes: readonly Attribute[]; flaws: readonly MarkupFlaw[] };

const elements = new Set(
  `html head title meta style body div span p a b strong i em u s small sub sup br hr img center font blockquote pre code
   h1 h2 h3 h4 h5 h6 ul ol li table caption colgroup col thead tbody tfoot tr td th noscript xml label input`.split(
    /\s+/,
  ),
);
const outlookElement = /^[ovw]:[a-z]+$/i;

const conditional = /<!--<!\[endif\]-->|<!--\[if [^\]<>-]*\]>(?:<!-->)?|<!\[endif\]-->/g;
const token =
  /<!doctype html>|<!--(?!-?>)(?:(?!--!?>)[\s\S])*-->|<\/([a-z][a-z0-9:]*)\s*>|<([a-z][a-z0-9:]*)((?:\s+[a-z_:][a-z0-9_:.-]*(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'))?)*)\s*\/?>|<(?=[a-z/!?])/giy;
const attribute = /\s+([a-z_:][a-z0-9_:.-]*)(?:\s*=\s*("[^"<]*"|'[^'<]*'))?/gi;

export function readMarkup(html: string): Markup {
  const text = html.replace(conditional, (found) => ' '.repeat(found.length));
  const attributes: Attribute[] = [];
  const flaws: MarkupFlaw[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) {
      at += 1;
      continue;
    }
    const [whole, , name, inside = ''] = found;
    if (whole === '<') return { attributes, flaws: [...flaws, unreadable(text, at)] };
    at += whole.length;
    if (whole.startsWith('<!--') && marksIn(whole).length > 0)
      flaws.push({ mark: marksIn(whole)[0], what: 'Liquid stands in a comment. Take it out.' });
    if (name === undefined) continue;
    const read = readAttributes(inside);
    attributes.push(...read);
    flaws.push(...flawsOfElement(name.toLowerCase(), read));
    if (!/^(style|title)$/i.test(name)) continue;
    const end = text.toLowerCase().indexOf(`</${name.toLowerCase()}`, at);
    if (end < 0)
      flaws.push({ near: `<${name}`, what: `<${name}> is not closed and swallows the rest. Close it.` });
    if (name.toLowerCase() === 'style' && end >= 0) {
      const [mark] = marksIn(text.slice(at, end));
      if (mark !== undefined)
        flaws.push({ mark, what: 'Liquid stands in a style. Choose between classes instead.' });
      at = end;
    }
  }
  return { attributes, flaws };
}

function unreadable(text: string, at: number): MarkupFlaw {
  const near = text.slice(at, at + 60);
  return {
    mark: marksIn(near)[0],
    near: near.split(/[\n>]/)[0] ?? '',
    what: 'This tag cannot be read for sure. Write attributes as name="value", and "<" in texts as "&lt;".',
  };
}

const readAttributes = (text: string): Attribute[] =>
  Array.from(text.matchAll(attribute), ([, name = '', quoted = '']) => ({
    name: name.toLowerCase(),
    value: quoted.slice(1, -1),
  }));

function flawsOfElement(name: string, attributes: readonly Attribute[]): MarkupFlaw[] {
  const near = `<${name}`;
  if (marksIn(name).length > 0)
    return [
      { mark: marksIn(name)[0], what: 'Liquid stands in the name of an element. Choose with {% if %}.' },
    ];
  if (!elements.has(name) && !outlookElement.test(name))
    return [{ near, what: `<${name}> has no place in a mail. Take it out.` }];
  return attributes.flatMap((attribute): MarkupFlaw[] => {
    const [mark] = marksIn(attribute.value);
    if (marksIn(attribute.name).length > 0)
      return [
        {
          mark: marksIn(attribute.name)[0],
          what: 'Liquid stands in the name of an attribute. Put it into a quoted value.',
        },
      ];
    if (/^on|^srcdoc$|^srcset$|^formaction$/.test(attribute.name))
      return [{ near: attribute.name, what: `"${attribute.name}" has no place in a mail. Take it out.` }];
    if (name === 'meta' && attribute.name === 'http-equiv' && /refresh/i.test(attribute.value))
      return [{ near: 'refresh', what: 'A mail must not lead away by itself. Take <meta> out.' }];
    if (attribute.name === 'style' && mark !== undefined)
      return [{ mark, what: 'Liquid stands in a style. Choose between classes instead.' }];
    return [];
  });
}
