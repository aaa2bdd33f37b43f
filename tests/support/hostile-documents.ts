import type { Json, JsonObject } from '@baton/rules/json.ts';
import { aRule, aTable, leaf } from './documents.ts';
import { call, canary, hostileBodies, many } from './hostile-templates.ts';
import { done, journeyOf } from './journeys.ts';
import { seededRandom } from './synthetic-events.ts';

const hostileKinds = ['best-practice', 'tables', 'journeys', 'templates', 'mapping'] as const;
export type HostileKind = (typeof hostileKinds)[number];

/** A document with one attack in it: a text as it comes from a file, or a value as it comes from the API or the store. */
export type HostileDocument = { kind: HostileKind; attack: string; input: unknown };

type Draw = { below(limit: number): number; pick<T>(values: readonly T[]): T };
type Attack = (document: JsonObject, draw: Draw) => unknown;

/** The document that a seed and a number give; attacks come in turn, where they strike is drawn. */
export function hostileDocument(seed: string, number: number): HostileDocument {
  const kind = hostileKinds[number % hostileKinds.length] ?? 'best-practice';
  const attacks = Object.entries({ ...anywhere, ...attacksOn[kind] });
  const [attack, strike] = attacks[Math.floor(number / hostileKinds.length) % attacks.length] ?? [
    '',
    () => '',
  ];
  const input = strike(structuredClone(victims[kind]), drawFrom(`${seed} ${number}`));
  return { kind, attack, input };
}

function drawFrom(seed: string): Draw {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    pick: (values) => {
      const [first, ...others] = values;
      if (first === undefined) throw new Error('nothing to pick from');
      return others[below(values.length) - 1] ?? first;
    },
  };
}

const victims: Record<HostileKind, JsonObject> = {
  'best-practice': plain(
    aRule({
      conditions: {
        all: [
          leaf('contact', '$.tier', 'equal', 'gold'),
          { not: { any: [leaf('contact', '$.tags', 'someFact:textContains', 'vip')] } },
          leaf('contact', '$.score', 'between', [1, 50]),
        ],
      },
    }),
  ),
  tables: plain(aTable()),
  journeys: plain(
    journeyOf({
      first: { kind: 'wait', title: 'Wait', wait: { after: 'P1D' }, next: 'choose' },
      choose: {
        kind: 'branch',
        title: 'Choose',
        cases: [{ title: 'Gold', when: { all: [leaf('contact', '$.tier', 'equal', 'gold')] }, next: 'tell' }],
        else: 'done',
      },
      tell: { kind: 'emit', title: 'Tell', event: 'order.placed', data: { orderId: 'A1' }, next: 'done' },
      done,
    }),
  ),
  templates: {
    id: 'hostile',
    title: 'Hostile',
    why: 'To see what a template can do.',
    owner: { team: 'marketing' },
    channel: 'email',
    language: 'en',
    languages: {
      en: {
        subject: 'Hello {{ contact.name }}',
        body: 'Hello {{ contact.name | default: "you" }}, {% if contact.tier == "gold" %}welcome back{% endif %}.',
      },
    },
    sample: { contact: { name: 'Ada' } },
  },
  mapping: {
    id: 'orders',
    title: 'Orders',
    why: 'The shop sends orders as a file.',
    owner: { team: 'service' },
    zone: 'UTC',
    lookups: { customers: { file: 'customers.csv', key: 'customer' } },
    events: [
      {
        type: 'order.placed',
        id: 'order.{id}',
        source: 'shop',
        time: { columns: ['at'], format: 'yyyy-MM-dd HH:mm' },
        subject: { scheme: 'customer', value: 'customer' },
        data: { orderId: 'id', items: { column: 'items', as: 'list', separator: ';' } },
      },
    ],
  },
};

