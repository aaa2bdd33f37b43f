import { checkJourneys } from '@baton/rules/check/journeys.ts';
import { type DocumentKind, documentKinds, type Library } from '@baton/rules/documents/index.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import { expect, test } from 'vitest';
import { done, journeyOf, offers } from '../support/journeys.ts';

const said = { title: 'A title', why: 'For the test.', owner: { team: 'service' } };
const payload = {
  orderId: { type: 'text' as const },
  promisedAt: { type: 'date' as const },
  total: { type: 'number' as const },
};
const event = (id: string) => documentKinds.events.parse({ ...said, id, payload, sample: {} });
const eventTypes = ['order.placed', 'order.delivered'];

function libraryWith(journey: Journey): Library {
  const attribute = { kind: 'attribute' as const };
  const contact = documentKinds.facts.parse({
    ...said,
    id: 'contact',
    facts: [
      {
        path: '$.tier',
        label: 'Tier',
        type: 'enum',
        values: ['a', 'b'],
        source: attribute,
        owner: 'service',
      },
      {
        path: '$.orders',
        label: 'Orders',
        type: 'number',
        source: { kind: 'count', event: 'order.placed' },
        owner: 'service',
      },
    ],
  });
  const hello = documentKinds.templates.parse({
    ...said,
    id: 'hello',
    channel: 'email',
    language: 'en',
    languages: { en: { body: 'Hello' } },
    sample: {},
  });
  const empty = (_: DocumentKind) => new Map<string, never>();
  return {
    facts: new Map([['contact', contact]]),
    events: new Map(eventTypes.map((type) => [type, event(type)])),
    templates: new Map([['hello', hello]]),
    settings: new Map(),
    channels: new Map(),
    tables: new Map([['offers', offers]]),
    journeys: new Map([[journey.id, journey]]),
    'best-practice': empty('best-practice'),
    stages: empty('stages'),
    calendars: empty('calendars'),
    'service-levels': empty('service-levels'),
    handovers: empty('handovers'),
    campaigns: empty('campaigns'),
  };
}

/** Problems as "code at path". */
function problemsOf(steps: Record<string, Step>, rest: Partial<Journey> = {}): string[] {
  return checkJourneys(libraryWith(journeyOf(steps, rest))).map(({ code, path }) => `${code} at ${path}`);
}

const mail: Step = {
  kind: 'send',
  title: 'Mail',
  template: 'hello',
  channel: 'email',
  purpose: 'service',
  next: 'last',
};
const match = [{ path: '$.orderId', equals: 'enrolment-key' as const }];
const waitFor: Step = {
  kind: 'wait-for',
  title: 'Delivered',
  events: [{ event: 'order.delivered', match, next: 'last' }],
  timeout: { until: { fact: 'event', path: '$.promisedAt' }, offset: 'P1D' },
  onTimeout: 'last',
};
const task: Step = {
  kind: 'task',
  title: 'Call',
  queue: 'service',
  instruction: 'Call.',
  due: 'P1D',
  next: 'last',
};
const tierIs = (value: string) => ({ all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value }] });

test('finds nothing wrong with a sound journey', () => {
  const journey: Partial<Journey> = {
    goal: { event: 'order.delivered', match },
    exits: [{ event: 'order.delivered', match, reason: 'done' }],
  };

  expect(
    problemsOf(
      { await: { ...waitFor, onTimeout: 'task' }, task: { ...task, next: 'mail' }, mail, last: done },
      journey,
    ),
  ).toEqual([]);
});

