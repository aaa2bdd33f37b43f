import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const parts = [
  'cdk.json',
  'package.json',
  'rules',
  'functions',
  'infra',
  'designer/build',
  'tests/support',
  'tests/package.json',
];

/**
 * Copies what bundles and templates are made from into another folder. Packages are linked, but our own are those of the
 * copy, so that nothing comes from the first folder by a side door.
 */
export function copyCheckout(folder: string): void {
  for (const part of parts)
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.endsWith('node_modules'),
    });
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@baton'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@baton') symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const name of ['rules', 'functions', 'infra', 'tests'])
    symlinkSync(join(folder, name), join(modules, '@baton', name));
}
