import { expect, test } from 'vitest';
import { callerIn } from '../../designer/src/lib/desk/caller.ts';

test.each([
  ['phone=%2B49%20221%20555-0134', '+492215550134'],
  ['phone=+49 221 5550134', '+492215550134'],
  ['phone=0049 (221) 5550134', '+492215550134'],
  ['phone=0221 5550134', '02215550134'],
  ['phone=anonymous', ''],
  ['email= Ana@Example.com ', 'ana@example.com'],
  ['q=Ana', 'ana'],
  ['', ''],
])('a telephone system that says "%s" asks for "%s"', (query, sought) => {
  expect(callerIn(new URLSearchParams(query))).toBe(sought);
});
