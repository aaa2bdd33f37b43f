import { type ContactProfile, mergeEvent, type Occurrence } from '@baton/rules/contact/contact-state.ts';
import { factsAbout } from '@baton/rules/contact/facts-about.ts';
import { keptFor } from '@baton/rules/contact/kept.ts';
import type { EventDocument, FactsDocument } from '@baton/rules/documents/index.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const base = { title: 'A title', why: 'A reason', owner: { team: 'sales' } };
const event = 'order.placed';
const described = { label: 'x', owner: 'sales', type: 'number' } as const;

const catalogue: FactsDocument[] = [
  {
    ...base,
    id: 'value',
    facts: [
      { ...described, path: '$.week', source: { kind: 'sum', event, field: 'amount', days: 7 } },
      { ...described, path: '$.ever', source: { kind: 'sum', event, field: 'amount' } },
      { ...described, path: '$.times', source: { kind: 'sum', event, days: 3 } },
      { ...described, path: '$.usual', source: { kind: 'usual-interval', event } },
      {
        ...described,
        path: '$.change',
        source: { kind: 'change', event, field: 'amount', days: 2, before: 6 },
      },
      { ...described, path: '$.recent', source: { kind: 'count', event, within: 'P5D' } },
      { ...described, path: '$.last', source: { kind: 'attribute' } },
    ],
  },
];
const document: EventDocument = {
  ...base,
  id: event,
  payload: { amount: { type: 'number' } },
  sets: [{ attribute: '$.last', from: '$.amount' }],
  sample: {},
};
const kept = keptFor(catalogue);

const start = Date.parse('2026-01-01T00:00:00.000Z');
const histories = fc
  .array(
    fc.record({
      minutes: fc.integer({ min: 0, max: 30 * 24 * 60 }),
      amount: fc.option(fc.double({ min: -1e6, max: 1e12, noNaN: true }), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map((drafts) =>
    drafts.map(
      ({ minutes, amount }, index): Occurrence => ({
        eventId: `e${index}`,
        type: event,
        at: new Date(start + minutes * 60_000).toISOString(),
        data: amount === undefined ? {} : { amount },
      }),
    ),
  );

const profileOf = (events: readonly Occurrence[]): ContactProfile =>
  events.reduce((profile, each) => mergeEvent(profile, each, document, kept), { attributes: {}, seen: {} });

const nothing = {
  stage: null,
  stageSince: null,
  overlay: null,
  owner: null,
  milestones: {},
  openCases: 0,
  offers: {},
};

test('a profile is the same for every order of arrival, sums to the last digit', () => {
  fc.assert(
    fc.property(
      histories.chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
        ),
      ),
      ([events, shuffled]) => {
        expect(profileOf(shuffled)).toEqual(profileOf(events));
      },
    ),
    { numRuns: 300 },
  );
});

test('windows are what a sum over the whole history gives, although only the latest days are kept', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 0, max: 5 }), (events, later) => {
      const last =
        events
          .map(({ at }) => at)
          .sort()
          .at(-1) ?? new Date(start).toISOString();
      const now = new Date(Date.parse(last) + later * 86_400_000).toISOString();

      const { value } = factsAbout(profileOf(events), nothing, catalogue, now);

      const since = (days: number) =>
        new Date(Date.parse(now.slice(0, 10)) - (days - 1) * 86_400_000).toISOString();
      const inDays = (days: number) => events.filter(({ at }) => at >= since(days));
      expect(value?.times).toBe(inDays(3).length);
      const told = events.length === 0 || events.some(({ data }) => 'amount' in data);
      expect(value?.week).toBe(told ? exactSum(inDays(7)) : undefined);
      expect(value?.ever).toBe(told ? exactSum(events) : undefined);
    }),
    { numRuns: 300 },
  );
});

function exactSum(events: readonly Occurrence[]): number {
  const amounts = events.map(({ data }) => data.amount).filter((amount) => typeof amount === 'number');
  return Number(amounts.reduce((sum, amount) => sum + BigInt(Math.round(amount * 10_000)), 0n)) / 10_000;
}
