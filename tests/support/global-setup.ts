import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildDesigner } from '@baton/infra/designer.ts';

const designer = join(import.meta.dirname, '../../designer');

/**
 * Before all tests: the designer as it ships, once, and the compiler options that its own sources ask for, which an
 * installation takes away and a build that was not needed does not bring back.
 */
export async function setup(): Promise<void> {
  await buildDesigner();
  if (existsSync(join(designer, 'node_modules/$app'))) return;
  const kit = dirname(createRequire(join(designer, 'package.json')).resolve('@sveltejs/kit/package.json'));
  execFileSync(process.execPath, [join(kit, 'svelte-kit.js'), 'sync'], { cwd: designer, stdio: 'ignore' });
}
