import { check } from '@baton/rules/check/check.ts';
import { evaluate } from '@baton/rules/conditions/evaluate.ts';
import { type ContactProfile, mergeEvent } from '@baton/rules/contact/contact-state.ts';
import { type CycleState, factsAbout } from '@baton/rules/contact/facts-about.ts';
import { keptFor } from '@baton/rules/contact/kept.ts';
import type { Source } from '@baton/rules/documents/facts.ts';
import type { FactsDocument } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { aLibrary, aRule, leaf } from '../support/documents.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const now = '2026-06-30T12:00:00.000Z';
const outside: CycleState = {
  stage: null,
  stageSince: null,
  overlay: null,
  owner: null,
  milestones: {},
  openCases: 0,
  offers: {},
};

const daysAgo = (days: number, hour = 12): string =>
  new Date(Date.parse(now) - days * 86_400_000 + (hour - 12) * 3_600_000).toISOString();

type Order = [at: string, amount?: number];

function profileOf(orders: readonly Order[], catalogue: Iterable<FactsDocument>): ContactProfile {
  const kept = keptFor(catalogue);
  return orders.reduce<ContactProfile>(
    (profile, [at, amount], index) => {
      const data: JsonObject = amount === undefined ? {} : { amount, total: amount };
      return mergeEvent(profile, { eventId: `o${index}`, type: 'order.placed', at, data }, undefined, kept);
    },
    { attributes: {}, seen: {} },
  );
}

function fact(path: string, source: Source): FactsDocument['facts'][number] {
  const described = { path, label: path, owner: 'data', source };
  return source.kind === 'bands'
    ? { ...described, type: 'enum', values: ['a', 'b', 'c'] }
    : { ...described, type: 'number' };
}

function catalogueOf(sources: Record<string, Source>): FactsDocument[] {
  const facts = Object.entries(sources).map(([name, source]) => fact(`$.${name}`, source));
  return [{ id: 'value', title: 'Value', why: 'A test', owner: { team: 'data' }, facts }];
}

function derive(sources: Record<string, Source>, orders: readonly Order[]): JsonObject | undefined {
  const catalogue = catalogueOf(sources);
  return factsAbout(profileOf(orders, catalogue), outside, catalogue, now).value;
}

const own = (path: string) => ({ fact: 'value', path });
const event = 'order.placed';

describe('a sum', () => {
  test('adds fractions as they are written, over whole days and for ever', () => {
    const orders: Order[] = [[daysAgo(0), 0.1], [daysAgo(6, 0), 0.2], [daysAgo(7, 23), 5], [daysAgo(1)]];

    const value = derive(
      {
        week: { kind: 'sum', event, field: 'amount', days: 7 },
        ever: { kind: 'sum', event, field: 'amount' },
        times: { kind: 'sum', event, days: 7 },
      },
      orders,
    );

    expect(value).toEqual({ week: 0.3, ever: 5.3, times: 3 });
  });

  test('is nothing for a contact that did nothing', () => {
    expect(derive({ ever: { kind: 'sum', event, field: 'amount' } }, [])).toEqual({ ever: 0 });
  });

  test('keeps no more days than its facts need', () => {
    const catalogue = catalogueOf({ week: { kind: 'sum', event, field: 'amount', days: 7 } });
    const orders = Array.from({ length: 50 }, (_, days): Order => [daysAgo(50 - days), 1]);

    const tally = profileOf(orders, catalogue).seen[event]?.sums?.amount;

    expect(Object.keys(tally?.days ?? {})).toHaveLength(7);
    expect(tally?.total).toBe('500000');
  });
});

describe('the usual interval', () => {
  const sources: Record<string, Source> = { usual: { kind: 'usual-interval', event } };
  const at = (...days: number[]) => days.map((ago): Order => [daysAgo(ago)]);

  test('is the median, which one long pause does not move', () => {
    expect(derive(sources, at(10, 20, 30, 40, 340))).toEqual({ usual: 10 });
  });

  test('counts the orders of one day once', () => {
    const split: Order[] = [
      [daysAgo(10, 8)],
      [daysAgo(10, 9)],
      [daysAgo(10, 10)],
      [daysAgo(30)],
      [daysAgo(50)],
    ];

    expect(derive(sources, split)).toEqual({ usual: 20 });
  });

  test('is unknown before the third order', () => {
    expect(derive(sources, at(10, 20))).toEqual({});
  });
});

