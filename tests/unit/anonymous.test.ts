import { factsFrom } from '@baton/rules/conditions/path.ts';
import { anonymous, type Recorded } from '@baton/rules/journey/anonymous.ts';
import { outcomeOf, runJourneyTests, scriptOf } from '@baton/rules/journey/run-tests.ts';
import { simulate } from '@baton/rules/journey/simulate.ts';
import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';

const library = await shippedLibrary();
const journey = library.journeys.get('cart-abandonment');
if (!journey) throw new Error('the library has no cart-abandonment');

const recorded: Recorded = {
  facts: {
    contact: {
      name: 'Jonas Weber',
      email: 'jonas@example.com',
      phone: '+49 40 1234567',
      timeZone: 'Europe/Berlin',
      valueTier: 'a',
    },
  },
  events: [
    {
      at: '2025-11-03T10:00:00.000Z',
      type: 'cart.updated',
      data: {
        cartId: 'order of jonas@example.com',
        items: 12,
        note: 'Jonas Weber',
        until: '2025-11-05T10:00:00Z',
      },
    },
    {
      at: '2025-11-03T22:00:00.000Z',
      type: 'cart.checked-out',
      data: { cartId: 'order of jonas@example.com' },
    },
  ],
};
const play = anonymous(recorded, journey, library);

test('keeps no name, mailbox or telephone, whichever field they stand in', () => {
  expect(JSON.stringify(play)).not.toMatch(/jonas|weber|@|1234567/i);
});

test('keeps equal texts equal, numbers, spans and the time zone', () => {
  expect(play.events).toEqual([
    {
      at: 'PT0S',
      type: 'cart.updated',
      data: { cartId: 'text-1', items: 12, note: 'text-2', until: '2026-01-07T09:00:00.000Z' },
    },
    { at: 'PT12H', type: 'cart.checked-out', data: { cartId: 'text-1' } },
  ]);
  expect(play.facts).toEqual({ contact: { timeZone: 'Europe/Berlin' } });
});

test('plays as what was recorded, and holds as a test of the journey', async () => {
  const draft = { name: 'a real cart', ...play, expect: { effects: [], end: null } };
  const script = scriptOf(journey.id, draft);
  const played = await simulate(journey, library, { ...script, facts: factsFrom(play.facts) });
  const kept = { ...draft, expect: outcomeOf(played) };

  const [result] = await runJourneyTests({ ...journey, tests: [kept] }, library);

  expect(kept.expect.end).toEqual({ at: 'PT12H', reason: 'bought' });
  expect(result).toMatchObject({ name: 'a real cart', passed: true });
});

test('keeps texts that the journey or the catalogue names, because they decide', () => {
  const welcome = [...library.journeys.values()].find((one) => JSON.stringify(one.steps).includes('"equal"'));
  const constant = /"operator":"(?:\w+:)?equal","value":"([^"]+)"/.exec(JSON.stringify(welcome))?.[1];
  if (!welcome || !constant) return;

  const { events } = anonymous(
    { facts: {}, events: [{ at: '2026-01-05T09:00:00Z', type: 'x.y', data: { choice: constant } }] },
    welcome,
    library,
  );

  expect(events[0]?.data).toEqual({ choice: constant });
});
