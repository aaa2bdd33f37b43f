/*
 * 1. One pass from left to right: every character is looked at a bounded number of times, whatever the HTML is like.
 * 2. What is not closed ends with the text; nothing here refuses.
 */

/** What somebody reads whose mail program shows no HTML: text with its line breaks, and where links and pictures lead. */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  const links: string[] = [];
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    parts.push(decoded(html.slice(at, open < 0 ? html.length : open).replace(/\s+/g, ' ')));
    if (open < 0) break;
    const { end, tag } = tagAt(html, lower, open);
    parts.push(textOf(tag, links, parts));
    at = end;
  }
  return tidy(parts.join(''));
}

/** The tag, comment or unread element at a `<`, and where the text goes on. */
function tagAt(html: string, lower: string, open: number): { end: number; tag: string } {
  if (lower.startsWith('<!--', open)) return { end: after(lower, '-->', open), tag: '' };
  if (!/^<[a-z/!?]/.test(lower.slice(open, open + 2))) return { end: open + 1, tag: '<' };
  const end = after(lower, '>', open);
  const tag = html.slice(open, end);
  const unread = /^<(head|style|script|title)\b/i.exec(tag)?.[1]?.toLowerCase();
  return unread ? { end: after(lower, '>', after(lower, `</${unread}`, end)), tag: '' } : { end, tag };
}

function after(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found + what.length;
}

const blocks =
  /^<\/?(p|div|h[1-6]|ul|ol|table|tr|blockquote|section|article|header|footer|address|pre|body)\b/i;

/** A link's address follows its words, unless they are the address. */
function textOf(tag: string, links: string[], before: readonly string[]): string {
  if (tag === '<') return tag;
  if (/^<br\b/i.test(tag)) return '\n';
  if (/^<hr\b/i.test(tag)) return '\n---\n';
  if (/^<li\b/i.test(tag)) return '\n- ';
  if (/^<\/(td|th)\b/i.test(tag)) return ' ';
  if (/^<img\b/i.test(tag)) return attribute(tag, 'alt');
  if (/^<a\b/i.test(tag)) return remember(links, attribute(tag, 'href'));
  if (/^<\/a\b/i.test(tag)) return linkEnd(links.pop() ?? '', before.at(-1));
  return blocks.test(tag) ? '\n\n' : '';
}

function remember(links: string[], link: string): '' {
  links.push(link);
  return '';
}

const linkEnd = (link: string, words = ''): string =>
  /^(https?:|mailto:|tel:)/i.test(link) && words.trim() !== link ? ` (${link})` : '';

function attribute(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(tag);
  return decoded(found?.[1] ?? found?.[2] ?? found?.[3] ?? '').trim();
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  shy: '',
  zwnj: '',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  euro: '€',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  laquo: '«',
  raquo: '»',
  bdquo: '„',
  ldquo: '“',
  rdquo: '”',
  lsquo: '‘',
  rsquo: '’',
  bull: '•',
  middot: '·',
  times: '×',
};

/** A name that is not on the list stays as it stands. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) =>
    name ? (Object.hasOwn(named, name) ? (named[name] ?? whole) : whole) : character(decimal, hex),
  );

function character(decimal: string | undefined, hex: string): string {
  const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 31 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ' ';
}

const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/[ \u00a0]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