test.each<[string, Record<string, Step>, Partial<Journey>, string[]]>([
  [
    'an arrow to nowhere',
    { mail: { ...mail, next: 'lost' }, last: done },
    { start: 'mial' },
    [
      'no-such-step at start',
      'no-such-step at steps.mail.next',
      'unmet-step at steps.mail',
      'unmet-step at steps.last',
      'no-way-to-end at steps.mail',
    ],
  ],
  ['a step that nothing leads to', { last: done, mail }, {}, ['unmet-step at steps.mail']],
  [
    'a step without a way to an end',
    { wait: { kind: 'wait', title: 'W', wait: { after: 'P1D' }, next: 'wait' } },
    {},
    ['no-way-to-end at steps.wait'],
  ],
  [
    'a circle that takes no time',
    {
      branch: {
        kind: 'branch',
        title: 'B',
        cases: [{ title: 'A', when: tierIs('a'), next: 'mail' }],
        else: 'last',
      },
      mail: { ...mail, next: 'branch' },
      last: done,
    },
    {},
    ['loop-without-wait at steps.mail.next'],
  ],
  [
    'a circle that a date may let pass',
    { await: { ...waitFor, onTimeout: 'await' }, last: done },
    {},
    ['loop-without-wait at steps.await.onTimeout'],
  ],
  [
    'an unknown template',
    { mail: { ...mail, template: 'helo' }, last: done },
    {},
    ['unknown-template at steps.mail.template'],
  ],
  [
    'a template of another channel',
    { mail: { ...mail, channel: 'sms' }, last: done },
    {},
    ['channel-differs at steps.mail.channel'],
  ],
  [
    'an unknown event',
    { await: { ...waitFor, events: [{ event: 'order.lost', next: 'last' }] }, last: done },
    {},
    ['unknown-event at steps.await.events.0.event'],
  ],
  [
    'a match that the event cannot meet',
    {
      await: {
        ...waitFor,
        events: [
          { event: 'order.delivered', match: [{ path: '$.order', equals: 'enrolment-key' }], next: 'last' },
        ],
      },
      last: done,
    },
    {},
    ['not-in-payload at steps.await.events.0.match.0.path'],
  ],
  [
    'an event of any order where orders are kept apart',
    { await: { ...waitFor, events: [{ event: 'order.delivered', next: 'last' }] }, last: done },
    {},
    ['match-missing at steps.await.events.0'],
  ],
  [
    'a key without key',
    { await: waitFor, last: done },
    { key: undefined },
    ['no-enrolment-key at steps.await.events.0.match.0.equals'],
  ],
  ['a key that the trigger does not carry', { last: done }, { key: '$.cartId' }, ['not-in-payload at key']],
  [
    'a wait until what is no date',
    { await: { ...waitFor, timeout: { until: { fact: 'event', path: '$.total' } } }, last: done },
    {},
    ['not-a-date at steps.await.timeout.until'],
  ],
  [
    'a wait until what nobody knows',
    { await: { ...waitFor, timeout: { until: { fact: 'contact', path: '$.due' } } }, last: done },
    {},
    ['unknown-fact at steps.await.timeout.until'],
  ],
  [
    'a wait of more than 330 days',
    { task: { ...task, due: 'P331D' }, last: done },
    {},
    ['wait-too-long at steps.task.due'],
  ],
  [
    'a queue of nobody',
    { task: { ...task, queue: 'servise' }, last: done },
    {},
    ['unknown-queue at steps.task.queue'],
  ],
  [
    'an unknown table',
    {
      offer: {
        kind: 'offer',
        title: 'O',
        table: 'offer',
        queue: 'service',
        within: 'PT1M',
        onAccept: 'last',
        onDecline: 'last',
        onTimeout: 'last',
        onNone: 'last',
      },
      last: done,
    },
    {},
    ['unknown-table at steps.offer.table'],
  ],
  [
    'an update by an unknown table',
    {
      update: {
        ...{ kind: 'update', title: 'U', attribute: '$.tier', next: 'last' },
        value: { table: 'offer', output: 'offer' },
      },
      last: done,
    },
    {},
    ['unknown-table at steps.update.value.table'],
  ],
  [
    'an update by an output that the table has not',
    {
      update: {
        ...{ kind: 'update', title: 'U', attribute: '$.tier', next: 'last' },
        value: { table: 'offers', output: 'tier' },
      },
      last: done,
    },
    {},
    ['unknown-output at steps.update.value.output'],
  ],
  [
    'an unknown handover',
    {
      handover: {
        kind: 'handover',
        title: 'H',
        handover: 'to-me',
        timeout: { after: 'P1D' },
        onAccepted: 'last',
        onReturned: 'last',
        onTimeout: 'last',
      },
      last: done,
    },
    {},
    ['unknown-handover at steps.handover.handover'],
  ],
  [
    'an attribute that is computed',
    { update: { kind: 'update', title: 'U', attribute: '$.orders', value: 1, next: 'last' }, last: done },
    {},
    ['not-an-attribute at steps.update.attribute'],
  ],
  [
    'data that the event has no place for',
    {
      emit: { kind: 'emit', title: 'E', event: 'order.delivered', data: { colour: 'red' }, next: 'last' },
      last: done,
    },
    {},
    ['not-in-payload at steps.emit.data.colour'],
  ],
  [
    'a condition on what cannot be',
    { last: done },
    { trigger: { event: 'order.placed', when: tierIs('c') } },
    ['value-outside-fact at trigger.when.all.0.value'],
  ],
  [
    'an unknown trigger',
    { last: done },
    { trigger: { event: 'order.plaecd' } },
    ['unknown-event at trigger.event'],
  ],
  [
    'a goal by an unknown event',
    { last: done },
    { goal: { event: 'order.lost' } },
    ['unknown-event at goal.event'],
  ],
  [
    'a test that expects a step that is not there',
    { last: done },
    {
      tests: [
        {
          name: 't',
          facts: {},
          events: [{ at: 'PT0S', type: 'order.placed', data: {} }],
          expect: { effects: [{ at: 'PT0S', kind: 'send', step: 'mail' }], end: null },
        },
      ],
    },
    ['no-such-step at tests.0.expect.effects.0.step'],
  ],
])('finds %s', (_, steps, rest, expected) => {
  expect(problemsOf(steps, rest)).toEqual(expected);
});

