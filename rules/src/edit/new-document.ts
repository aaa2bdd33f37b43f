import type { KnownFact } from '../check/scope.ts';
import type { FactReference } from '../documents/common.ts';
import type { EventDocument } from '../documents/event.ts';
import type {
  BestPractice,
  Calendar,
  Campaign,
  DecisionTable,
  HandoverDocument,
  Journey,
  Library,
  ServiceLevel,
  Stage,
} from '../documents/index.ts';
import { copyOf } from './journey.ts';
import { isId } from './names.ts';

/** Kinds of which people make new documents by hand. */
export const creatableKinds = [
  'journeys',
  'best-practice',
  'tables',
  'stages',
  'handovers',
  'campaigns',
  'calendars',
  'service-levels',
] as const;
export type CreatableKind = (typeof creatableKinds)[number];

export type Named = { id: string; title: string };
/** What every document says of itself. */
export type About = Named & { why: string; team: string };

/** `sample`: what the event carries, so that the document's own tests show it. */
type Happening = { event: string; sample: EventDocument['sample'] };

const at = '2026-03-02T10:00:00Z';
/** Holds for whoever can be written to: a condition that everybody understands, to be replaced. */
const reachable = () => ({
  all: [{ fact: 'contact', path: '$.email', operator: 'isKnown', value: true }],
});
const known = { contact: { email: 'ana@example.com' } };
const head = (kind: CreatableKind, { id, title, why, team }: About) => ({
  ...{ $schema: `../../schemas/${kind}.schema.json`, id, title, why, owner: { team } },
  managedBy: 'designer' as const,
});
const happened = ({ event, sample }: Happening) => ({ ...sample, at, type: event });

/** A rule that asks somebody to look. `reviewBy`: the day on which it is looked at again. */
export function newRule(given: About & Happening & { reviewBy: string }): BestPractice {
  const { team, title, reviewBy } = given;
  const params = { queue: team, title, due: 'P1D' };
  return {
    ...head('best-practice', given),
    stages: ['any'],
    trigger: { events: [given.event] },
    conditions: reachable(),
    event: { type: 'task.create', params },
    priority: 500,
    success: { measure: 'tasks-completed', window: 'P30D' },
    reviewBy,
    tests: [
      {
        name: 'has an address',
        facts: { ...known, event: happened(given) },
        expect: { outcome: 'true', params },
      },
      {
        name: 'has no address',
        facts: { contact: {}, event: happened(given) },
        expect: { outcome: 'false' },
      },
    ],
  };
}

/** A table of one row that fits always. */
export function newTable(
  given: About & { column: FactReference & { label: string; type: KnownFact['type'] } },
): DecisionTable {
  const { fact, path, label, type } = given.column;
  return {
    ...head('tables', given),
    hitPolicy: 'first',
    inputs: [{ id: 'i1', label, fact, path, type }],
    outputs: [{ id: 'o1', label: 'Result', param: 'result', type: 'text' }],
    rows: [{ id: 'r1', cells: {}, out: { o1: 'as usual' } }],
    tests: [{ name: 'nothing is known', facts: {}, expect: { row: 'r1', out: { result: 'as usual' } } }],
  };
}

/** A stage behind all others, without milestones or a time limit. */
export const newStage = (given: About, { stages }: Pick<Library, 'stages'>): Stage => ({
  ...head('stages', given),
  order: freeOrder(stages),
  milestones: [],
  measures: [],
});

/** A handover to whom the receiving side says yes, before any other from the same stage has less to say. */
export function newHandover(
  given: About & Happening & { from: string; to: string },
  { stages, handovers }: Pick<Library, 'stages' | 'handovers'>,
): HandoverDocument {
  const { from, to, event, team } = given;
  const teamOf = (stage: string) => stages.get(stage)?.owner.team ?? team;
  return {
    ...head('handovers', given),
    trigger: { events: [event] },
    from: { stage: from, team: teamOf(from) },
    to: { stage: to, team: teamOf(to) },
    entry: reachable(),
    milestones: [],
    requiredFacts: [],
    acceptance: { mode: 'manual', within: 'P1D', returnReasons: ['information-missing'] },
    escalation: { to: team },
    carry: [],
    priority: freePriority(from, 500, handovers),
    tests: [
      {
        name: 'has an address',
        stage: from,
        milestones: [],
        facts: { ...known, event: happened(given) },
        expect: { kind: 'ready' },
      },
    ],
  };
}

