import { markPattern } from './marks.ts';
import type { MjmlFlaw } from './mjml.ts';

/** Elements that hold elements only; MJML drops what else stands in them. */
const holdNoText = new Set([
  'mjml',
  'mj-head',
  'mj-attributes',
  'mj-body',
  'mj-wrapper',
  'mj-section',
  'mj-group',
  'mj-column',
  'mj-hero',
  'mj-social',
  'mj-navbar',
  'mj-accordion',
  'mj-accordion-element',
  'mj-carousel',
]);

const refused: Record<string, string> = {
  'mj-include': '<mj-include> reads files, and a template has none. Write the text here.',
  'mj-html-attributes':
    '<mj-html-attributes> is not supported. Give the attributes to the elements themselves.',
};

/** Nothing in it runs to the end of the text more than once, so that no text takes long. */
const tagPattern =
  /<!--[\s\S]*?(?:-->|$)|<(\/?)(mj[a-z-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g;

/**
 * What MJML itself would pass over in silence: elements that are not closed, text between elements, which is lost, and
 * what would read files.
 */
export function flawsOfMjml(marked: string): MjmlFlaw[] {
  const open: { name: string; line: number }[] = [];
  const flaws: MjmlFlaw[] = [];
  let read = 0;
  let line = 1;
  for (const found of marked.matchAll(tagPattern)) {
    const [whole, closing, name, attributes = '', empty] = found;
    const between = marked.slice(read, found.index);
    const top = open.at(-1);
    flaws.push(...lostText(between, line, top?.name));
    line += linesIn(between);
    if (name !== undefined && !closing) {
      flaws.push(...flawsOfTag(name, attributes).map((what) => ({ line, what })));
      if (!empty) open.push({ name, line });
    } else if (name !== undefined) {
      if (top?.name !== name) return [...flaws, { line, what: wronglyClosed(name, top) }];
      open.pop();
    }
    line += linesIn(whole);
    read = found.index + whole.length;
  }
  const unclosed = open.at(-1);
  if (unclosed) return [...flaws, { line: unclosed.line, what: `<${unclosed.name}> is not closed.` }];
  return [...flaws, ...lostText(marked.slice(read), line, undefined)];
}

function flawsOfTag(name: string, attributes: string): string[] {
  const has = (attribute: string) => new RegExp(`\\s${attribute}\\s*=`).test(attributes);
  if (refused[name]) return [refused[name]];
  if (name === 'mj-style' && has('inline'))
    return ['<mj-style inline> is not supported. Use <mj-class>, or a style without "inline".'];
  if (name === 'mj-image' && !has('alt'))
    return ['<mj-image> has no "alt". Say what it shows, or alt="" if it says nothing.'];
  return [];
}

const wronglyClosed = (name: string, top: { name: string; line: number } | undefined): string =>
  top
    ? `</${name}> stands where </${top.name}> belongs, which was opened on line ${top.line}.`
    : `</${name}> closes nothing.`;

function lostText(text: string, line: number, inside: string | undefined): MjmlFlaw[] {
  if (text.trim() === '' || (inside !== undefined && !holdNoText.has(inside))) return [];
  const at = line + linesIn(text.slice(0, text.search(/\S/)));
  if (text.replace(markPattern, '').trim() === '')
    return [{ line: at, what: 'Liquid between elements would be lost. Put it into <mj-raw>.' }];
  const shown = JSON.stringify(text.replace(markPattern, '{{…}}').trim().slice(0, 30));
  return [{ line: at, what: `${shown} between elements would be lost. Put it into <mj-text>.` }];
}

const linesIn = (text: string): number => text.split('\n').length - 1;