const bomb = `${'a'.repeat(40)}!`;
const texts = [
  `$[?(@.constructor.constructor('${call}')())]`,
  '$..*',
  '$..[?(@root.list.splice(0,1))]',
  '$.__proto__.polluted',
  '$.constructor.prototype.polluted',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'error',
  'success',
  'NaN',
  '-Infinity',
  '1e999',
  '(?:a+)+$',
  `(a+)+${bomb}`,
  '[object Object]',
  `\${${call}}`,
  `{{ constructor.constructor | map: "${call}" }}`,
  `{% raw %}{{ ${call} }}`,
  `';${call};//`,
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '\u0000\uD800\u202E',
  'known:orUnknown:not:not:not:equal',
  'everyFact:'.repeat(2000),
  '2026-02-31T25:61:61Z',
  'P999999999999999999999D',
  'P'.repeat(5000),
  '9'.repeat(5000),
  'a-'.repeat(5000),
  'x'.repeat(200_000),
  '{'.repeat(2000),
  '{a}'.repeat(160),
];

const machinery = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  'fact',
];

const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
const named = (count: number, make: (at: number) => Json, name = 'n'): JsonObject =>
  Object.fromEntries(many(count, (at) => [`${name}${at}`, make(at)]));

/** What can strike any document at any place. */
const anywhere: Record<string, Attack> = {
  'a hostile text': (document, draw) => at(document, draw, () => draw.pick(texts)),
  'a hostile text, as a file': (document, draw) => JSON.stringify(at(document, draw, () => draw.pick(texts))),
  'another type': (document, draw) =>
    at(document, draw, () =>
      draw.pick<Json>([null, 0, -0, 1e308, true, [], {}, [[]], { fact: {} }, [null], '']),
    ),
  'a number that is none': (document, draw) =>
    at(document, draw, () => draw.pick([Number.NaN, Number.POSITIVE_INFINITY, -Number.MIN_VALUE])),
  'a name of the machinery': (document, draw) =>
    JSON.stringify(at(document, draw, () => '@@')).replace(
      '"@@"',
      `{"${draw.pick(machinery)}":{"polluted":true,"${canary}":1}}`,
    ),
  'an own __proto__ in a value': (document, draw) =>
    at(document, draw, () => JSON.parse('{"__proto__":{"polluted":true}}')),
  'a key twice': (document, draw) =>
    JSON.stringify(document).replace('{', `{"${draw.pick(Object.keys(document))}":1,`),
  'lists in lists in a text': (document, draw) =>
    JSON.stringify(at(document, draw, () => '@@')).replace(
      '"@@"',
      nested(draw.pick([60, 5000, 200_000]), '[', ']'),
    ),
  'objects in objects in a value': (document, draw) =>
    at(document, draw, () =>
      JSON.parse(nested(draw.pick([39, 60, 3000]), '{"all":[', ']}').replace('[]', '[{}]')),
    ),
  'a value in itself': (document, draw) => {
    const circle: JsonObject = {};
    circle.all = [circle, { not: circle }];
    return at(document, draw, () => circle);
  },
  'one value in many places': (document, draw) => {
    let value: Json = 'x';
    for (let level = 0; level < 30; level++) value = { all: [value, value] };
    const shared = value;
    return at(document, draw, () => shared);
  },
  'a long list of texts': (document, draw) =>
    at(document, draw, () => many(draw.pick([501, 20_000, 90_000]), (n) => `t${n}`)),
  'a long list of objects': (document, draw) =>
    JSON.stringify(at(document, draw, () => many(draw.pick([51, 5000, 90_000]), () => ({})))),
  'an object of many keys': (document, draw) =>
    at(document, draw, () => named(draw.pick([1000, 40_000]), () => 1)),
  'a text that is none of JSON': (_, draw) =>
    draw.pick([
      '',
      '{',
      '[[[',
      'undefined',
      `(${call})`,
      '{"a":01}',
      '{"a":"\\u12"}',
      '\\'.repeat(100_000),
      '"'.repeat(99_999),
      ' '.repeat(900_000),
    ]),
  'a text of escapes': (document, draw) => inText(document, draw, `"${'\\u0041'.repeat(100_000)}"`),
  'more text than a document has': (document, draw) => inText(document, draw, `"${'x'.repeat(1_000_001)}"`),
};

