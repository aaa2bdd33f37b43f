import type { Journey } from '@baton/rules/documents/index.ts';
import type { ExperimentView, JourneyView } from '../api/views.ts';
import { AuditRow, auditPartition, auditPrefix, readStatePointer } from '../library/journey-state.ts';
import type { Ports } from '../ports.ts';
import { enrolmentList, insideLists } from '../repositories/rows.ts';
import { countList, countLists } from './counts.ts';
import { titleOf } from './labels.ts';

/** Changes of the state shown, the newest first. */
const changeLimit = 20;

/** Whether a journey runs, who decided that and why, and how many are inside; `undefined` where there is none of that id. */
export async function journeyView(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  journey: string,
): Promise<JourneyView | undefined> {
  const pointer = journey ? await readStatePointer({ store }, journey) : undefined;
  if (!pointer) return undefined;
  const live = await documents.live();
  const { state } = pointer;
  const { items } = await store.query({
    table: 'design',
    pk: auditPartition(journey),
    prefix: auditPrefix,
    reverse: true,
    limit: changeLimit,
  });
  return {
    id: journey,
    title: titleOf(live.journeys, journey),
    version: live.version('journeys', journey),
    state: state?.status ?? 'running',
    ...(state ? { since: state.since } : {}),
    settled: !state || state.settledAt !== undefined,
    inside: await countLists(store, insideLists(journey)),
    held: await countList(store, enrolmentList(journey, 'paused')),
    changes: items
      .map((item) => AuditRow.parse(item))
      .map(({ at, by, reason, from, to }) => ({ at, by, reason, from, to })),
    experiments: await experimentsOf(
      { store },
      live.journeys.get(journey),
      live.version('journeys', journey),
    ),
  };
}

/** Loaded where there is one: it brings along what decides, and most journeys have none. */
const counting = () => import('../use-cases/experiments.ts');

async function experimentsOf(
  ports: Pick<Ports, 'store'>,
  journey: Journey | undefined,
  version: number,
): Promise<ExperimentView[]> {
  const views: ExperimentView[] = [];
  for (const [step, experiment] of Object.entries(journey?.steps ?? {})) {
    if (!journey || experiment.kind !== 'experiment') continue;
    const { resultOf } = await counting();
    const result = await resultOf(ports, journey, version, step);
    const { title } = experiment;
    const arms = (result?.arms ?? []).map((arm) => ({
      ...arm,
      title: experiment.arms.find(({ id }) => id === arm.id)?.title ?? arm.id,
    }));
    views.push({ step, title, arms, ...(result?.winner === undefined ? {} : { winner: result.winner }) });
  }
  return views;
}
