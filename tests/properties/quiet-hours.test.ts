import { expect, test } from 'vitest';
import { attemptAroundChanges } from '../support/quiet-attempts.ts';

test('nothing is sent, around any change of any zone, while its wall clock shows quiet hours', async () => {
  const { changes, sent, held, violations } = await attemptAroundChanges({
    perChange: 6,
    seed: 1,
    every: 10,
  });

  expect(changes).toBeGreaterThan(150);
  expect(Math.min(sent, held)).toBeGreaterThan(150);
  expect(violations).toEqual([]);
});