const conditions = (document: JsonObject, kind: HostileKind, root: Json): JsonObject => {
  if (kind === 'best-practice') return { ...document, conditions: root };
  return { ...document, trigger: { event: 'order.placed', when: root } };
};
const tier: JsonObject = { fact: 'contact', path: '$.tier', operator: 'equal', value: 'gold' };

/** What can strike a condition, wherever it stands. */
function onConditions(kind: HostileKind): Record<string, Attack> {
  const root =
    (make: (draw: Draw) => Json): Attack =>
    (document, draw) =>
      conditions(document, kind, make(draw));
  return {
    'nodes in nodes': root((draw) => {
      let node: Json = tier;
      for (let level = 0; level < draw.pick([11, 12, 13, 30, 2000]); level++)
        node = draw.pick<Json>([{ not: node }, { all: [node] }, { any: [node, tier] }]);
      return { all: [node] };
    }),
    'thousands of nodes': root((draw) => ({ any: many(draw.pick([50, 51, 5000]), () => tier) })),
    'the largest condition there may be': root(() => ({
      all: many(49, () => ({ any: many(9, () => tier) })),
    })),
    'a wide condition of mistakes': root(() => ({
      all: many(50, () => ({ any: many(9, () => ({ ...tier, operator: 'constructor', extra: 1 })) })),
    })),
    'groups mixed on one node': root((draw) => ({
      all: [tier],
      [draw.pick(['any', 'not', 'fact', 'condition'])]: [tier],
    })),
    'a reference to another condition': root(() => ({
      all: [{ condition: 'x' }, { condition: 'constructor' }],
    })),
    'names that look like a circle': root(() => ({
      name: 'n1',
      all: [{ name: 'n1', any: [{ name: 'n1', ...tier }] }],
    })),
    'a path that is a script': root((draw) => ({ all: [{ ...tier, path: draw.pick(texts) }] })),
    'an operator of decorators': root((draw) => ({
      all: [
        {
          ...tier,
          operator:
            `${draw.pick(['known:', 'not:', 'someFact:', 'swap:'])}`.repeat(draw.pick([2, 3, 5000])) +
            'equal',
        },
      ],
    })),
    'a value that takes long to compare': root((draw) => ({
      all: [
        {
          ...tier,
          operator: draw.pick(['in', 'textContains', 'someFact:in']),
          value: draw.pick<Json>([many(500, (n) => `v${n}`), 'a'.repeat(500), many(60_000, () => 1)]),
        },
      ],
    })),
    'a reference as value': root((draw) => ({
      all: [
        {
          ...tier,
          value: {
            fact: draw.pick(['constructor', 'contact', '__proto__']),
            path: draw.pick(['$.constructor', '$.tier', '$..x']),
          },
        },
      ],
    })),
  };
}

const step = (next: string): JsonObject => ({
  kind: 'emit',
  title: 'Tell',
  event: 'order.placed',
  data: {},
  next,
});
const journey = (document: JsonObject, steps: JsonObject): JsonObject => ({
  ...document,
  start: 's0',
  steps,
});
const branch = (cases: number, to: (at: number) => string): JsonObject => ({
  kind: 'branch',
  title: 'Choose',
  cases: many(cases, (at) => ({ title: 'Case', when: { all: [tier] }, next: to(at) })),
  else: to(cases),
});