describe('a change against before', () => {
  const sources: Record<string, Source> = {
    change: { kind: 'change', event, field: 'amount', days: 30, before: 90 },
  };

  test('compares with the mean of as many days', () => {
    const orders: Order[] = [
      [daysAgo(5), 60],
      [daysAgo(40), 100],
      [daysAgo(70), 100],
      [daysAgo(119, 0), 100],
    ];

    expect(derive(sources, orders)).toEqual({ change: -40 });
  });

  test('is unknown for who is younger than both spans', () => {
    expect(derive(sources, [[daysAgo(118, 0), 100]])).toEqual({});
  });

  test('is unknown where nothing came before', () => {
    const orders: Order[] = [
      [daysAgo(200), 100],
      [daysAgo(5), 100],
    ];

    expect(derive(sources, orders)).toEqual({});
  });
});

describe('facts that follow from others', () => {
  const derived: Record<string, Source> = {
    rank: {
      kind: 'bands',
      of: own('$.double'),
      bands: [
        { from: 100, is: 'a' },
        { from: 50, is: 'b' },
      ],
      below: 'c',
    },
    double: { kind: 'formula', operator: 'multiply', of: [2, own('$.ever')] },
    ever: { kind: 'sum', event, field: 'amount' },
  };

  test.each([
    [50, 'a'],
    [49.9, 'b'],
    [24, 'c'],
  ])('an amount of %d ranks %s', (amount, rank) => {
    expect(derive(derived, [[daysAgo(1), amount]])).toMatchObject({ double: 2 * amount, rank });
  });

  test('are unknown where what they need is', () => {
    const sources: Record<string, Source> = {
      usual: { kind: 'usual-interval', event },
      twice: { kind: 'formula', operator: 'multiply', of: [2, own('$.usual')] },
      rank: { kind: 'bands', of: own('$.twice'), bands: [{ from: 1, is: 'a' }], below: 'c' },
    };

    expect(derive(sources, [])).toEqual({});
  });

  test.each<[Extract<Source, { kind: 'formula' }>['operator'], number[], JsonObject]>([
    ['add', [1, 2, 3], { x: 6 }],
    ['subtract', [9, 2, 3], { x: 4 }],
    ['divide', [9, 2], { x: 4.5 }],
    ['divide', [9, 0], {}],
    ['divide', [0, 0], {}],
    ['smallest', [3, 1, 2], { x: 1 }],
    ['largest', [1, 3, 2], { x: 3 }],
  ])('%s of %j', (operator, of, expected) => {
    expect(derive({ x: { kind: 'formula', operator, of } }, [])).toEqual(expected);
  });

  test('that follow from themselves have no value', () => {
    const sources: Record<string, Source> = {
      a: { kind: 'formula', operator: 'add', of: [1, own('$.b')] },
      b: { kind: 'formula', operator: 'add', of: [1, own('$.a')] },
    };

    expect(derive(sources, [])).toEqual({});
  });
});

