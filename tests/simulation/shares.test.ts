import { expect, test } from 'vitest';
import { quickRandom } from '../support/quick-random.ts';
import { underPressure } from './caps.ts';
import { raceTrack } from './races.ts';

/* A share of what `npm run prove:races` and `npm run prove:caps` show in full. */

test('an event and the timer of its wait have one outcome, whichever is a millisecond earlier', async () => {
  const race = await raceTrack();
  const random = quickRandom(20260302);
  const raced = [];
  for (let at = 0; at < 600; at++) raced.push(await race(random));

  expect(raced.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  expect(raced.filter(({ outcome }) => outcome === 'event').length).toBeGreaterThan(50);
  expect(raced.filter(({ outcome }) => outcome === 'timeout').length).toBeGreaterThan(50);
});

test('whoever wants to write to a contact at once, the caps are kept', async () => {
  const press = await underPressure();
  const random = quickRandom(20260302);
  const pressed = [await press(random), await press(random), await press(random)];

  expect(pressed.flatMap(({ problems }) => problems)).toEqual([]);
  for (const { attempts, sent } of pressed) {
    expect(attempts).toBeGreaterThan(1000);
    expect(sent).toBeGreaterThan(100);
  }
});
