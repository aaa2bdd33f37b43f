import { decideRules, type Occasion } from '@baton/rules/decide/rules.ts';
import type { BestPractice } from '@baton/rules/documents/index.ts';
import { describe, expect, test } from 'vitest';
import { aRule, frozen, leaf } from '../support/documents.ts';

const gold = { contact: { tier: 'gold' }, event: { orderId: 'o-1' } };
const at: Occasion = { stage: 'developed', now: '2026-03-01T09:00:00Z', dice: () => 50 };

async function verdictOf(own: Partial<BestPractice>, occasion: Partial<Occasion> = {}) {
  const [decision] = await decideRules([aRule(own)], gold, { ...at, ...occasion });
  return decision?.verdict;
}

describe('a rule', () => {
  test('fires with its action, its trace and nothing unknown', async () => {
    const [decision] = await decideRules([aRule()], gold, at);

    expect(decision).toEqual({
      rule: 'a-rule',
      outcome: 'true',
      verdict: 'fires',
      action: { type: 'task.create', params: { queue: 'sales', title: 'Call', due: 'P1D' } },
      trace: [
        {
          name: 'n2',
          fact: 'contact',
          path: '$.tier',
          operator: 'equal',
          value: 'gold',
          seen: 'gold',
          outcome: 'true',
        },
      ],
      unknown: [],
    });
  });

  test('puts values in the place of references', async () => {
    const key = { fact: 'event', path: '$.orderId' };
    const actions: BestPractice['event'][] = [
      { type: 'journey.enrol', params: { journey: 'a-journey', key } },
      { type: 'task.create', params: { queue: 'sales', title: 'Call', due: 'P1D', key } },
      {
        type: 'case.open',
        params: { title: 'Late', queue: 'service', priority: 'high', serviceLevel: 'problems', key },
      },
      { type: 'stage.enter', params: { stage: 'developed', person: key } },
      { type: 'contact.update', params: { attribute: '$.lastOrder', value: key } },
    ];

    const decisions = await decideRules(
      actions.map((event, index) => aRule({ id: `rule-${index}`, event })),
      gold,
      at,
    );

    expect(decisions.map(({ action }) => action)).toEqual(
      JSON.parse(JSON.stringify(actions).replaceAll(JSON.stringify(key), '"o-1"')),
    );
  });

  test('is unknown where its action needs a value that is absent or no single value', async () => {
    const missing = { fact: 'event', path: '$.missing' };
    const event = { type: 'contact.update' as const, params: { attribute: '$.tier', value: missing } };

    const [decision] = await decideRules([aRule({ event })], gold, at);
    const [listed] = await decideRules([aRule({ event })], { ...gold, event: { missing: ['a'] } }, at);

    expect(decision).toMatchObject({ verdict: 'unknown', outcome: 'true', unknown: [missing] });
    expect(decision?.action).toBeUndefined();
    expect(listed?.verdict).toBe('unknown');
  });

  test('does not ask for values of its action while it does not fire', async () => {
    const event = {
      type: 'contact.update' as const,
      params: { attribute: '$.tier', value: { fact: 'event', path: '$.missing' } },
    };

    const [decision] = await decideRules([aRule({ event })], { contact: { tier: 'tin' } }, at);

    expect(decision).toMatchObject({ verdict: 'no', unknown: [] });
  });

  test('is unknown while its conditions are', async () => {
    const [decision] = await decideRules([aRule()], { contact: {} }, at);

    expect(decision).toMatchObject({ verdict: 'unknown', unknown: [{ fact: 'contact', path: '$.tier' }] });
  });

  test('can look back from the moment of deciding', async () => {
    const conditions = { all: [leaf('event', '$.at', 'withinLast', 'P1D')] };
    const rules = [aRule({ conditions })];

    const [recent] = await decideRules(rules, { event: { at: '2026-02-28T09:00:00Z' } }, at);
    const [old] = await decideRules(rules, { event: { at: '2026-02-28T08:59:59Z' } }, at);

    expect([recent?.verdict, old?.verdict]).toEqual(['fires', 'no']);
  });

  test('applies in its stages only; "none" is outside the cycle, "any" everywhere', async () => {
    expect(await verdictOf({ stages: ['developed'] })).toBe('fires');
    expect(await verdictOf({ stages: ['targeted'] })).toBe('no');
    expect(await verdictOf({ stages: ['none'] })).toBe('no');
    expect(await verdictOf({ stages: ['none'] }, { stage: null })).toBe('fires');
    expect(await verdictOf({ stages: ['any'] }, { stage: null })).toBe('fires');
  });

  test('is effective from its first instant up to, not including, its last', async () => {
    const effective = { from: '2026-03-01T10:00:00+01:00', to: '2026-03-02T00:00:00Z' };

    expect(await verdictOf({ effective })).toBe('fires');
    expect(await verdictOf({ effective }, { now: '2026-03-01T08:59:59.999Z' })).toBe('no');
    expect(await verdictOf({ effective }, { now: '2026-03-01T23:59:59.999Z' })).toBe('fires');
    expect(await verdictOf({ effective }, { now: '2026-03-02T00:00:00Z' })).toBe('no');
    expect(await verdictOf({ effective: { from: null, to: null } })).toBe('fires');
  });

  test('rolls out to a share, sticky by its salt', async () => {
    const rollout = { percent: 30, holdoutPercent: 0, salt: 'wb7' };
    const dice = (rolled: number) => (salt: string) => (salt === 'wb7' ? rolled : 99);

    expect(await verdictOf({ rollout }, { dice: dice(29.99) })).toBe('fires');
    expect(await verdictOf({ rollout }, { dice: dice(30) })).toBe('not-in-rollout');
    expect(await verdictOf({ rollout: { ...rollout, percent: 100 } }, { dice: () => 100 })).toBe('fires');
    expect(await verdictOf({ rollout: { ...rollout, percent: 0 } }, { dice: () => 0 })).toBe(
      'not-in-rollout',
    );
  });

  test('holds contacts out by a die of its own', async () => {
    const rollout = { percent: 100, holdoutPercent: 10, salt: 'wb7' };
    const dice = (rolled: number) => (salt: string) => (salt === 'wb7' ? 0 : rolled);

    expect(await verdictOf({ rollout }, { dice: dice(9.99) })).toBe('held-out');
    expect(await verdictOf({ rollout }, { dice: dice(10) })).toBe('fires');
  });
});

