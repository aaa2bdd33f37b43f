/**
 * SES allows letters, digits, "_" and "-" in the value of a tag; send ids have dots. Every other character is written as
 * `_hex_`, and so is the underscore, so that no two ids become one.
 */
export const toTag = (text: string): string =>
  text.replace(/[^A-Za-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);

export const fromTag = (tag: string): string =>
  tag.replace(/_([0-9a-f]{1,6})_/g, (_whole, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
