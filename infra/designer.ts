import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');

/** Where the built designer lies. */
export const designerBuild = join(root, 'designer', 'build');

/** Builds the designer where it has not been built, or was changed since; throws with what the build says. */
export async function buildDesigner(): Promise<void> {
  const built = join(designerBuild, 'index.html');
  if (existsSync(built) && newest(join(root, 'designer', 'src')) <= statSync(built).mtimeMs) return;
  process.stderr.write('building the designer (once)…\n');
  try {
    await promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'],
      {
        cwd: join(root, 'designer'),
        env: { ...process.env, NODE_ENV: 'production' },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
  } catch (error) {
    throw new Error(
      `the designer could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function newest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}
