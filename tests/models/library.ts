import { documentKinds, type Library } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { aLibrary } from '../support/documents.ts';

/** What a model says of its documents; the rest of each document says nothing that a protocol depends on. */
export type Sketch = {
  journeys?: JsonObject[];
  stages?: JsonObject[];
  handovers?: JsonObject[];
  rules?: JsonObject[];
  templates?: JsonObject[];
  channels?: JsonObject[];
  serviceLevels?: JsonObject[];
};

const about = { title: 'A title', why: 'A protocol needs something to be about.', owner: { team: 'desk' } };

/** Events of the models; none says more than ids. */
const eventTypes = [
  'order.placed',
  'order.delivered',
  'order.cancelled',
  'deal.won',
  'lead.lost',
  'consent.given',
  'consent.withdrawn',
  'handover.accepted',
  'handover.returned',
  'handover.expired',
  'stage.entered',
  'stage.overdue',
  'task.completed',
  'case.opened',
  'case.solved',
  'case.reopened',
  'case.closed',
];

/** As few documents as a protocol needs, so that a run takes a moment. */
export function sketched({
  journeys,
  stages,
  handovers,
  rules,
  templates,
  channels,
  serviceLevels,
}: Sketch): Library {
  const facts = {
    ...about,
    id: 'contact',
    facts: [{ path: '$.name', label: 'Name', owner: 'desk', source: { kind: 'attribute' }, type: 'text' }],
  };
  return {
    ...aLibrary(),
    facts: byId([documentKinds.facts.parse(facts)]),
    events: byId(
      eventTypes.map((id) => documentKinds.events.parse({ ...about, id, payload: {}, sample: {} })),
    ),
    journeys: byId(
      (journeys ?? []).map((own) =>
        documentKinds.journeys.parse({
          ...about,
          key: '$.orderId',
          reEntry: { policy: 'never' },
          exits: [],
          tests: [
            {
              name: 'begins',
              facts: {},
              events: [{ at: 'PT0S', type: 'order.placed', data: {} }],
              expect: { effects: [], end: null },
            },
          ],
          ...own,
        }),
      ),
    ),
    stages: byId(
      (stages ?? []).map((own, at) =>
        documentKinds.stages.parse({ ...about, order: at + 1, milestones: [], measures: [], ...own }),
      ),
    ),
    handovers: byId(
      (handovers ?? []).map((own) =>
        documentKinds.handovers.parse({
          ...about,
          milestones: [],
          requiredFacts: [],
          escalation: { to: 'leads' },
          carry: [],
          priority: 500,
          tests: [{ name: 'ready', stage: 'sales', milestones: [], facts: {}, expect: { kind: 'ready' } }],
          ...own,
        }),
      ),
    ),
    'best-practice': byId(
      (rules ?? []).map((own) =>
        documentKinds['best-practice'].parse({
          ...about,
          stages: ['any'],
          priority: 500,
          success: { measure: 'orders', window: 'P30D' },
          reviewBy: '2030-01-01',
          tests: [{ name: 'fires', facts: {}, expect: { outcome: 'true' } }],
          ...own,
        }),
      ),
    ),
    channels: byId(
      (channels ?? []).map((own) =>
        documentKinds.channels.parse({
          ...about,
          timeZone: 'UTC',
          quietHours: [],
          caps: [],
          consent: { purposes: ['marketing'], text: 'yes', wording: 'Yes, send me news.' },
          unsubscribe: false,
          ...own,
        }),
      ),
    ),
    'service-levels': byId(
      (serviceLevels ?? []).map((own) => documentKinds['service-levels'].parse({ ...about, ...own })),
    ),
    templates: byId(
      (templates ?? []).map((own) =>
        documentKinds.templates.parse({
          ...about,
          language: 'en',
          languages: { en: { subject: 'Hello', body: 'Hello' } },
          sample: {},
          ...own,
        }),
      ),
    ),
  };
}

const byId = <T extends { id: string }>(documents: readonly T[]): ReadonlyMap<string, T> =>
  new Map(documents.map((document) => [document.id, document]));
