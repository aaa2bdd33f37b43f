import type { ErrorView } from '@baton/functions/api/views.ts';
import { expect } from 'vitest';
import * as z from 'zod';
import type { Answer, Ran } from './running-host.ts';

const said = z.string().regex(/\S/);
const Refused = z.strictObject({
  /** What is there instead, where somebody else was first. */
  draft: z.unknown().optional(),
  error: said,
  problems: z.array(z.strictObject({ path: said, reason: said, remedy: said })).min(1),
});
const stack = /^\s+at .+[:(]|node:internal|\.ts:\d+/m;

/** A refusal says where, why and what to do, and nothing about the code behind it. */
export function expectRefusal(
  { status, body }: Pick<Answer, 'status' | 'body'>,
  expected: number,
): ErrorView {
  expect({ status, body }).toMatchObject({ status: expected });
  expect(JSON.stringify(body)).not.toMatch(stack);
  return Refused.parse(body);
}

/** A command that cannot do what it is asked says so in words and ends with a code; `says` are all in its words. */
export function expectRefusedCommand({ code, stderr, stdout }: Ran, ...says: (string | RegExp)[]): void {
  expect(code, stdout + stderr).toBeGreaterThan(0);
  expect(stderr).toMatch(/^baton: /m);
  expect(stderr).not.toContain('something went wrong that should not');
  expect(stdout + stderr).not.toMatch(stack);
  for (const words of says) expect(stderr).toMatch(words);
}
