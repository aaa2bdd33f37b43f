import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../support/synthetic-events.ts';
import { explore, wander } from './explore.ts';
import { models } from './models.ts';
import { told } from './told.ts';

/*
 * Each protocol on the real use cases: a share of all interleavings in their order, and as many at random. All of them:
 * `npm run prove:models`.
 */
const share = 40;

describe.each(Object.entries(models))('the protocol %s', async (name, scenariosOf) => {
  const scenarios = await scenariosOf();
  const done = { schedules: 0, whole: 0 };
  afterAll(() => {
    console.info(
      `${name}: ${done.schedules} schedules, ${done.whole} of ${scenarios.length} worlds as a whole`,
    );
  });

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_name, scenario) => {
      const explored = await explore(scenario, { schedules: share });
      const wandered = await wander(scenario, { schedules: share, random: seededRandom(name) });

      done.schedules += explored.schedules + wandered.schedules;
      if (explored.complete) done.whole++;

      expect(told(explored)).toBe('');
      expect(told(wandered)).toBe('');
    },
  );
});