describe('a conflict group', () => {
  const group = (id: string, priority: number, own: Partial<BestPractice> = {}) =>
    aRule({ id, priority, conflictGroup: 'offer', ...own });

  test('lets the rule of highest priority act and says which one masks the others', async () => {
    const rules = [group('low', 1), group('high', 9), aRule({ id: 'apart', priority: 5 })];

    const decisions = await decideRules(rules, gold, at);

    expect(decisions.map(({ rule, verdict, by }) => [rule, verdict, by])).toEqual([
      ['high', 'fires', undefined],
      ['apart', 'fires', undefined],
      ['low', 'masked', 'high'],
    ]);
    expect(decisions[2]?.action).toBeUndefined();
  });

  test('decides equal priorities by id, whatever the order of the documents', async () => {
    const rules = [group('c', 5), group('a', 5), group('b', 5)];

    const forwards = await decideRules(rules, gold, at);
    const backwards = await decideRules(rules.toReversed(), gold, at);

    expect(forwards.map(({ verdict }) => verdict)).toEqual(['fires', 'masked', 'masked']);
    expect(forwards[0]?.rule).toBe('a');
    expect(backwards).toEqual(forwards);
  });

  test('is not blocked by a rule that does not act', async () => {
    const unknown = { all: [leaf('contact', '$.score', 'greaterThan', 1)] };
    const rules = [
      group('held-out', 9, { rollout: { percent: 100, holdoutPercent: 100, salt: 's' } }),
      group('unknown', 8, { conditions: unknown }),
      group('not-yet', 7, { effective: { from: '2027-01-01T00:00:00Z', to: null } }),
      group('needs-more', 6, {
        event: { type: 'stage.enter', params: { stage: 's', person: { fact: 'event', path: '$.x' } } },
      }),
      group('acts', 1),
    ];

    const decisions = await decideRules(rules, gold, at);

    expect(decisions.map(({ verdict }) => verdict)).toEqual([
      'held-out',
      'unknown',
      'no',
      'unknown',
      'fires',
    ]);
  });
});

describe('a broken rule', () => {
  test.each<[string, object, string]>([
    ['conditions', { conditions: { any: [] } }, 'conditions'],
    ['a hostile path', { conditions: { all: [leaf('contact', '$..[', 'equal', 1)] } }, 'conditions'],
    ['an event the engine reserves', { event: { type: 'error', params: {} } }, 'event.type'],
    ['priority 0', { priority: 0 }, 'priority'],
    ['priority as a text, NaN to the engine', { priority: 'abc' }, 'priority'],
    ['no id', { id: undefined }, 'id'],
  ])('with %s is set aside with its reason', async (_, own, where) => {
    const broken = { ...aRule({ id: 'broken' }), ...own } as BestPractice;

    const decisions = await decideRules([broken, aRule()], gold, at);

    expect(decisions.map(({ verdict }) => verdict).sort()).toEqual(['fires', 'quarantined']);
    expect(decisions.find(({ verdict }) => verdict === 'quarantined')?.reason).toContain(where);
  });

  test('among 300 leaves 299 to decide', async () => {
    const rules = Array.from({ length: 300 }, (_, index) =>
      aRule({ id: `rule-${index}`, priority: (index % 3) + 1 }),
    );
    rules[150] = aRule({ id: 'broken', conditions: { any: [] } });

    const decisions = await decideRules(rules, gold, at);

    expect(decisions.filter(({ verdict }) => verdict === 'fires')).toHaveLength(299);
    expect(decisions.filter(({ verdict }) => verdict === 'quarantined').map(({ rule }) => rule)).toEqual([
      'broken',
    ]);
  });
});

test('ten decisions at once lose no rule', async () => {
  const rules = [3, 2, 1].map((priority) => aRule({ id: `rule-${priority}`, priority }));

  const all = await Promise.all(Array.from({ length: 10 }, () => decideRules(rules, gold, at)));

  expect(all.flat().filter(({ verdict }) => verdict === 'fires')).toHaveLength(30);
});

test('deciding changes no document', async () => {
  const rules = frozen([
    aRule(),
    aRule({ id: 'another', conditions: { any: [{ not: leaf('contact', '$.x', 'in', ['a']) }] } }),
  ]);

  expect(await decideRules(rules, frozen(gold), at)).toEqual(await decideRules(rules, frozen(gold), at));
});

test('no rules, no decisions', async () => {
  expect(await decideRules([], gold, at)).toEqual([]);
});
