import type { Leaf, LeafValue } from '@baton/rules/conditions/condition.ts';
import type {
  BestPractice,
  Calendar,
  Campaign,
  ChannelDocument,
  DecisionTable,
  EventDocument,
  FactsDocument,
  HandoverDocument,
  Library,
  ServiceLevel,
  Stage,
} from '@baton/rules/documents/index.ts';

/** Small sound documents; a test says only what it is about. */
const base = { title: 'A title', why: 'A reason', owner: { team: 'sales' } };

export function leaf(fact: string, path: string, operator: string, value: LeafValue): Leaf {
  return { fact, path, operator, value };
}

export function aRule(own: Partial<BestPractice> = {}): BestPractice {
  return {
    ...base,
    id: 'a-rule',
    stages: ['any'],
    trigger: { events: ['order.placed'] },
    conditions: { all: [leaf('contact', '$.tier', 'equal', 'gold')] },
    event: { type: 'task.create', params: { queue: 'sales', title: 'Call', due: 'P1D' } },
    priority: 500,
    success: { measure: 'reorders', window: 'P30D' },
    reviewBy: '2027-01-01',
    tests: [
      { name: 'gold', facts: { contact: { tier: 'gold' } }, expect: { outcome: 'true' } },
      { name: 'silver', facts: { contact: { tier: 'silver' } }, expect: { outcome: 'false' } },
    ],
    ...own,
  };
}

export function aTable(own: Partial<DecisionTable> = {}): DecisionTable {
  return {
    ...base,
    id: 'a-table',
    hitPolicy: 'first',
    inputs: [
      { id: 'i1', label: 'Score', fact: 'contact', path: '$.score', type: 'number' },
      { id: 'i2', label: 'Tier', fact: 'contact', path: '$.tier', type: 'enum', values: ['gold', 'silver'] },
    ],
    outputs: [{ id: 'o1', label: 'Team', param: 'team', type: 'text' }],
    rows: [
      {
        id: 'r1',
        cells: { i1: { operator: 'between', value: [80, 100] }, i2: { operator: 'equal', value: 'gold' } },
        out: { o1: 'key' },
      },
      { id: 'r2', cells: { i1: { operator: 'greaterThanInclusive', value: 80 } }, out: { o1: 'inside' } },
      { id: 'r3', cells: {}, out: { o1: 'triage' }, note: 'Also takes contacts without a score.' },
    ],
    tests: [{ name: 'gold', facts: { contact: { score: 90, tier: 'gold' } }, expect: { row: 'r1' } }],
    ...own,
  };
}

export function aHandover(own: Partial<HandoverDocument> = {}): HandoverDocument {
  return {
    ...base,
    id: 'a-handover',
    trigger: { events: ['order.placed'] },
    from: { stage: 'targeted', team: 'marketing' },
    to: { stage: 'converted', team: 'sales', person: { fact: 'contact', path: '$.seller' } },
    entry: { all: [leaf('contact', '$.score', 'greaterThanInclusive', 70)] },
    milestones: ['first-touch'],
    requiredFacts: [
      { id: 'phone', label: 'Phone', when: { all: [leaf('contact', '$.phone', 'isKnown', true)] } },
    ],
    acceptance: { mode: 'manual', within: 'PT4H', returnReasons: ['wrong-contact'] },
    escalation: { to: 'sales-lead' },
    carry: [
      { fact: 'contact', path: '$.tier' },
      { fact: 'contact', path: '$.campaign' },
    ],
    priority: 500,
    tests: [
      {
        name: 'ready',
        stage: 'targeted',
        milestones: ['first-touch'],
        facts: { contact: { score: 80, phone: '1' } },
        expect: { kind: 'ready' },
      },
    ],
    ...own,
  };
}

