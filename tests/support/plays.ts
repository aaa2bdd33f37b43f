import type {
  ChannelDocument,
  EventDocument,
  FactsDocument,
  Journey,
  Library,
} from '@baton/rules/documents/index.ts';
import type { ScriptEvent } from '@baton/rules/journey/simulate.ts';
import fc from 'fast-check';
import { aLibrary } from './documents.ts';
import { done, journeyOf, journeysOf, offers, start } from './journeys.ts';
import { aTemplate } from './publishing-host.ts';

/** When an event of a play happens: at an instant, or near the nth moment at which something begins to wait or runs out. */
type Moment = { at: string } | { near: number; secondsLater: number };

/** A journey and what happens to its contact, as far as it is known before the journey is played. */
export type Play = {
  journey: Journey;
  subject: string;
  events: (Omit<ScriptEvent, 'at'> & { moment: Moment })[];
};

const own = [{ path: '$.orderId', equals: 'enrolment-key' as const }];
const tierB = { all: [{ fact: 'contact', path: '$.tier', operator: 'equal', value: 'b' }] };
const eventTierA = { all: [{ fact: 'event', path: '$.tier', operator: 'equal', value: 'a' }] };

const firstOrder = { all: [{ fact: 'event', path: '$.orderId', operator: 'equal', value: 'A1' }] };

const ways = fc.record({
  goal: fc.constantFrom<Journey['goal']>(
    undefined,
    undefined,
    { event: 'order.delivered', match: own },
    { event: 'journey.noted' },
    { event: 'order.delivered', when: tierB },
  ),
  exits: fc.subarray<Journey['exits'][number]>([
    { event: 'order.cancelled', match: own, reason: 'cancelled' },
    { event: 'order.placed', match: own, reason: 'placed-anew' },
    { event: 'contact.updated', when: eventTierA, reason: 'updated' },
  ]),
  reEntry: fc.constantFrom<Journey['reEntry']>(
    { policy: 'never' },
    { policy: 'always' },
    { policy: 'after', gap: 'P3D' },
  ),
  trigger: fc.constantFrom<Journey['trigger']>(
    { event: 'order.placed' },
    { event: 'order.placed' },
    { event: 'order.placed', when: firstOrder },
    { event: 'contact.updated' },
  ),
  key: fc.constantFrom('$.orderId', '$.orderId', undefined),
});

const types = [
  ...['order.placed', 'order.placed', 'order.delivered', 'order.delivered', 'order.cancelled'],
  ...['task.completed', 'task.completed', 'offer.accepted', 'offer.declined', 'handover.accepted'],
  ...['handover.returned', 'journey.ended', 'case.closed', 'case.closed', 'contact.updated'],
  ...['contact.updated', 'consent.given', 'consent.withdrawn', 'page.viewed'],
];

const data = fc.record(
  {
    orderId: fc.constantFrom('A1', 'A1', 'B2'),
    promisedAt: fc.constantFrom('2026-01-12T09:00:00Z', '2025-01-01', 'soon', '2026-01-20T00:00:00+02:00'),
    tier: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom('reached', 'gone', 'approved', 'rejected'),
    goal: fc.boolean(),
    renewalAt: fc.constantFrom('2026-01-19T12:00:00Z', '2026-03-01'),
    timeZone: fc.constantFrom('America/New_York', 'nowhere'),
    phone: fc.constant('+43 1 234567'),
    channel: fc.constantFrom('email', 'email', 'sms'),
    purpose: fc.constantFrom('marketing', 'marketing', 'service'),
  },
  { requiredKeys: ['orderId', 'channel', 'purpose'] },
);

const instant = fc
  .nat(30 * 86_400)
  .map((seconds) => new Date(Date.parse(start) + seconds * 1000).toISOString());

