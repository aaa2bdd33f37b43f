import type { JsonObject } from '../json.ts';

// One after the other, so that no text makes either go over it twice.
const output = /\{\{([^{}]*)\}\}/g;
const named = /^-?\s*([a-zA-Z_][\w-]*(?:\.[\w-]+)*)(.*)$/s;

/**
 * The names that a text writes out and for which nothing is known, each once and in order: where they stand a reader would
 * see a gap. What has a `default` leaves none. Names that a tag makes (`assign`, `for`, `capture`) are not looked at.
 */
export function missingValues(text: string, values: JsonObject): string[] {
  const made = new Set(Array.from(text.matchAll(making), ([, name = '']) => name));
  const missing = Array.from(text.matchAll(output)).flatMap(([, inside = '']) => {
    const [, path, rest = ''] = named.exec(inside) ?? [];
    if (path === undefined || literals.has(path)) return [];
    const [root = ''] = path.split('.');
    if (/\|\s*default\s*:/.test(rest) || made.has(root) || root === 'forloop') return [];
    return isKnown(values, path.split('.')) ? [] : [path];
  });
  return [...new Set(missing)];
}

const literals = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank']);

const making = /\{%-?\s*(?:assign|capture|for|tablerow|increment|decrement)\s+([\w-]+)/g;

function isKnown(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined && value !== null && value !== '';
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
  return isKnown(Reflect.get(value, name), rest);
}