const facts: FactsDocument = {
  ...base,
  id: 'contact',
  facts: [
    {
      path: '$.tier',
      label: 'Tier',
      owner: 'data',
      source: { kind: 'attribute' },
      type: 'enum',
      values: ['gold', 'silver'],
    },
    {
      path: '$.score',
      label: 'Score',
      owner: 'data',
      source: { kind: 'attribute' },
      type: 'number',
      min: 0,
      max: 100,
    },
    { path: '$.limit', label: 'Limit', owner: 'data', source: { kind: 'attribute' }, type: 'number' },
    { path: '$.phone', label: 'Phone', owner: 'data', source: { kind: 'attribute' }, type: 'text' },
    { path: '$.seller', label: 'Seller', owner: 'data', source: { kind: 'attribute' }, type: 'text' },
    { path: '$.campaign', label: 'Campaign', owner: 'data', source: { kind: 'attribute' }, type: 'text' },
    { path: '$.since', label: 'Since', owner: 'data', source: { kind: 'attribute' }, type: 'date' },
    { path: '$.optIn', label: 'Opt-in', owner: 'data', source: { kind: 'attribute' }, type: 'boolean' },
    {
      path: '$.products',
      label: 'Products',
      owner: 'data',
      source: { kind: 'attribute' },
      type: 'list',
      values: ['card', 'loan'],
    },
    {
      path: '$.orders',
      label: 'Orders',
      owner: 'data',
      source: { kind: 'count', event: 'order.placed' },
      type: 'number',
    },
  ],
};

const orderPlaced: EventDocument = {
  ...base,
  id: 'order.placed',
  payload: { orderId: { type: 'text', required: true }, amount: { type: 'number', min: 0 } },
  sample: { orderId: 'o-1', amount: 10 },
};

const orderReturned: EventDocument = {
  ...base,
  id: 'order.returned',
  payload: { orderId: { type: 'text', required: true } },
  sample: { orderId: 'o-1' },
};

function aStage(id: string, order: number, team: string): Stage {
  return {
    ...base,
    id,
    owner: { team },
    order,
    milestones: [{ id: 'first-touch', title: 'First touch', reachedBy: { event: 'order.placed' } }],
    measures: [],
  };
}

export function aCampaign(own: Partial<Campaign> = {}): Campaign {
  return {
    ...base,
    id: 'a-campaign',
    audience: { stages: ['targeted'], when: { all: [leaf('contact', '$.tier', 'equal', 'gold')] } },
    journey: 'a-journey',
    schedule: { at: null },
    pacing: { batch: 10, perMinute: 100 },
    holdout: { percent: 0, salt: 's' },
    ...own,
  };
}

/** A library in which nothing is wrong, with other documents beside or instead of its own. */
export function aLibrary(
  own: {
    facts?: FactsDocument[];
    events?: EventDocument[];
    rules?: BestPractice[];
    tables?: DecisionTable[];
    stages?: Stage[];
    handovers?: HandoverDocument[];
    campaigns?: Campaign[];
    calendars?: Calendar[];
    levels?: ServiceLevel[];
    channels?: ChannelDocument[];
  } = {},
): Library {
  return {
    facts: byId([facts, ...(own.facts ?? [])]),
    events: byId([orderPlaced, orderReturned, ...(own.events ?? [])]),
    'best-practice': byId(own.rules ?? [aRule()]),
    tables: byId(own.tables ?? [aTable()]),
    stages: byId([
      aStage('targeted', 1, 'marketing'),
      aStage('converted', 2, 'sales'),
      ...(own.stages ?? []),
    ]),
    handovers: byId(own.handovers ?? [aHandover()]),
    calendars: byId(own.calendars ?? []),
    'service-levels': byId(own.levels ?? []),
    journeys: new Map(),
    campaigns: byId(own.campaigns ?? []),
    templates: new Map(),
    settings: new Map(),
    channels: byId(own.channels ?? []),
  };
}

function byId<T extends { id: string }>(documents: readonly T[]): ReadonlyMap<string, T> {
  return new Map(documents.map((document) => [document.id, document]));
}

/** Freezes a value and everything in it, so that whoever changes it is found out. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
