import type { Json } from '@baton/rules/json.ts';

/*
 * Most expressions of a machine name a value or compare one with a word. Those are read here, at once; jsonata takes
 * ten times as long for them. It stays the authority: whatever is not surely what it would answer is left to it, and
 * a law holds the two equal.
 */

/** `undefined`: ask jsonata. */
type Plain = (bindings: { [name: string]: unknown }) => Json | undefined;

/** `$a.b.c`, or that `= 'word'`, `= true` or `= false`; `undefined` for every other expression. */
export function plainExpression(source: string): Plain | undefined {
  const [, path = '', word, flag] =
    /^\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?: = (?:'([^'\\]*)'|(true|false)))?$/.exec(source) ?? [];
  const names = path.split('.');
  if (path === '' || names.some((name) => reserved.has(name))) return undefined;
  const wanted = flag === undefined ? word : flag === 'true';
  if (wanted === undefined) return (bindings) => named(bindings, names);
  return (bindings) => {
    const value = named(bindings, names);
    return isSingle(value) ? value === wanted : undefined;
  };
}

/** Words of the language, which are no names everywhere. */
const reserved = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** Lists are left to jsonata, which goes into them; and so is what is absent, which it may refuse. */
function named(bindings: { [name: string]: unknown }, names: readonly string[]): Json | undefined {
  let value: unknown = bindings;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return isSingle(value) || isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSingle(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
