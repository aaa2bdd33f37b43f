import { check } from '@baton/rules/check/check.ts';
import { type ProblemCode, problemCatalogue } from '@baton/rules/check/problems.ts';
import type { LeafValue, Root } from '@baton/rules/conditions/condition.ts';
import type {
  BestPractice,
  DecisionTable,
  EventDocument,
  FactsDocument,
} from '@baton/rules/documents/index.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { describe, expect, test } from 'vitest';
import { aCampaign, aHandover, aLibrary, aRule, aTable, leaf } from '../support/documents.ts';
import { aChannel } from '../support/permit-bench.ts';

type Found = [code: ProblemCode, place: string];

function problemsIn(own: Parameters<typeof aLibrary>[0]): Found[] {
  return check(aLibrary(own)).map(({ code, document, path }) => [code, `${document} ${path}`]);
}

function ofRule(own: Partial<BestPractice>): Found[] {
  return problemsIn({ rules: [aRule(own)] });
}

test('whoever is to own a contact has time to look at it', () => {
  const assigning = (due: string) =>
    ofRule({ event: { type: 'owner.assign', params: { person: 'Ines Vogt', title: 'Yours now', due } } });

  expect(assigning('PT1H')).toEqual([]);
  for (const due of ['PT0S', 'P0D'])
    expect(assigning(due)).toEqual([['no-time', 'best-practice/a-rule event.params.due']]);
});

test('a sound library has no problems', () => {
  expect(problemsIn({})).toEqual([]);
});

