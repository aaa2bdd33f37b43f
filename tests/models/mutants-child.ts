import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { seededRandom } from '../support/synthetic-events.ts';
import type { Explored, Scenario } from './explore.ts';
import { type Mutant, mutants } from './mutants.ts';

/**
 * Run as a process of its own, because it changes what modules hold: tries every wrong variant on its model and prints
 * what found it out, one JSON line each. Arguments: which of so many shares, as `0/2`, and perhaps part of a name.
 */
const [share = '0/1', only = ''] = process.argv.slice(2);
const [part = 0, parts = 1] = share.split('/').map(Number);
const root = join(import.meta.dirname, '../..');
/** A variant has its own instance of these; all else is the same for all. */
const own = ['functions/use-cases/', 'functions/repositories/', 'tests/models/'].map((folder) =>
  join(root, folder),
);

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const variant = variantOf(context.parentURL);
    if (variant === undefined || !resolved.url.startsWith('file:')) return resolved;
    const file = fileURLToPath(resolved.url);
    return own.some((folder) => file.startsWith(folder))
      ? { ...resolved, url: `${resolved.url}?variant=${variant}` }
      : resolved;
  },
  load(url, context, next) {
    const loaded = next(url, context);
    const mutant = mutants[variantOf(url) ?? -1];
    if (!mutant) return loaded;
    const file = fileURLToPath(url);
    const edits = mutant.edits.filter((edit) => join(root, edit.file) === file);
    const source = edits.reduce(
      (text, { found, replaced }) => text.replace(found, () => replaced),
      String(loaded.source),
    );
    return { ...loaded, source };
  },
});

function variantOf(url: string | undefined): number | undefined {
  const variant = url === undefined ? null : new URL(url).searchParams.get('variant');
  return variant === null ? undefined : Number(variant);
}

type Tried = {
  models: Record<string, () => Promise<Scenario[]>>;
  wander(scenario: Scenario, options: { schedules: number; random: () => number }): Promise<Explored>;
  explore(scenario: Scenario, options: { schedules: number }): Promise<Explored>;
};

/** `undefined`: nothing found it out. */
async function findOut(mutant: Mutant, variant: number): Promise<string | undefined> {
  const at = (file: string) => `${pathToFileURL(join(import.meta.dirname, file)).href}?variant=${variant}`;
  const { models, wander, explore }: Tried = {
    ...(await import(at('models.ts'))),
    ...(await import(at('explore.ts'))),
  };
  try {
    const scenarios = await models[mutant.scenario.split(':')[0] ?? '']?.();
    const scenario = scenarios?.find(({ name }) => name === mutant.scenario);
    if (!scenario) return undefined;
    const wandered = await wander(scenario, { schedules: 150, random: seededRandom(mutant.name) });
    const { violation } = wandered.violation ? wandered : await explore(scenario, { schedules: 2500 });
    return violation?.what;
  } catch (error) {
    return String(error);
  }
}

for (const [variant, mutant] of mutants.entries()) {
  if (variant % parts !== part || !mutant.name.includes(only)) continue;
  const stale = mutant.edits.filter(
    ({ file, found }) => readFileSync(join(root, file), 'utf8').split(found).length !== 2,
  );
  const begun = performance.now();
  const killed = stale.length > 0 ? undefined : await findOut(mutant, variant);
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(2));
  const tried = {
    name: mutant.name,
    stale: stale.map(({ file, found }) => `${file}: ${found}`),
    killed: killed?.split('\n')[0],
    seconds,
  };
  process.stdout.write(`${JSON.stringify(tried)}\n`);
}
