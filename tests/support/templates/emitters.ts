import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@baton/functions/metrics.ts';
import type { Emitters } from './project-rules.ts';

/** Which functions count or measure what, read from their bundles: there a call names its metric in quotes. */
export function emittersIn(bundles: string): Emitters {
  const texts = readdirSync(bundles).map((name) => {
    const files = readdirSync(join(bundles, name)).filter((file) => file.endsWith('.mjs'));
    return { name, text: files.map((file) => readFileSync(join(bundles, name, file), 'utf8')).join('\n') };
  });
  return Object.fromEntries(
    Object.keys(catalogue).map((metric) => [
      metric,
      texts.filter(({ text }) => text.includes(`"${metric}"`)).map(({ name }) => name),
    ]),
  );
}