describe('a comparison', () => {
  const contact = (path: string, operator: string, value: LeafValue): Root => ({
    all: [leaf('contact', path, operator, value)],
  });
  const at = (part: string) => `best-practice/a-rule conditions.all.0.${part}`;

  test.each<[string, Root, ProblemCode, string]>([
    ['an unknown path', contact('$.teir', 'equal', 'gold'), 'unknown-fact', at('path')],
    ['an unknown root', { all: [leaf('kontact', '$.tier', 'equal', 'gold')] }, 'unknown-fact', at('path')],
    ['a path into a value', contact('$.tier.x', 'equal', 'gold'), 'unknown-fact', at('path')],
    [
      'the answer of a journey',
      { all: [leaf('answer', '$.orderId', 'equal', 'x')] },
      'unknown-fact',
      at('path'),
    ],
    ['a list as a whole', contact('$.products', 'equal', 'card'), 'operator-not-for-type', at('operator')],
    ['a text as a number', contact('$.phone', 'greaterThan', 5), 'operator-not-for-type', at('operator')],
    ['a text as a list', contact('$.phone', 'contains', '0'), 'operator-not-for-type', at('operator')],
    ['a number as a text', contact('$.score', 'textContains', '1'), 'operator-not-for-type', at('operator')],
    [
      'a date by letters',
      contact('$.since', 'greaterThan', '2026-01-01'),
      'operator-not-for-type',
      at('operator'),
    ],
    ['a date as a whole', contact('$.since', 'equal', '2026-01-01'), 'operator-not-for-type', at('operator')],
    ['entries of a text', contact('$.phone', 'someFact:equal', '0'), 'operator-not-for-type', at('operator')],
    [
      'entries by size',
      contact('$.products', 'everyFact:greaterThan', 5),
      'operator-not-for-type',
      at('operator'),
    ],
    ['a boolean by size', contact('$.optIn', 'lessThan', 1), 'operator-not-for-type', at('operator')],
    ['in a text', contact('$.phone', 'in', 'abc'), 'value-not-for-operator', at('value')],
    ['in a number', contact('$.score', 'in', 5), 'value-not-for-operator', at('value')],
    [
      'in a single value of another fact',
      contact('$.tier', 'in', { fact: 'contact', path: '$.phone' }),
      'value-not-for-operator',
      at('value'),
    ],
    [
      'in a list of another type',
      contact('$.score', 'in', [5, '6']),
      'value-not-for-operator',
      at('value.1'),
    ],
    ['a text for a number', contact('$.score', 'equal', '5'), 'value-not-for-operator', at('value')],
    ['a list for a single value', contact('$.score', 'equal', [5]), 'value-not-for-operator', at('value')],
    ['a number for a boolean', contact('$.optIn', 'equal', 1), 'value-not-for-operator', at('value')],
    ['isKnown of a text', contact('$.phone', 'isKnown', 'yes'), 'value-not-for-operator', at('value')],
    [
      'isKnown of another fact',
      contact('$.phone', 'isKnown', { fact: 'contact', path: '$.optIn' }),
      'value-not-for-operator',
      at('value'),
    ],
    [
      'a range the wrong way round',
      contact('$.score', 'between', [80, 60]),
      'value-not-for-operator',
      at('value'),
    ],
    ['a range of three', contact('$.score', 'between', [1, 2, 3]), 'value-not-for-operator', at('value')],
    [
      'a date without its zone',
      contact('$.since', 'dateBefore', '2026-01-01T10:00:00'),
      'value-not-for-operator',
      at('value'),
    ],
    [
      'a day that is none',
      contact('$.since', 'dateAfter', '2026-02-30'),
      'value-not-for-operator',
      at('value'),
    ],
    ['a span in words', contact('$.since', 'withinLast', '7 days'), 'value-not-for-operator', at('value')],
    ['a number in a text', contact('$.phone', 'textStartsWith', 4), 'value-not-for-operator', at('value')],
    [
      'another fact of another type',
      contact('$.score', 'lessThan', { fact: 'contact', path: '$.phone' }),
      'value-not-for-operator',
      at('value'),
    ],
    [
      'another fact that does not exist',
      contact('$.score', 'lessThan', { fact: 'contact', path: '$.nope' }),
      'unknown-fact',
      at('value'),
    ],
    ['a value that cannot occur', contact('$.tier', 'equal', 'golden'), 'value-outside-fact', at('value')],
    [
      'one of several that cannot occur',
      contact('$.tier', 'in', ['gold', 'tin']),
      'value-outside-fact',
      at('value.1'),
    ],
    [
      'an entry that cannot occur',
      contact('$.products', 'contains', 'boat'),
      'value-outside-fact',
      at('value'),
    ],
    [
      'some entry that cannot occur',
      contact('$.products', 'someFact:equal', 'boat'),
      'value-outside-fact',
      at('value'),
    ],
    [
      'a number beyond the largest',
      contact('$.score', 'greaterThan', 101),
      'value-outside-fact',
      at('value'),
    ],
    [
      'a range beyond the largest',
      contact('$.score', 'between', [101, 200]),
      'value-outside-fact',
      at('value'),
    ],
    [
      'a decorator before isKnown',
      contact('$.phone', 'known:isKnown', true),
      'pointless-decorator',
      at('operator'),
    ],
  ])('%s', (_, conditions, code, place) => {
    expect(ofRule({ conditions })).toEqual([[code, place]]);
  });

  test.each<Root>([
    contact('$.score', 'between', [60, 80]),
    contact('$.score', 'lessThan', { fact: 'contact', path: '$.limit' }),
    contact('$.score', 'orUnknown:not:in', [1, 2]),
    contact('$.products', 'doesNotContain', 'loan'),
    contact('$.products', 'someFact:in', ['loan', 'card']),
    contact('$.since', 'withinLast', 'P7D'),
    contact('$.since', 'dateAfter', '2026-01-01'),
    contact('$.since', 'dateBefore', { fact: 'clock', path: '$.now' }),
    contact('$.tier', 'known:notEqual', 'gold'),
    contact('$.phone', 'textStartsWith', '+49'),
    contact('$.optIn', 'equal', false),
    {
      all: [
        leaf('event', '$.type', 'equal', 'order.placed'),
        leaf('event', '$.at', 'withinLast', 'P1D'),
        leaf('event', '$.amount', 'greaterThan', 5),
      ],
    },
  ])('%j is sound', (conditions) => {
    expect(ofRule({ conditions })).toEqual([]);
  });

  test('of a value that only some of the trigger events carry says what absence means', () => {
    const trigger = { events: ['order.placed', 'order.returned'] };
    const amount = (operator: string): Root => ({
      all: [leaf('event', '$.orderId', 'isKnown', true), leaf('event', '$.amount', operator, 5)],
    });

    expect(ofRule({ trigger, conditions: amount('greaterThan') })).toEqual([
      ['sometimes-absent', 'best-practice/a-rule conditions.all.1.path'],
    ]);
    expect(ofRule({ trigger, conditions: amount('known:greaterThan') })).toEqual([]);
  });

  test('is found below groups and negations, at its place', () => {
    const conditions: Root = {
      any: [
        { not: { all: [leaf('contact', '$.tier', 'equal', 'gold'), leaf('contact', '$.x', 'equal', 1)] } },
      ],
    };

    expect(ofRule({ conditions })).toEqual([
      ['unknown-fact', 'best-practice/a-rule conditions.any.0.not.all.1.path'],
    ]);
  });

  test('suggests the name that was meant', () => {
    const [problem] = check(aLibrary({ rules: [aRule({ conditions: contact('$.teir', 'equal', 'gold') })] }));

    expect(problem?.message).toBe(
      'Nothing is known as "contact $.teir" here. Did you mean "contact $.tier"? Add it under facts, or correct root and path.',
    );
  });
});

