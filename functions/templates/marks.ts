/**
 * Liquid in a text that something else is to read first. Every tag and output is replaced by a mark, a plain word that
 * MJML takes for text, and comes back when MJML is done. Line breaks inside Liquid stay, so that lines keep their number.
 */
export type Marked = { text: string; liquid: readonly string[] };

export const markPattern = /baton0liquid(\d+)x/g;

const liquidPattern = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

export function markLiquid(source: string): Marked {
  const liquid: string[] = [];
  const text = source.replace(liquidPattern, (found) => {
    liquid.push(found);
    return `baton0liquid${liquid.length - 1}x${found.replace(/[^\n]/g, '')}`;
  });
  return { text, liquid };
}

/** Puts Liquid back where its marks are. */
export const unmark = (text: string, liquid: readonly string[]): string =>
  text.replace(markPattern, (_, index: string) => liquid[Number(index)] ?? '');

/** The numbers of the marks in a text. */
export const marksIn = (text: string): number[] =>
  Array.from(text.matchAll(markPattern), ([, index]) => Number(index));

/** The line (from 1) of the first of several texts that stands there. */
export function lineOf(text: string, ...wanted: string[]): number | undefined {
  const position = wanted.map((one) => text.indexOf(one)).find((found) => found >= 0);
  return position === undefined ? undefined : text.slice(0, position).split('\n').length;
}
