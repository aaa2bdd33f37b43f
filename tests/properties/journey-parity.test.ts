import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences, plays } from '../support/journey-parity.ts';

test('a host takes the steps that the simulator takes, and comes to the same ends, whatever happens', async () => {
  const played = fc.sample(plays, { numRuns: 30, seed: 20_260_105 });

  const { compared, differ } = await differences(played);

  expect(differ).toEqual([]);
  expect(compared).toBeGreaterThan(10);
});