const attacksOn: Record<HostileKind, Record<string, Attack>> = {
  'best-practice': {
    ...onConditions('best-practice'),
    'an action called error': (document, draw) => ({
      ...document,
      event: {
        type: draw.pick(['error', 'success', 'constructor', 'task.create']),
        params: named(draw.pick([1, 10_000]), () => call),
      },
    }),
    'many mistakes at once': (document) => ({
      ...document,
      tests: many(9000, () => ({ name: 1, facts: 2, expect: 3 })),
    }),
    'many stages and events': (document) => ({
      ...document,
      stages: many(20_000, (n) => `stage-${n}`),
      trigger: { events: many(20_000, (n) => `order.thing-${n}`) },
    }),
  },
  tables: {
    'a thousand rows': (document, draw) => ({
      ...document,
      rows: many(draw.pick([300, 1000, 1001, 20_000]), (n) => ({
        id: `r${n}`,
        cells: { i1: { operator: 'equal', value: n } },
        out: { o1: 'x' },
      })),
    }),
    'cells of columns that do not exist': (document, draw) => ({
      ...document,
      rows: [
        {
          id: 'r1',
          cells: named(draw.pick([1, 900]), () => ({ operator: 'equal', value: 1 }), 'i'),
          out: named(900, () => 'x', 'o'),
        },
      ],
    }),
    'rows that hide each other': (document) => ({
      ...document,
      rows: many(1000, (n) => ({
        id: `r${n % 10}`,
        cells: { i1: { operator: 'in', value: ['a', 'b', `${n}`] } },
        out: { o1: 'x' },
      })),
    }),
    'mistakes in every cell': (document) => ({
      ...document,
      rows: many(1000, () => ({
        id: 'x',
        cells: { i1: { operator: 'x', value: null }, q: 1 },
        out: { o1: {} },
        extra: 1,
      })),
    }),
    'columns of one name': (document) => ({
      ...document,
      inputs: many(50, () => ({ id: 'i1', label: 'X', fact: 'contact', path: '$.score', type: 'number' })),
      outputs: many(50, () => ({
        id: 'o1',
        label: 'X',
        param: 'x',
        type: 'enum',
        values: many(900, (n) => `v${n}`),
      })),
    }),
  },
  journeys: {
    ...onConditions('journeys'),
    'a long chain of steps': (document, draw) => {
      const count = draw.pick([400, 999, 1001, 5000]);
      return journey(document, {
        ...named(count, (n) => step(`s${n + 1}`), 's'),
        [`s${count}`]: { kind: 'end', title: 'Done', reason: 'done' },
      });
    },
    'steps that lead nowhere': (document, draw) =>
      journey(
        document,
        named(draw.pick([100, 499, 3000]), (n) => step(`${'missing-'.repeat(6)}${n}`), 's'),
      ),
    'branches that lead nowhere': (document) =>
      journey(
        document,
        named(200, (n) => branch(20, (to) => `nowhere-at-all-${n}-${to}`), 's'),
      ),
    'every step leads to every other': (document, draw) => {
      const count = draw.pick([20, 300]);
      return journey(
        document,
        named(count, (n) => branch(20, (to) => `s${(n * 7 + to) % count}`), 's'),
      );
    },
    'a circle without a wait': (document, draw) => {
      const count = draw.pick([1, 2, 450, 6000]);
      return journey(
        document,
        named(count, (n) => step(`s${(n + 1) % count}`), 's'),
      );
    },
    'steps named like machinery': (document, draw) => {
      const name = draw.pick(['constructor', 'prototype', 'valueof', 'error']);
      return { ...document, start: name, steps: { [name]: step(name) } };
    },
    'spans without end': (document, draw) => ({
      ...document,
      steps: {
        first: {
          kind: 'wait',
          title: 'Wait',
          wait: { after: draw.pick(['P99999999999D', 'PT0S', `P${'9'.repeat(400)}W`, 'P330D']) },
          next: 'done',
        },
        done,
      },
    }),
    'a test that plays many events': (document) => ({
      ...document,
      tests: [
        {
          name: 'all',
          facts: {},
          events: many(8000, (n) => ({ at: `PT${n}S`, type: 'order.placed', data: { orderId: `${n}` } })),
          expect: { effects: [], end: null },
        },
      ],
    }),
  },
  templates: Object.fromEntries(
    Object.entries(hostileBodies).map(([attack, body]): [string, Attack] => [
      attack,
      (document) => ({ ...document, languages: { en: { subject: 'Hello', body: body() } } }),
    ]),
  ),
  mapping: {
    'a chain of lookups': (document, draw) => {
      const count = draw.pick([50, 400, 12_000]);
      return { ...document, lookups: named(count, (n) => ({ file: 'f', key: 'k', by: `l${n + 1}.k` }), 'l') };
    },
    'a circle of lookups': (document, draw) => {
      const count = draw.pick([1, 2, 400, 12_000]);
      return {
        ...document,
        lookups: named(count, (n) => ({ file: 'f', key: 'k', by: `l${(n + 1) % count}.k` }), 'l'),
      };
    },
    'many fields': (document, draw) => ({
      ...document,
      events: many(draw.pick([1, 50, 51]), () => ({
        ...eventOf(document),
        data: named(700, (n) => `c${n}`, 'f'),
      })),
    }),
    'a value with a long map': (document) => ({
      ...document,
      events: [
        {
          ...eventOf(document),
          data: { tier: { column: 'items', map: named(20_000, (n) => `v${n}`), empty: many(100, () => '') } },
        },
      ],
    }),
    'a format that is a pattern': (document, draw) => ({
      ...document,
      events: [
        {
          ...eventOf(document),
          time: {
            columns: ['at', 'items'],
            format: draw.pick([
              '(y+)+$',
              "y'(a+)+$'",
              'y'.repeat(80),
              `yyyy${'MMMM '.repeat(15)}`,
              'yyyy.*.*.*.*.*.*',
              'y|y|y|y',
            ]),
          },
        },
      ],
    }),
    'a pattern of many columns': (document) => ({
      ...document,
      events: [{ ...eventOf(document), id: '{a}'.repeat(166) }],
    }),
    'a file out of reach': (document) => ({
      ...document,
      lookups: { x: { file: '/etc/passwd', key: '__proto__' } },
    }),
    'columns named like machinery': (document) => ({
      ...document,
      events: [
        {
          ...eventOf(document),
          id: '{constructor}{__proto__.x}{customers.__proto__}',
          data: { a: '__proto__.polluted', b: 'constructor.constructor', c: 'customers.constructor' },
        },
      ],
    }),
    'many mistakes at once': (document) => ({
      ...document,
      events: many(4000, () => ({ type: 1, id: '{', source: 2, time: {}, subject: 3, data: { X: {} } })),
    }),
  },
};

