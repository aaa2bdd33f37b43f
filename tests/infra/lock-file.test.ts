import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'));
const packages: Record<
  string,
  { optionalDependencies?: Record<string, string>; resolved?: string; link?: boolean }
> = lock.packages;

/** Where Node would find a package that another one asks for: beside it, or in a folder further up. */
function found(from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

test('the lock file names the binaries of every platform, or npm ci fails on other machines', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter((name) => !found(path, name)),
  );

  expect(missing).toEqual([]);
});

test('the lock file carries no download addresses', () => {
  const addresses = Object.values(packages).filter(({ resolved, link }) => resolved !== undefined && !link);

  expect(addresses).toEqual([]);
});
