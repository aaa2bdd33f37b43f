import type { Json } from '@baton/rules/json.ts';

const head = /<mj-head>[\s\S]*?<\/mj-head>/g;
const output = /\{\{-?\s*([\w.]+)(\s*\|[^}]*)?-?\}\}/g;
const tag = /\{%-?[\s\S]*?-?%\}/g;

/**
 * A text as it reads with sample values: outputs become their values, tags go. It is for the eye; what is sent is made
 * by the host, which knows the whole language.
 */
export function previewText(text: string, sample: Readonly<Record<string, Json>>): string {
  return text
    .replace(head, '')
    .replace(output, (_, path: string) => shown(valueAt(sample, path.split('.'))))
    .replace(tag, '');
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return valueAt(Reflect.get(value, name), rest);
}

const shown = (value: unknown): string =>
  (value === undefined || value === null ? '…' : typeof value === 'object' ? '…' : String(value)).replace(
    /[<>&]/g,
    (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&amp;'),
  );
