import { absenceProblem } from '@baton/rules/cycle/absence.ts';
import { expect, test } from 'vitest';

const now = Date.parse('2026-03-10T09:30:00Z');
const away = (until?: string) => absenceProblem({ reason: 'absent', until }, now);

test.each([
  [undefined, undefined],
  ['2026-03-11T00:00:00Z', undefined],
  ['2027-03-11T00:00:00Z', undefined],
  ['2026-03-10T09:30:00Z', /before it starts/],
  ['2026-03-10T00:00:00Z', /before it starts/],
  ['2027-03-12T00:00:00Z', /more than a year ahead/],
  ['9999-12-31T00:00:00Z', /more than a year ahead/],
  ['2026-02-31T00:00:00Z', /no day/],
])('away until %s', (until, words) => {
  const problem = away(until);

  if (words) expect(problem).toMatch(words);
  else expect(problem).toBeUndefined();
});

test('who has left does not come back', () => {
  expect(absenceProblem({ reason: 'left', until: '2026-03-11T00:00:00Z' }, now)).toMatch(/leave the day out/);
  expect(absenceProblem({ reason: 'left' }, now)).toBeUndefined();
});