test('a circle with a fixed wait is sound', () => {
  const pause: Step = { kind: 'wait', title: 'Pause', wait: { after: 'P1D' }, next: 'branch' };
  const branch: Step = {
    kind: 'branch',
    title: 'B',
    cases: [{ title: 'A', when: tierIs('a'), next: 'pause' }],
    else: 'last',
  };

  expect(problemsOf({ pause, branch, last: done })).toEqual([]);
});

const codesOf = (journey: Journey): string[] => checkJourneys(libraryWith(journey)).map(({ code }) => code);

/** So many steps in a row and an end. */
function inRow(count: number, step: Extract<Step, { next: string }>): Record<string, Step> {
  const names = Array.from({ length: count - 1 }, (_, index) => `step-${index}`);
  const steps = names.map((name, index) => [name, { ...step, next: names[index + 1] ?? 'last' }]);
  return { ...Object.fromEntries(steps), last: done };
}

test('refuses more than 1,000 steps', () => {
  expect(problemsOf(inRow(1001, mail))).toEqual(['journey-too-large at steps']);
});

test('takes 1,000 steps whose machine Step Functions takes, with the longest name of a function in it', () => {
  const journey = journeyOf(
    inRow(1000, { kind: 'update', title: 'Note', attribute: '$.tier', value: 'a', next: 'last' }),
  );
  const longest = `arn:aws-us-gov:lambda:ap-northeast-1:123456789012:function:${'f'.repeat(64)}`;

  const definition = JSON.stringify(compile(journey, { version: 1 })).replaceAll(/\$\{\w+\}/g, longest);

  expect(codesOf(journey)).not.toContain('journey-too-large');
  expect(Buffer.byteLength(definition)).toBeLessThan(1_048_576);
});

test('refuses a machine that is too large once the name of its function stands in it', () => {
  const journey = journeyOf(inRow(900, mail));

  expect(JSON.stringify(compile(journey, { version: 1 })).length).toBeLessThan(1_048_576);
  expect(codesOf(journey)).toContain('journey-too-large');
});

test('says what is wrong, where, and what to do', () => {
  expect(checkJourneys(libraryWith(journeyOf({ mail: { ...mail, template: 'helo' }, last: done })))).toEqual([
    {
      code: 'unknown-template',
      severity: 'error',
      document: 'journeys/under-test',
      path: 'steps.mail.template',
      message:
        'There is no template "helo". Did you mean "hello"? Add it under templates, or correct its name.',
    },
  ]);
});