describe('a rule', () => {
  const person = { fact: 'contact', path: '$.nobody' };

  test.each<[string, Partial<BestPractice>, Found[]]>([
    [
      'an unknown event',
      { trigger: { events: ['order.plcaed'] } },
      [['unknown-event', 'best-practice/a-rule trigger.events.0']],
    ],
    [
      'an unknown stage',
      { stages: ['any', 'targetted'] },
      [['unknown-stage', 'best-practice/a-rule stages.1']],
    ],
    [
      'an unknown journey',
      { event: { type: 'journey.enrol', params: { journey: 'nowhere' } } },
      [['unknown-journey', 'best-practice/a-rule event.params.journey']],
    ],
    [
      'an unknown stage to enter',
      { event: { type: 'stage.enter', params: { stage: 'nowhere' } } },
      [['unknown-stage', 'best-practice/a-rule event.params.stage']],
    ],
    [
      'an unknown person',
      { event: { type: 'stage.enter', params: { stage: 'converted', person } } },
      [['unknown-fact', 'best-practice/a-rule event.params.person']],
    ],
    [
      'an unknown attribute',
      { event: { type: 'contact.update', params: { attribute: '$.teir', value: 'gold' } } },
      [['unknown-fact', 'best-practice/a-rule event.params.attribute']],
    ],
    [
      'a computed attribute',
      { event: { type: 'contact.update', params: { attribute: '$.orders', value: 1 } } },
      [['not-an-attribute', 'best-practice/a-rule event.params.attribute']],
    ],
    [
      'a value the attribute cannot take',
      { event: { type: 'contact.update', params: { attribute: '$.tier', value: 'tin' } } },
      [['value-outside-fact', 'best-practice/a-rule event.params.value']],
    ],
    [
      'a value of another type',
      { event: { type: 'contact.update', params: { attribute: '$.score', value: 'high' } } },
      [['value-not-for-operator', 'best-practice/a-rule event.params.value']],
    ],
    [
      'an end before its start',
      { effective: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      [['empty-period', 'best-practice/a-rule effective']],
    ],
    [
      'no test that stays silent',
      { tests: [{ name: 'a', facts: {}, expect: { outcome: 'true' } }] },
      [['no-negative-test', 'best-practice/a-rule tests']],
    ],
  ])('%s', (_, own, found) => {
    expect(ofRule(own)).toEqual(found);
  });

  test('ties with another of its conflict group only where both can act', () => {
    const a = aRule({ conflictGroup: 'offer' });
    const b = aRule({ id: 'b-rule', conflictGroup: 'offer', stages: ['targeted'] });

    expect(problemsIn({ rules: [a, b] })).toEqual([
      ['tie-in-conflict-group', 'best-practice/b-rule priority'],
    ]);
    expect(problemsIn({ rules: [a, { ...b, priority: 499 }] })).toEqual([]);
    expect(problemsIn({ rules: [a, { ...b, conflictGroup: 'stage' }] })).toEqual([]);
    expect(
      problemsIn({ rules: [a, { ...b, trigger: { events: ['order.returned'] }, conditions: a.conditions }] }),
    ).toEqual([]);
    expect(problemsIn({ rules: [{ ...a, stages: ['converted'] }, b] })).toEqual([]);
  });
});

describe('a table', () => {
  const cell = (value: LeafValue, operator = 'greaterThan') => ({ operator, value });
  const rows = (...cells: DecisionTable['rows'][number]['cells'][]): DecisionTable['rows'] =>
    cells.map((own, index) => ({ id: `r${index + 1}`, cells: own, out: { o1: 'a' } }));
  const [score, tier] = aTable().inputs;
  const [team] = aTable().outputs;
  if (!score || !tier || !team) throw new Error('the sample table has lost its columns');

  test.each<[string, Partial<DecisionTable>, Found[]]>([
    [
      'a cell in no column',
      { rows: rows({ i9: cell(1) }) },
      [['unknown-column', 'tables/a-table rows.0.cells.i9']],
    ],
    [
      'an output in no column',
      { rows: [{ id: 'r1', cells: {}, out: { o1: 'a', o9: 'b' } }] },
      [['unknown-column', 'tables/a-table rows.0.out.o9']],
    ],
    [
      'an empty output',
      { rows: [{ id: 'r1', cells: {}, out: {} }] },
      [['missing-output', 'tables/a-table rows.0.out.o1']],
    ],
    [
      'an output of another type',
      { rows: [{ id: 'r1', cells: {}, out: { o1: 5 } }] },
      [['output-not-for-type', 'tables/a-table rows.0.out.o1']],
    ],
    [
      'an output not listed',
      { outputs: [{ ...team, values: ['b'] }], rows: rows({}) },
      [['output-not-for-type', 'tables/a-table rows.0.out.o1']],
    ],
    [
      'an operator not for the column',
      { rows: rows({ i2: cell('gold') }) },
      [['operator-not-for-type', 'tables/a-table rows.0.cells.i2.operator']],
    ],
    [
      'a value not in the column',
      { rows: rows({ i2: cell('tin', 'equal') }) },
      [['value-outside-fact', 'tables/a-table rows.0.cells.i2.value']],
    ],
    [
      'a value outside the fact',
      { rows: rows({ i1: cell(101) }) },
      [['value-outside-fact', 'tables/a-table rows.0.cells.i1.value']],
    ],
    [
      'a column of another type',
      { inputs: [{ ...score, type: 'text' }, tier], rows: rows({}) },
      [['input-type-differs', 'tables/a-table inputs.0.type']],
    ],
    [
      'a column with a value its fact lacks',
      { inputs: [score, { ...tier, values: ['gold', 'tin'] }] },
      [['value-outside-fact', 'tables/a-table inputs.1.values']],
    ],
    [
      'a column of an unknown fact',
      { inputs: [{ ...score, path: '$.nope' }, tier], rows: rows({}) },
      [['unknown-fact', 'tables/a-table inputs.0.path']],
    ],
    [
      'a column twice',
      { inputs: [score, tier, { ...score }], rows: rows({}) },
      [['duplicate-column', 'tables/a-table inputs.2.id']],
    ],
    [
      'a parameter twice',
      { outputs: [team, { ...team, id: 'o2' }], rows: [{ id: 'r1', cells: {}, out: { o1: 'a', o2: 'b' } }] },
      [['duplicate-column', 'tables/a-table outputs.1.param']],
    ],
    [
      'a row id twice',
      { rows: [...rows({ i1: cell(5) }), ...rows({ i1: cell(6) })] },
      [['duplicate-column', 'tables/a-table rows.1.id']],
    ],
    [
      'rows after a blank one',
      { rows: rows({}, { i1: cell(5) }) },
      [['unreachable-row', 'tables/a-table rows.1']],
    ],
    [
      'the same row again',
      { rows: rows({ i1: cell(5) }, { i1: cell(5), i2: cell('gold', 'equal') }) },
      [['unreachable-row', 'tables/a-table rows.1']],
    ],
    [
      'a blank row that always fits too',
      { hitPolicy: 'unique', rows: rows({ i1: cell(5) }, {}) },
      [['blank-row', 'tables/a-table rows.1']],
    ],
    ['no order of outputs', { hitPolicy: 'priority' }, [['no-output-order', 'tables/a-table outputs']]],
  ])('%s', (_, own, found) => {
    expect(problemsIn({ tables: [aTable(own)] })).toEqual(found);
  });

  test('may read the payload of any event, as the type its column says', () => {
    const amount = { ...score, fact: 'event', path: '$.amount' };

    expect(problemsIn({ tables: [aTable({ inputs: [amount, tier] })] })).toEqual([]);
    expect(problemsIn({ tables: [aTable({ inputs: [{ ...amount, path: '$.nope' }, tier] })] })).toEqual([
      ['unknown-fact', 'tables/a-table inputs.0.path'],
    ]);
  });
});

describe('the contact cycle', () => {
  const at = (path: string) => `handovers/a-handover ${path}`;

  test.each<[string, Parameters<typeof aHandover>[0], Found[]]>([
    ['an unknown event', { trigger: { events: ['no.such'] } }, [['unknown-event', at('trigger.events.0')]]],
    ['an unknown stage', { to: { stage: 'nowhere', team: 'sales' } }, [['unknown-stage', at('to.stage')]]],
    [
      'a team that does not own the stage',
      { to: { stage: 'converted', team: 'field' } },
      [['owner-differs', at('to.team')]],
    ],
    [
      'the stage it comes from',
      { to: { stage: 'targeted', team: 'marketing' } },
      [['same-stage', at('to.stage')]],
    ],
    ['an unknown milestone', { milestones: ['first-tuch'] }, [['unknown-milestone', at('milestones.0')]]],
    [
      'an unknown fact to carry',
      { carry: [{ fact: 'contact', path: '$.x' }] },
      [['unknown-fact', at('carry.0')]],
    ],
    [
      'an unknown person',
      { to: { stage: 'converted', team: 'sales', person: { fact: 'contact', path: '$.x' } } },
      [['unknown-fact', at('to.person')]],
    ],
    [
      'an entry that cannot hold',
      { entry: { all: [leaf('contact', '$.score', 'greaterThan', 500)] } },
      [['value-outside-fact', at('entry.all.0.value')]],
    ],
    [
      'a required fact that is none',
      { requiredFacts: [{ id: 'x', label: 'X', when: { all: [leaf('contact', '$.x', 'isKnown', true)] } }] },
      [['unknown-fact', at('requiredFacts.0.when.all.0.path')]],
    ],
  ])('%s', (_, own, found) => {
    expect(problemsIn({ handovers: [aHandover(own)] })).toEqual(found);
  });

  test('required facts have their own ids and labels', () => {
    const [phone] = aHandover().requiredFacts;
    if (!phone) throw new Error('the sample handover has lost its required fact');

    expect(
      problemsIn({ handovers: [aHandover({ requiredFacts: [phone, { ...phone, id: 'other' }] })] }),
    ).toEqual([['duplicate-id', at('requiredFacts.1')]]);
  });

  test('two handovers from one stage have their own priorities', () => {
    expect(problemsIn({ handovers: [aHandover(), aHandover({ id: 'b' })] })).toEqual([
      ['equal-priority', 'handovers/b priority'],
    ]);
    expect(problemsIn({ handovers: [aHandover(), aHandover({ id: 'b', priority: 1 })] })).toEqual([]);
  });

  test('stages have their own places, milestones their own ids, known events and sound conditions', () => {
    const milestone = {
      id: 'm',
      title: 'M',
      reachedBy: { event: 'order.placed', when: { all: [leaf('event', '$.amout', 'greaterThan', 5)] } },
    };
    const stage = {
      id: 'developed',
      title: 't',
      why: 'w',
      owner: { team: 'sales' },
      order: 2,
      measures: [],
      milestones: [milestone, { ...milestone, reachedBy: { event: 'no.such' } }],
    };

    expect(problemsIn({ stages: [stage] })).toEqual([
      ['unknown-fact', 'stages/developed milestones.0.reachedBy.when.all.0.path'],
      ['unknown-event', 'stages/developed milestones.1.reachedBy.event'],
      ['duplicate-id', 'stages/developed milestones.1.id'],
      ['duplicate-order', 'stages/developed order'],
    ]);
  });
});

describe('the catalogues', () => {
  const base = { title: 't', why: 'w', owner: { team: 'data' } };
  const fact = {
    path: '$.a',
    label: 'A',
    owner: 'data',
    source: { kind: 'attribute' as const },
    type: 'number' as const,
  };
  const factsWith = (facts: FactsDocument['facts'], id = 'extra'): FactsDocument => ({ ...base, id, facts });

  test.each<[string, FactsDocument, Found[]]>([
    ['a path twice', factsWith([fact, fact]), [['duplicate-fact', 'facts/extra facts.1.path']]],
    [
      'a path through a value',
      factsWith([fact, { ...fact, path: '$.a.b' }]),
      [['duplicate-fact', 'facts/extra facts.1.path']],
    ],
    ['an empty range', factsWith([{ ...fact, min: 5, max: 4 }]), [['empty-range', 'facts/extra facts.0']]],
    [
      'an unknown event',
      factsWith([{ ...fact, source: { kind: 'count', event: 'no.such' } }]),
      [['unknown-event', 'facts/extra facts.0.source.event']],
    ],
    ['a reserved name', factsWith([fact], 'event'), [['reserved-root', 'facts/event id']]],
  ])('facts: %s', (_, document, found) => {
    expect(problemsIn({ facts: [document] })).toEqual(found);
  });

  const event: EventDocument = {
    ...base,
    id: 'card.used',
    payload: { amount: { type: 'number', required: true, min: 0 }, at: { type: 'date' } },
    sample: { amount: 1 },
  };

  test.each<[string, Partial<EventDocument>, Found[]]>([
    ['a required value missing', { sample: {} }, [['bad-sample', 'events/card.used sample']]],
    [
      'a value of another type',
      { sample: { amount: '1' } },
      [['bad-sample', 'events/card.used sample.amount']],
    ],
    ['a value out of range', { sample: { amount: -1 } }, [['bad-sample', 'events/card.used sample.amount']]],
    [
      'a date without a zone',
      { sample: { amount: 1, at: '2026-01-01T10:00' } },
      [['bad-sample', 'events/card.used sample.at']],
    ],
    [
      'a value that is not in the payload',
      { sample: { amount: 1, x: 1 } },
      [['bad-sample', 'events/card.used sample.x']],
    ],
    [
      'a range the wrong way round',
      { payload: { amount: { type: 'number', min: 2, max: 1 } }, sample: {} },
      [['empty-range', 'events/card.used payload.amount']],
    ],
    [
      'an unknown attribute',
      { sets: [{ attribute: '$.x', from: '$.amount' }] },
      [['unknown-fact', 'events/card.used sets.0.attribute']],
    ],
    [
      'an unknown value',
      { sets: [{ attribute: '$.score', from: '$.amuont' }] },
      [['unknown-fact', 'events/card.used sets.0.from']],
    ],
    [
      'a computed attribute',
      { sets: [{ attribute: '$.orders', from: '$.amount' }] },
      [['not-an-attribute', 'events/card.used sets.0.attribute']],
    ],
    [
      'an attribute of another type',
      { sets: [{ attribute: '$.phone', from: '$.amount' }] },
      [['wrong-type', 'events/card.used sets.0']],
    ],
    ['nothing', { sets: [{ attribute: '$.score', from: '$.amount' }] }, []],
  ])('events: %s', (_, own, found) => {
    expect(problemsIn({ events: [{ ...event, ...own }] })).toEqual(found);
  });
});

test('a campaign names stages, a journey and facts that exist; no event leads to it', () => {
  const when: Root = { all: [leaf('event', '$.orderId', 'isKnown', true)] };
  const campaign = aCampaign({ audience: { stages: ['nowhere'], when } });

  expect(problemsIn({ campaigns: [campaign] })).toEqual([
    ['unknown-stage', 'campaigns/a-campaign audience.stages.0'],
    ['unknown-fact', 'campaigns/a-campaign audience.when.all.0.path'],
    ['unknown-journey', 'campaigns/a-campaign journey'],
  ]);
});

test('every entry of the catalogue is a sentence with a remedy', () => {
  for (const { title, remedy } of Object.values(problemCatalogue)) {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/\.$/);
  }
});

