import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { designerBuild } from '../designer.ts';
import { type FunctionName, functions } from '../functions.ts';

const root = join(import.meta.dirname, '../..');

/** Where the bundles lie, a folder for each function. */
export const bundles = join(root, 'dist', 'functions');

export type Bundle = { name: FunctionName; files: Record<string, number> };

/**
 * Builds the bundle of every function.
 *
 * 1. The AWS SDK comes with the runtime; everything else is in the bundle.
 * 2. The bytes depend on the sources alone: no paths, no times, no source maps.
 * 3. What is loaded later (`import()`) is a part of its own beside `index.mjs`: templating, the MJML compiler, and what
 *    talks to AWS.
 * 4. The JSONPath library, which could run code, is left out: our own path resolver takes its place in json-rules-engine.
 *    So are the events that it raises for each rule, to which nobody listens: its results are read. So
 *    is what the MJML compiler asks for and no mail uses (`functions/templates/mjml.ts`).
 */
export async function bundleFunctions(folder = bundles): Promise<Bundle[]> {
  rmSync(folder, { recursive: true, force: true });
  const sizes: Bundle[] = [];
  for (const name of functionNames()) {
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    await build({
      entryPoints: { index: join(import.meta.dirname, 'functions', `${name}.ts`) },
      outdir: target,
      outExtension: { '.js': '.mjs' },
      chunkNames: 'part-[hash]',
      splitting: true,
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
    sizes.push({ name, files: fileSizes(target) });
  }
  cpSync(join(root, 'rules/library'), join(folder, 'deploy-library', 'library'), {
    recursive: true,
    filter: (file) => !file.endsWith('.md'),
  });
  cpSync(designerBuild, join(folder, 'deploy-site', 'site'), { recursive: true });
  return sizes;
}

const fileSizes = (folder: string): Record<string, number> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));

export const functionNames = (): FunctionName[] =>
  Object.keys(functions).filter((name): name is FunctionName => name in functions);

/** Dependencies in CommonJS ask for Node's own modules by `require`. */
const requireForCommonJs =
  "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

const stubs: Record<string, string> = {
  'jsonpath-plus': `export function JSONPath() { throw new Error('JSONPath is not part of this function'); }`,
  cheerio: '',
  // A plain function, because the ES5 classes of json-rules-engine call it without `new`.
  eventemitter2: `export default function Silent() {}
    Silent.prototype = { constructor: Silent, on() { return this; }, async emitAsync() {} };`,
};

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(bundle) {
    bundle.onResolve({ filter: /^(jsonpath-plus|cheerio|eventemitter2)$/ }, ({ path }) => ({
      path,
      namespace: 'stub',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: stubs[path] ?? '' }));
  },
};