function eventOf({ events }: JsonObject): JsonObject {
  const first: Json | undefined = Array.isArray(events) ? events[0] : undefined;
  return typeof first === 'object' && first !== null && !Array.isArray(first) ? first : {};
}

/** Strikes one place of a document, drawn among all. */
function at(document: JsonObject, draw: Draw, make: () => unknown): JsonObject {
  const places: [object, string][] = [];
  const walk = (value: object) => {
    for (const key of Object.keys(value)) {
      places.push([value, key]);
      const below: unknown = Reflect.get(value, key);
      if (typeof below === 'object' && below !== null) walk(below);
    }
  };
  walk(document);
  const [parent, key] = draw.pick(places);
  Reflect.set(parent, key, make());
  return document;
}

/** The same in the text of the document, for what no value can say. */
function inText(document: JsonObject, draw: Draw, text: string): string {
  return JSON.stringify(at(document, draw, () => '@@')).replace('"@@"', () => text);
}

function plain(document: object): JsonObject {
  return JSON.parse(JSON.stringify(document));
}

/** How many documents it takes until every attack has struck every kind. */
export const attacksInAll: number =
  hostileKinds.length *
  Math.max(...hostileKinds.map((kind) => Object.keys({ ...anywhere, ...attacksOn[kind] }).length));
