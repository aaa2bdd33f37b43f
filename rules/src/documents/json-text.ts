import type { ProblemCode } from '../check/problems.ts';
import { forbiddenNames } from './common.ts';

/** What no document comes near. Whatever reads one takes time by these, so that nobody can hold it up with one text. */
export const textLimits = { characters: 1_000_000, depth: 40, values: 100_000, entries: 5000 } as const;

/** The first thing in a text that keeps it from being read; `path` leads as far as the text was understood. */
export type TextFlaw = { code: ProblemCode; path: string; what: string };

/**
 * Reads JSON more strictly than `JSON.parse`: a key that stands twice would silently lose the first, and names of
 * JavaScript's object machinery have no place in a document. Mistakes are named with line and column.
 */
export function readJsonText(
  source: string,
  values: number = textLimits.values,
): { value: unknown } | { flaw: TextFlaw } {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  if (text.length > textLimits.characters)
    return { flaw: { code: 'too-large', path: '', what: `The text has ${text.length} characters.` } };

  const flaw = new Scan(text, values).document();
  return flaw ? { flaw } : { value: JSON.parse(text) };
}

/** The same for what may also be a value already, with as many values in it as its kind comes near. */
export function readJsonValue(input: unknown, values: number): ReturnType<typeof readJsonText> {
  if (typeof input === 'string') return readJsonText(input, values);
  const flaw = flawOfValue(input, values);
  return flaw ? { flaw } : { value: input };
}

/** One pass over a text. It holds the position only; the value itself is left to `JSON.parse`. */
class Scan {
  private at = 0;
  private values = 0;
  private readonly text: string;
  private readonly valuesAtMost: number;

  constructor(text: string, valuesAtMost: number) {
    this.text = text;
    this.valuesAtMost = valuesAtMost;
  }

  document(): TextFlaw | undefined {
    const flaw = this.value([]);
    if (flaw) return flaw;
    this.space();
    return this.at < this.text.length ? this.unexpected('the end of the text', []) : undefined;
  }

  private value(path: readonly (string | number)[]): TextFlaw | undefined {
    this.space();
    if (path.length > textLimits.depth) return tooDeep(path);
    this.values += 1;
    if (this.values > this.valuesAtMost) return tooMany(this.valuesAtMost);
    const start = this.text[this.at];
    if (start === '{') return this.object(path);
    if (start === '[') return this.list(path);
    if (start === '"') return this.string(path);
    return this.literal(path);
  }

  private object(path: readonly (string | number)[]): TextFlaw | undefined {
    const keys = new Set<string>();
    this.at += 1;
    if (this.take('}')) return undefined;
    do {
      this.space();
      const from = this.at;
      if (this.text[from] !== '"') return this.unexpected('a key in double quotes', path);
      const broken = this.string(path);
      if (broken) return broken;
      const key: string = JSON.parse(this.text.slice(from, this.at));
      const below = [...path, key];
      if (forbiddenNames.includes(key))
        return { code: 'forbidden-key', path: below.join('.'), what: `"${key}" is not allowed as a key.` };
      if (keys.has(key))
        return {
          code: 'duplicate-key',
          path: below.join('.'),
          what: `${this.place(from)}: "${key}" stands here a second time.`,
        };
      keys.add(key);
      if (keys.size > textLimits.entries) return tooLong(path);
      if (!this.take(':')) return this.unexpected('":"', below);
      const flaw = this.value(below);
      if (flaw) return flaw;
    } while (this.take(','));
    return this.take('}') ? undefined : this.unexpected('"," or "}"', path);
  }

  private list(path: readonly (string | number)[]): TextFlaw | undefined {
    this.at += 1;
    if (this.take(']')) return undefined;
    let index = 0;
    do {
      const flaw = this.value([...path, index]);
      if (flaw) return flaw;
      index += 1;
      if (index > textLimits.entries) return tooLong(path);
    } while (this.take(','));
    return this.take(']') ? undefined : this.unexpected('"," or "]"', path);
  }

  private string(path: readonly (string | number)[]): TextFlaw | undefined {
    const from = this.at;
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] ?? '';
      if (character === '"') {
        this.at += 1;
        return undefined;
      }
      if (character < ' ') return this.unexpected('a closing quote (line breaks are written \\n)', path);
      if (character !== '\\') continue;
      const form = /(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
      form.lastIndex = this.at + 1;
      const match = form.exec(this.text);
      if (!match) return this.unexpected('an escape such as \\n, \\" or \\u00e9', path);
      this.at += match[0].length;
    }
    this.at = from;
    return this.unexpected('a text with a closing quote', path);
  }

  private literal(path: readonly (string | number)[]): TextFlaw | undefined {
    const form = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    form.lastIndex = this.at;
    const match = form.exec(this.text);
    if (!match) return this.unexpected('a value', path);
    this.at += match[0].length;
    return undefined;
  }

  private take(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at += 1;
  }

  private unexpected(wanted: string, path: readonly (string | number)[]): TextFlaw {
    const found = this.at < this.text.length ? JSON.stringify(this.text[this.at]) : 'the end of the text';
    return {
      code: 'not-json',
      path: path.join('.'),
      what: `${this.place(this.at)}: expected ${wanted}, found ${found}.`,
    };
  }

  private place(offset: number): string {
    const before = this.text.slice(0, offset);
    return `Line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
  }
}

/** The same refusals for a value that was never a text: nesting (a value inside itself included) and forbidden keys. */
function flawOfValue(root: unknown, values: number): TextFlaw | undefined {
  let seen = 1;
  const open: { value: object; path: readonly string[] }[] = isObject(root)
    ? [{ value: root, path: [] }]
    : [];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { value, path } = entry;
    if (path.length > textLimits.depth) return tooDeep(path);
    if (Array.isArray(value) && value.length > textLimits.entries) return tooLong(path);
    const keys = Object.keys(value);
    if (keys.length > textLimits.entries) return tooLong(path);
    seen += keys.length;
    if (seen > values) return tooMany(values);
    for (const key of keys) {
      if (forbiddenNames.includes(key)) {
        const place = [...path, key].join('.');
        return { code: 'forbidden-key', path: place, what: `"${key}" is not allowed as a key.` };
      }
      const below: unknown = Reflect.get(value, key);
      if (isObject(below)) open.push({ value: below, path: [...path, key] });
    }
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

type Place = readonly (string | number)[];

const tooMany = (values: number): TextFlaw => ({
  code: 'too-large',
  path: '',
  what: `Over ${values} values stand in it.`,
});

const tooDeep = (path: Place): TextFlaw => ({
  code: 'too-deep',
  path: path.join('.'),
  what: `Values nest deeper than ${textLimits.depth} levels.`,
});

const tooLong = (path: Place): TextFlaw => ({
  code: 'too-large',
  path: path.join('.'),
  what: `Over ${textLimits.entries} entries stand here.`,
});
