import type { Journey } from '@baton/rules/documents/index.ts';
import type { Effect } from '@baton/rules/journey/enrolment.ts';
import { matchesEvent } from '@baton/rules/journey/matches.ts';
import { type ArmResult, judge } from '@baton/rules/journey/significance.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Item, Key, Ports, Store } from '../ports.ts';
import { contactKey, type EnrolmentRow, type EventRow, type Exposure } from '../repositories/rows.ts';
import { addOperation, type ContactChange, putRow, touches } from './contact-change.ts';
import { asRoot } from './waits.ts';

/*
 * Experiments: results belong to a step of one version of a journey, because a version never changes. A contact counts
 * once, in the arm it came into first. Counters are spread over rows, so that contacts do not wait for each other; they
 * stand in Core, because what runs journeys may not write where the documents are.
 */

const shards = 8;

const experimentKey = (journey: string, version: number, step: string): string =>
  `EXP#${journey}.${step}#${version}`;
const armKey = (experiment: string, arm: string, contactId: string): Key => ({
  pk: experiment,
  sk: `ARM#${arm}#${shardOf(contactId)}`,
});
const winnerKey = (experiment: string): Key => ({ pk: experiment, sk: 'WINNER' });

function shardOf(contactId: string): number {
  let sum = 0;
  for (const character of contactId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1009;
  return sum % shards;
}

/** Counts a contact into its arm, the first time it comes to the experiment, and remembers what will count as success. */
export async function expose(
  store: Store,
  change: ContactChange,
  row: EnrolmentRow,
  { step, arm, success, until }: Extract<Effect, { kind: 'experiment' }>,
): Promise<void> {
  const { contactId } = change.head;
  const experiment = experimentKey(row.journey, row.version, step);
  const key = { pk: contactKey(contactId), sk: experiment };
  if (touches(change, key) || (await store.get('core', key))) return;

  putRow(change, { ...key, arm, at: change.now }, true);
  count(change, armKey(experiment, arm, contactId), 'entered');
  const exposure: Exposure = { experiment, arm, at: change.now, until, success };
  change.head = { ...change.head, exposures: [...underWay(change), exposure] };
}

/** Counts what an event makes a success, once for each experiment, also when the enrolment is over. */
export async function countSuccesses(
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
  facts: Record<string, JsonObject>,
): Promise<void> {
  if (change.head.exposures.length === 0) return;
  const left: Exposure[] = [];
  for (const exposure of underWay(change)) {
    const { when, ...pattern } = exposure.success;
    const timely = row.at >= exposure.at && row.at <= exposure.until;
    const met =
      timely &&
      (await matchesEvent(
        { ...pattern, ...(when === undefined ? {} : { when: asRoot(when) }) },
        event,
        facts,
      ));
    if (met) count(change, armKey(exposure.experiment, exposure.arm, change.head.contactId), 'succeeded');
    else left.push(exposure);
  }
  change.head = { ...change.head, exposures: left };
}

/** Exposures whose time is not over; what comes later than that counts no more, in whichever order it is told. */
const underWay = ({ head, now }: ContactChange): Exposure[] =>
  head.exposures.filter(({ until }) => until >= now);

function count(change: ContactChange, key: Key, what: 'entered' | 'succeeded'): void {
  addOperation(change, { kind: 'update', table: 'core', key, add: { [what]: 1 } });
}

/** Arms that have won, by step, for a step that is an experiment. */
export async function winnersAt(
  { store }: Pick<Ports, 'store'>,
  journey: Journey,
  version: number,
  step: string,
): Promise<Record<string, string>> {
  if (journey.steps[step]?.kind !== 'experiment') return {};
  const row = await store.get('core', winnerKey(experimentKey(journey.id, version, step)));
  return typeof row?.arm === 'string' ? { [step]: row.arm } : {};
}

export type ExperimentResult = { arms: ArmResult[]; looks: number; winner?: string };

/** How an experiment stands. */
export async function resultOf(
  { store }: Pick<Ports, 'store'>,
  journey: Journey,
  version: number,
  step: string,
): Promise<ExperimentResult | undefined> {
  const experiment = journey.steps[step];
  if (experiment?.kind !== 'experiment') return undefined;
  const pk = experimentKey(journey.id, version, step);
  const { items } = await store.query({ table: 'core', pk, limit: 1000 });
  const decided = items.find(({ sk }) => sk === 'WINNER');
  const arms = experiment.arms.map(({ id }) => {
    const rows = items.filter(({ sk }) => sk.startsWith(`ARM#${id}#`));
    return { id, entered: sum(rows, 'entered'), succeeded: sum(rows, 'succeeded') };
  });
  const looks = Number(decided?.looks ?? 0);
  return typeof decided?.arm === 'string' ? { arms, looks, winner: decided.arm } : { arms, looks };
}

const sum = (rows: readonly Item[], name: string): number =>
  rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);

/** Looks at every live experiment that is due for it; the first look that finds a winner is the last. */
export async function decideExperiments(ports: Ports): Promise<number> {
  const live = await ports.documents.live();
  let decided = 0;
  for (const journey of live.journeys.values()) {
    const version = live.version('journeys', journey.id);
    for (const [step, { kind }] of Object.entries(journey.steps))
      if (kind === 'experiment' && (await decideOne(ports, journey, version, step))) decided++;
  }
  return decided;
}

async function decideOne(ports: Ports, journey: Journey, version: number, step: string): Promise<boolean> {
  const experiment = journey.steps[step];
  const result = await resultOf(ports, journey, version, step);
  if (experiment?.kind !== 'experiment' || !result || result.winner !== undefined) return false;
  const { confidence, minimum } = experiment;
  const judged = judge(result.arms, { confidence, minimum, looks: result.looks });
  if (!judged) return false;

  const { ok } = await ports.store.transact([
    {
      kind: 'put',
      table: 'core',
      item: {
        ...winnerKey(experimentKey(journey.id, version, step)),
        looks: judged.look,
        p: judged.p,
        at: ports.clock.now().toISOString(),
        ...(judged.winner === undefined ? {} : { arm: judged.winner }),
      },
      if: result.looks === 0 ? { absent: true } : { equals: { looks: result.looks } },
    },
  ]);
  return ok && judged.winner !== undefined;
}
