import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { HostileReport } from '../support/hostile-child.ts';

/**
 * A share of `prove:hostile`, which meets 10,000 documents and holds each to 50 ms. It runs in a process of its own,
 * where prototypes are closed and which is stopped if one document blocks it for good.
 */
let report: HostileReport;
beforeAll(() => {
  const child = join(import.meta.dirname, '../support/hostile-child.ts');
  const seed = String(Date.now());
  console.info(`hostile documents: seed ${seed}`);
  report = JSON.parse(
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', child, seed], {
      encoding: 'utf8',
      maxBuffer: 64_000_000,
      timeout: 100_000,
    }),
  );
});

test('every hostile document is refused or done, and brings nobody down', () => {
  expect(report.met.filter(({ fate }) => fate.kind === 'crashed')).toEqual([]);
  expect(new Set(report.met.map(({ fate }) => fate.kind))).toEqual(new Set(['refused', 'done']));
});

test('a refusal says where and why', () => {
  for (const { fate } of report.met) {
    if (fate.kind !== 'refused') continue;
    expect(fate.paths.length).toBeGreaterThan(0);
    expect(fate.said).not.toBe('');
  }
});

test('none runs code, changes a prototype or leaves a global behind', () => {
  expect(report.ran).toBe(0);
  expect(report.changed).toEqual([]);
});

test('none takes time out of proportion', () => {
  // Twenty times what the proof allows: cold code, a shared machine. What loops or multiplies takes far more.
  expect(report.met.filter(({ ms }) => ms > 1000)).toEqual([]);
});