describe('a channel', () => {
  const always = { from: '00:00', to: '00:00' };

  test('that is never open, or counts what cannot be counted, is refused', () => {
    const found = (own: Parameters<typeof aChannel>[0]) => problemsIn({ channels: [aChannel(own)] });

    expect(found({ quietHours: [always] })).toEqual([['always-quiet', 'channels/email quietHours']]);
    expect(
      found({
        quietHours: [
          { from: '12:00', to: '06:00' },
          { from: '05:00', to: '12:00' },
        ],
      }),
    ).toEqual([['always-quiet', 'channels/email quietHours']]);
    expect(found({ quietHours: [{ ...always, weekdays: ['monday'] }] })).toEqual([]);
    expect(found({ quietHours: [{ from: '08:01', to: '08:00' }] })).toEqual([]);
    expect(found({ caps: [{ messages: 1, within: 'PT0S' }] })).toEqual([
      ['span-out-of-range', 'channels/email caps.0.within'],
    ]);
    expect(found({ rate: { messages: 1, per: 'P2D' } })).toEqual([
      ['span-out-of-range', 'channels/email rate.per'],
    ]);
  });

  test('names a zone, times of day and a known channel', () => {
    const said = aChannel();
    const codes = (own: object) => {
      const parsed = parseDocument('channels', { ...said, ...own });
      return parsed.ok ? [] : parsed.problems.map(({ code, path }) => `${code} ${path}`);
    };

    expect(codes({})).toEqual([]);
    expect(codes({ timeZone: 'Mars/Olympus' })).toEqual(['wrong-format timeZone']);
    expect(codes({ quietHours: [{ from: '24:00', to: '08:00' }] })).toEqual([
      'wrong-format quietHours.0.from',
    ]);
    expect(codes({ id: 'letter' })).toEqual(['wrong-value id']);
  });
});