/** A campaign that somebody starts by hand; one in ten is left out, so that it can be seen what it is worth. */
export const newCampaign = (given: About & { stage: string; journey: string }): Campaign => ({
  ...head('campaigns', given),
  audience: { stages: [given.stage], when: reachable() },
  journey: given.journey,
  schedule: { at: null },
  pacing: { batch: 50, perMinute: 600 },
  holdout: { percent: 10, salt: given.id.slice(0, 40) },
});

/** Open on weekdays from nine to five. */
export const newCalendar = (given: About & { timeZone: string }): Calendar => ({
  ...head('calendars', given),
  timeZone: given.timeZone,
  windows: [
    { from: '09:00', to: '17:00', weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] },
  ],
  holidays: [],
  workingDay: 'PT8H',
});

/** Its owner hears of every clock before its deadline and at it, and the clocks stand still while the customer is waited for. */
export const newServiceLevel = (given: About & { calendar: string }): ServiceLevel => ({
  ...head('service-levels', given),
  calendar: given.calendar,
  priorities: {
    high: { accept: 'PT30M', answer: 'PT2H', solve: 'P1D' },
    normal: { accept: 'PT4H', answer: 'P1D', solve: 'P3D' },
    low: { accept: 'P1D', answer: 'P2D', solve: 'P5D' },
  },
  warnings: [
    { percent: 80, escalateTo: given.team },
    { percent: 100, escalateTo: given.team },
  ],
  pauses: ['waiting-for-customer'],
  quiet: 'P7D',
});

/** Copies under another name. What two documents must not share is given anew. */
export const copies = {
  journeys: (original: Journey, named: Named): Journey => copyOf(original, named),
  'best-practice': (original: BestPractice, named: Named): BestPractice => copyOf(original, named),
  tables: (original: DecisionTable, named: Named): DecisionTable => copyOf(original, named),
  stages: (original: Stage, named: Named, { stages }: Pick<Library, 'stages'>): Stage => ({
    ...copyOf(original, named),
    order: freeOrder(stages),
  }),
  handovers: (
    original: HandoverDocument,
    named: Named,
    { handovers }: Pick<Library, 'handovers'>,
  ): HandoverDocument => ({
    ...copyOf(original, named),
    priority: freePriority(original.from.stage, original.priority, handovers),
  }),
  /** It does not start by itself at the time of the original, and leaves others out. */
  campaigns: (original: Campaign, named: Named): Campaign => ({
    ...copyOf(original, named),
    schedule: { at: null },
    holdout: { ...original.holdout, salt: named.id.slice(0, 40) },
  }),
  calendars: (original: Calendar, named: Named): Calendar => copyOf(original, named),
  'service-levels': (original: ServiceLevel, named: Named): ServiceLevel => copyOf(original, named),
};

const ordersAtMost = 99;

function freeOrder(stages: Library['stages']): number {
  const taken = new Set([...stages.values()].map(({ order }) => order));
  const after = Math.max(0, ...taken) + 1;
  if (after <= ordersAtMost) return after;
  return (
    Array.from({ length: ordersAtMost }, (_, place) => place + 1).find((one) => !taken.has(one)) ?? after
  );
}

/** The nearest number below the wanted one that no other handover from the stage has. */
function freePriority(from: string, wanted: number, handovers: Library['handovers']): number {
  const taken = new Set(
    [...handovers.values()].flatMap((one) => (one.from.stage === from ? [one.priority] : [])),
  );
  for (let priority = wanted; priority >= 1; priority -= 1) if (!taken.has(priority)) return priority;
  let above = wanted + 1;
  while (taken.has(above)) above += 1;
  return above;
}

/** Where rules name stages, these two words mean something else. */
const reserved: Partial<Record<CreatableKind, readonly string[]>> = { stages: ['any', 'none'] };

/** Why a new document cannot have this id, as a sentence; empty where it can. */
export function flawOfId(kind: CreatableKind, id: string, taken: readonly string[]): string {
  if (!isId(id))
    return 'Small letters, digits and hyphens, beginning with a letter, for example “spring-offer”.';
  if (reserved[kind]?.includes(id)) return `“${id}” has a meaning of its own in rules. Choose another name.`;
  if (taken.includes(id)) return `“${id}” is taken. Choose another name.`;
  return '';
}
