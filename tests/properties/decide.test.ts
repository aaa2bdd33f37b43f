import { decideRules } from '@baton/rules/decide/rules.ts';
import { decideTable } from '@baton/rules/decide/table.ts';
import type { DecisionTable } from '@baton/rules/documents/index.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRule, aTable, leaf } from '../support/documents.ts';

const score = fc.integer({ min: 0, max: 5 });
const contact = fc.record({ score }, { requiredKeys: [] });

const rules = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 1, max: 3 }),
      conflictGroup: fc.constantFrom('offer', 'stage', undefined),
      above: score,
      holdoutPercent: fc.constantFrom(0, 50),
    }),
    { maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map(({ above, holdoutPercent, ...own }, index) =>
      aRule({
        ...own,
        id: `rule-${index}`,
        conditions: { all: [leaf('contact', '$.score', 'greaterThanInclusive', above)] },
        rollout: { percent: 100, holdoutPercent, salt: `${index}` },
      }),
    ),
  );

test('of each conflict group exactly one of the rules that may act does, and it has the highest priority', async () => {
  await fc.assert(
    fc.asyncProperty(rules, contact, fc.nat(99), async (rules, contact, rolled) => {
      const decisions = await decideRules(
        rules,
        { contact },
        { stage: null, now: '2026-01-01T00:00:00Z', dice: () => rolled },
      );

      expect(decisions.map(({ rule }) => rule).sort()).toEqual(rules.map(({ id }) => id).sort());
      for (const group of ['offer', 'stage']) {
        const members = decisions.filter(
          ({ rule }) => rules.find(({ id }) => id === rule)?.conflictGroup === group,
        );
        const able = members.filter(({ verdict }) => verdict === 'fires' || verdict === 'masked');
        const acting = able.filter(({ verdict }) => verdict === 'fires');
        expect(acting).toHaveLength(Math.min(1, able.length));
        const priorityOf = (rule: string | undefined) => rules.find(({ id }) => id === rule)?.priority ?? 0;
        for (const { rule, by } of able.filter(({ verdict }) => verdict === 'masked')) {
          expect(by).toBe(acting[0]?.rule);
          expect(priorityOf(rule)).toBeLessThanOrEqual(priorityOf(by));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('the order in which rules are given decides nothing', async () => {
  await fc.assert(
    fc.asyncProperty(rules, contact, async (rules, contact) => {
      const at = { stage: null, now: '2026-01-01T00:00:00Z', dice: () => 20 };

      expect(await decideRules(rules.toReversed(), { contact }, at)).toEqual(
        await decideRules(rules, { contact }, at),
      );
    }),
    { numRuns: 100 },
  );
});

const rows = fc.array(
  fc.record({
    low: score,
    width: fc.integer({ min: 0, max: 3 }),
    out: fc.constantFrom('a', 'b'),
    blank: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);
const cellsOf = (blank: boolean, low: number, high: number): DecisionTable['rows'][number]['cells'] =>
  blank ? {} : { i1: { operator: 'between', value: [low, high] } };
const hitPolicy = fc.constantFrom<DecisionTable['hitPolicy']>(
  'unique',
  'first',
  'any',
  'priority',
  'collect',
);

test('every hit policy gives what a plain reading of the rows gives', async () => {
  await fc.assert(
    fc.asyncProperty(rows, hitPolicy, contact, async (drafts, hitPolicy, contact) => {
      const table = aTable({
        hitPolicy,
        outputs: [{ id: 'o1', label: 'Out', param: 'out', type: 'enum', values: ['b', 'a'] }],
        rows: drafts.map(({ low, width, out, blank }, index) => ({
          id: `r${index}`,
          cells: cellsOf(blank, low, low + width),
          out: { o1: out },
        })),
      });
      const { score } = contact;
      const hits = table.rows.filter((_, index) => {
        const { low = 0, width = 0, blank } = drafts[index] ?? {};
        return blank || (score !== undefined && score >= low && score <= low + width);
      });
      const outs = new Set(hits.map(({ out }) => out.o1));
      const best = hitPolicy === 'priority' ? (hits.find(({ out }) => out.o1 === 'b') ?? hits[0]) : hits[0];

      const decision = await decideTable(table, { contact });

      if (!best) expect(decision.kind).toBe('none');
      else if (hitPolicy === 'collect')
        expect(decision).toMatchObject({ kind: 'rows', rows: hits.map(({ id }) => ({ row: id })) });
      else if ((hitPolicy === 'unique' && hits.length > 1) || (hitPolicy === 'any' && outs.size > 1))
        expect(decision).toMatchObject({ kind: 'conflict', rows: hits.map(({ id }) => id) });
      else
        expect(decision).toMatchObject({
          kind: 'row',
          row: best.id,
          out: { out: best.out.o1 },
          masked: hits.filter((row) => row !== best).map(({ id }) => id),
        });
    }),
    { numRuns: 300 },
  );
});
