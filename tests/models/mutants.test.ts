import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { mutants } from './mutants.ts';

const Tried = z.object({
  name: z.string(),
  stale: z.array(z.string()),
  killed: z.string().optional(),
  seconds: z.number(),
});

/** Two processes, because a variant is modules that are read otherwise. */
const shares = ['0/2', '1/2'].map(tryShare);

test.each(mutants.map(({ name, scenario }, at) => [name, scenario, at] as const))(
  '%s is found out (%s)',
  async (name, _scenario, at) => {
    const tried = (await shares[at % shares.length])?.find((other) => other.name === name);

    expect(tried?.stale).toEqual([]);
    expect(tried?.killed).toBeDefined();
  },
);

function tryShare(share: string): Promise<z.infer<typeof Tried>[]> {
  const script = join(import.meta.dirname, 'mutants-child.ts');
  const child = spawn(process.execPath, ['--no-warnings', script, share], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(
            out
              .trim()
              .split('\n')
              .map((line) => Tried.parse(JSON.parse(line))),
          )
        : reject(new Error(`the variants ended with code ${code}`)),
    );
  });
}