describe('the checks name', () => {
  const codes = (sources: Record<string, Source>, change = (facts: FactsDocument) => facts) =>
    check(aLibrary({ facts: catalogueOf(sources).map(change) })).map(({ code, path }) => `${code} ${path}`);

  test.each<[string, Record<string, Source>, string]>([
    [
      'a field that the event does not have',
      { x: { kind: 'sum', event, field: 'amuont' } },
      'not-in-payload facts.0.source.field',
    ],
    [
      'a field that does not add up',
      { x: { kind: 'sum', event, field: 'orderId' } },
      'wrong-type facts.0.source.field',
    ],
    [
      'an operand that does not exist',
      { x: { kind: 'formula', operator: 'add', of: [1, own('$.y')] } },
      'unknown-fact facts.0.source.of',
    ],
    [
      'an operand that is no number',
      { x: { kind: 'formula', operator: 'add', of: [1, { fact: 'contact', path: '$.tier' }] } },
      'wrong-type facts.0.source.of',
    ],
    [
      'a circle',
      { x: { kind: 'formula', operator: 'add', of: [1, own('$.x')] } },
      'circular-fact facts.0.source',
    ],
    [
      'a band that is never reached',
      {
        f: { kind: 'figure', value: 1 },
        x: {
          kind: 'bands',
          of: own('$.f'),
          bands: [
            { from: 1, is: 'b' },
            { from: 1, is: 'a' },
          ],
          below: 'c',
        },
      },
      'unreachable-band facts.1.source.bands.1',
    ],
    [
      'a band outside the values',
      {
        f: { kind: 'figure', value: 1 },
        x: { kind: 'bands', of: own('$.f'), bands: [{ from: 1, is: 'd' }], below: 'c' },
      },
      'value-outside-fact facts.1.source',
    ],
  ])('%s', (_, sources, expected) => {
    expect(codes(sources)).toEqual([expected]);
  });

  test('a fact whose source gives another type', () => {
    const asText = (document: FactsDocument): FactsDocument => ({
      ...document,
      facts: document.facts.map(({ path, label, owner, source }) => ({
        path,
        label,
        owner,
        source,
        type: 'text',
      })),
    });

    expect(codes({ x: { kind: 'sum', event } }, asText)).toEqual(['wrong-type facts.0.type']);
  });

  test('sums that are too much for one contact', () => {
    const events = Array.from({ length: 11 }, (_, index) => `order.step-${'abcdefghijk'.charAt(index)}`);
    const sources = Object.fromEntries(
      events.map((event, index): [string, Source] => [`x${index}`, { kind: 'sum', event, days: 400 }]),
    );
    const documents = events.map((id) => ({
      id,
      title: id,
      why: id,
      owner: { team: 'data' },
      payload: {},
      sample: {},
    }));

    const found = check(aLibrary({ facts: catalogueOf(sources), events: documents }));

    expect(found.map(({ code }) => code)).toEqual(['keeps-too-much']);
  });
});

describe('the practice catalogue can be written with the facts that ship', () => {
  const conditions = {
    R23: { all: [leaf('history', '$.orderLateness', 'greaterThan', 1.5)] },
    R08: {
      all: [leaf('cycle', '$.daysInStage', 'greaterThan', { fact: 'cycle', path: '$.stalledAfterDays' })],
    },
    R24: { all: [leaf('value', '$.revenueChange30d', 'lessThanInclusive', -40)] },
    R17: {
      all: [
        leaf('contact', '$.productsOwned', 'contains', 'current-account'),
        leaf('contact', '$.productsOwned', 'doesNotContain', 'credit-card'),
        leaf('contact', '$.npsScore', 'greaterThanInclusive', 8),
        leaf('history', '$.daysSinceLastCrossSellOffer', 'orUnknown:greaterThan', 30),
        leaf('value', '$.rank', 'in', ['a', 'b']),
      ],
    },
  };

  test.each(Object.entries(conditions))('%s passes the checks', async (_, condition) => {
    const library = await shippedLibrary();
    const rule = aRule({ id: 'a-new-rule', trigger: { events: ['order.placed'] }, conditions: condition });

    const problems = check({
      ...library,
      'best-practice': new Map([...library['best-practice'], [rule.id, rule]]),
    });

    expect(problems.filter(({ document }) => document === 'best-practice/a-new-rule')).toEqual([]);
  });

  test('and decides on the histories that it is about', async () => {
    const library = await shippedLibrary();
    const facts = factsAbout(
      profileOf(
        [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130].map(
          (days): Order => [daysAgo(days + 16), 30],
        ),
        library.facts.values(),
      ),
      {
        ...outside,
        stage: 'converted',
        stageSince: daysAgo(22),
      },
      library.facts.values(),
      now,
    );

    const outcomes = await Promise.all(
      [conditions.R23, conditions.R08, conditions.R24].map(
        async (each) => (await evaluate(each, facts)).outcome,
      ),
    );

    expect(outcomes).toEqual(['true', 'true', 'true']);
    expect(facts.value).toMatchObject({ revenue: 390, averageOrder: 30, potential: 1095, rank: 'b' });
  });
});
