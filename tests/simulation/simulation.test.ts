import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';
import { reproduction, simulate } from './simulation.ts';

/*
 * Everything at once, on virtual time: the library that ships, and whatever goes wrong. Many more seeds:
 * `npm run prove:simulation`.
 */
const library = await shippedLibrary();
const seeds = Array.from({ length: 16 }, (_, at) => String(at + 1));

test.each(seeds)('what goes wrong changes nothing in the end (seed %s)', async (seed) => {
  const { problems } = await simulate(library, seed);

  expect(problems, reproduction(seed)).toEqual([]);
});

test('the same seed gives the same run', async () => {
  const turnsOf = async (seed: string) => {
    const turns: string[] = [];
    await simulate(library, seed, { contacts: 1, onTurn: (turn) => turns.push(turn) });
    return turns;
  };

  const [once, again, other] = [await turnsOf('same'), await turnsOf('same'), await turnsOf('other')];

  expect(once.length).toBeGreaterThan(100);
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});