const moment: fc.Arbitrary<Moment> = fc.oneof(
  instant.map((at) => ({ at })),
  fc.record({ near: fc.nat(40), secondsLater: fc.constantFrom(-1, 0, 0, 0, 1, 30) }),
  fc.record({ near: fc.nat(5), secondsLater: fc.constantFrom(-1, 0, 0, 0, 1, 30) }),
);

const history = fc.array(fc.record({ moment, type: fc.constantFrom(...types), data }), {
  minLength: 2,
  maxLength: 14,
  size: 'max',
});

/** Among them what a journey itself announces. */
const awaited = ['order.delivered', 'journey.noted', 'stage.entered', 'case.opened'];

/** A play of any journey: every kind of step, every way in and out, and answers, updates and consent in any order. */
export const plays: fc.Arbitrary<Play> = fc
  .tuple(journeysOf({ minLength: 2, maxLength: 14, size: 'max' }, awaited), history, ways, data, fc.nat(99))
  .map(([journey, events, { key, ...more }, first, number]) => ({
    subject: `email:contact-${number}@example.com`,
    journey: journeyOf(journey.steps, { start: journey.start, ...more, key }),
    events: [
      {
        moment: { at: start },
        type: more.trigger?.event ?? 'order.placed',
        data: { ...first, orderId: 'A1' },
      },
      ...events,
    ],
  }));

const about = { title: 'A title', why: 'To be told.', owner: { team: 'crm' } };
const text = { type: 'text' } as const;

const eventDocuments: EventDocument[] = [
  ...new Set([...types, 'journey.noted', 'stage.entered', 'case.opened']),
].map((id) => ({
  ...about,
  id,
  payload: { orderId: text },
  sample: {},
  ...(id === 'contact.updated'
    ? {
        sets: ['tier', 'renewalAt', 'timeZone', 'phone'].map((name) => ({
          attribute: `$.${name}`,
          from: `$.${name}`,
        })),
      }
    : {}),
}));

const attribute = { label: 'A fact', owner: 'crm', source: { kind: 'attribute' as const } };
const contactFacts: FactsDocument = {
  ...about,
  id: 'contact',
  facts: [
    { ...attribute, path: '$.tier', type: 'enum', values: ['a', 'b'] },
    { ...attribute, path: '$.renewalAt', type: 'date' },
    { ...attribute, path: '$.timeZone', type: 'text' },
    { ...attribute, path: '$.phone', type: 'text' },
    { ...attribute, path: '$.email', type: 'text' },
  ],
};
const cycleFacts: FactsDocument = {
  ...about,
  id: 'cycle',
  facts: [
    {
      ...{ label: 'Stage', owner: 'crm', path: '$.stage', source: { kind: 'stage' } },
      ...{ type: 'enum', values: ['targeted', 'converted'] },
    },
  ],
};

/** Marketing needs consent and keeps to a cap, at any time of day: the simulator knows no quiet hours. */
const channel = (id: 'email' | 'sms'): ChannelDocument => ({
  ...about,
  id,
  timeZone: 'UTC',
  quietHours: [],
  caps: [{ messages: 2, within: 'P7D' }],
  consent: { purposes: ['marketing'], text: 'news', wording: 'Yes, send me news.' },
  unsubscribe: false,
});

/** The journey that others enrol into. It goes on for longer than any play lasts, so its end is told by the play. */
const other = journeyOf(
  { pause: { title: 'Pause', kind: 'wait', wait: { after: 'P300D' }, next: 'done' }, done },
  { id: 'other', trigger: null, reEntry: { policy: 'always' } },
);

export function libraryOf({ journey }: Pick<Play, 'journey'>): Library {
  return {
    ...aLibrary({
      ...{ rules: [], handovers: [], tables: [offers], events: eventDocuments },
      ...{ facts: [contactFacts, cycleFacts], channels: [channel('email'), channel('sms')] },
    }),
    journeys: new Map([journey, other].map((each) => [each.id, each])),
    templates: new Map([['hello', aTemplate()]]),
  };
}
