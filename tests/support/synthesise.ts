import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildDesigner } from '@baton/infra/designer.ts';
import type { TestProject } from 'vitest/node';
import { copyCheckout } from './templates/copy-checkout.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with a copy of the checkout for each stage, bundled and synthesised. */
    synthesised: string;
  }
}

/** Everything that a deployment can be told. */
const everything = {
  stage: 'prod',
  domain: 'crm.example.com',
  certificate: 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
  mailFrom: 'hello@example.com',
  smsOrigination: 'phone-0123456789abcdef0123456789abcdef',
  webhookUrl: 'https://hooks.example.com/baton',
  alarms: 'ops@example.com',
  cmk: 'true',
};

/** Bundles and synthesises both stages once for all test files, each in a copy of the checkout of its own. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-synthesised-'));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  try {
    await buildDesigner();
    await Promise.all([
      synthesise(join(folder, 'dev'), { stage: 'dev' }),
      synthesise(join(folder, 'prod'), everything),
    ]);
  } catch (error) {
    clear();
    throw error;
  }
  project.provide('synthesised', folder);
  return clear;
}

async function synthesise(folder: string, context: Record<string, string>): Promise<void> {
  copyCheckout(folder);
  await promisify(execFile)(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(folder, 'tests/support/synthesise-child.ts'),
      JSON.stringify(context),
    ],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
  );
}
