import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { type FunctionName, functions } from '../functions.ts';

const root = join(import.meta.dirname, '../..');

/** Where the bundles lie, a folder for each function. */
export const bundles = join(root, 'dist', 'functions');

/**
 * Builds the bundle of every function.
 *
 * 1. The AWS SDK comes with the runtime; everything else is in the bundle.
 * 2. The bytes depend on the sources alone: no paths, no times, no source maps.
 * 3. Two things that no Lambda of ours uses are left out: the JSONPath library, whose place in json-rules-engine is taken
 *    by our own path resolver and which could run code, and zod's writer of JSON Schemas.
 */
export async function bundleFunctions(folder = bundles): Promise<{ name: FunctionName; bytes: number }[]> {
  rmSync(folder, { recursive: true, force: true });
  const sizes: { name: FunctionName; bytes: number }[] = [];
  for (const name of functionNames()) {
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    const outfile = join(target, 'index.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'functions', `${name}.ts`)],
      outfile,
      absWorkingDir: root,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      conditions: ['import', 'module'],
      external: ['@aws-sdk/*'],
      legalComments: 'none',
      logLevel: 'error',
      banner: { js: requireForCommonJs },
      plugins: [withoutUnused],
    });
    sizes.push({ name, bytes: readFileSync(outfile).byteLength });
  }
  cpSync(join(root, 'rules/library'), join(folder, 'deploy-library', 'library'), { recursive: true });
  return sizes;
}

export const functionNames = (): FunctionName[] =>
  Object.keys(functions).filter((name): name is FunctionName => name in functions);

/** Dependencies in CommonJS ask for Node's own modules by `require`. */
const requireForCommonJs =
  "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

const stubs: Record<string, string> = {
  'jsonpath-plus': `export function JSONPath() { throw new Error('JSONPath is not part of this function'); }`,
};

const withoutUnused = {
  name: 'without-unused',
  setup(bundle: Parameters<NonNullable<Parameters<typeof build>[0]['plugins']>[number]['setup']>[0]) {
    bundle.onResolve({ filter: /^jsonpath-plus$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    bundle.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: stubs[path] ?? '' }));
  },
};
