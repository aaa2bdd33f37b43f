import * as z from 'zod';
import { merge, newErrors } from '../library/changed-library.ts';
import { type DraftRow, draftOperation, noDraft, readDraft } from '../library/drafts.ts';
import { type PublicationRow, publicationKey, readPublication } from '../library/publication.ts';
import {
  changesSoFar,
  goLive,
  makeMachine,
  planRuns,
  readVersion,
  type Version,
} from '../library/versions.ts';
import { type Operation, type Ports, Rejected } from '../ports.ts';

/** What the publisher asks. Ids only. */
export const PublishStep = z.strictObject({
  publication: z.string(),
  do: z.enum(['machines', 'go-live', 'give-up']),
  /** Name of the error, for `give-up`. */
  reason: z.string().max(200).optional(),
});
export type PublishStep = z.infer<typeof PublishStep>;

/** Machines made in one call: Step Functions takes about one a second. */
const machinesAtOnce = 5;

/** One step of a publication; each may be repeated. `left`: journeys whose machine is still to be made. */
export async function publishStep(ports: Ports, call: PublishStep): Promise<{ left: number }> {
  const row = await readPublication(ports, call.publication);
  if (!row) throw new Rejected(`no publication ${call.publication}`);
  switch (call.do) {
    case 'machines':
      return { left: row.status === 'cancelled' ? 0 : await makeSome(ports, row) };
    case 'go-live':
      if (row.status === 'cancelled') return { left: 0 };
      if (row.status !== 'live') await bringLive(ports, row);
      await endDrafts(ports, row, noDraft);
      await planRuns(ports, [...row.documents, ...row.retire]);
      return { left: 0 };
    case 'give-up':
      await giveUp(ports, row, call.reason ?? '');
      return { left: 0 };
  }
}

/**
 * What was checked at the request is checked again on what is live now, and goes live only on that: two publications
 * that fit alone may not fit together.
 */
async function bringLive(ports: Ports, row: PublicationRow): Promise<void> {
  const changes = await changesSoFar(ports);
  await ports.documents.refresh();
  const live = await ports.documents.live();
  const documents: Parameters<typeof merge>[1]['documents'] = [];
  for (const version of row.documents)
    documents.push({ kind: version.kind, document: (await readVersion(ports, version)).body });
  const [problem] = await newErrors(live, merge(live, { documents, retire: row.retire }, []));
  if (problem) throw new Rejected(`${problem.path}: ${problem.reason}; ${problem.remedy}`);
  await goLive(ports, {
    versions: row.documents,
    retire: row.retire,
    along: settled(row, { status: 'live' }),
    changes,
  });
  ports.metrics.count('PublishResult', 1, 'live');
}

/** What is live stays so: then only the planning after it has failed. */
async function giveUp(ports: Ports, row: PublicationRow, error: string): Promise<void> {
  const { store, log, metrics } = ports;
  if (row.status === 'failed') return;
  const reason = reasons[error] ?? reasons.other;
  const { ok } = await store.transact([
    {
      ...settled(row, { status: 'failed', reason }),
      if: { oneOf: { status: ['publishing', 'scheduled'] } },
    },
  ]);
  if (ok) await endDrafts(ports, row, approvedAgain);
  log.error(ok ? 'publication failed' : 'runs of a publication were not planned', {
    document: row.id,
    reason: error,
  });
  if (ok) metrics.count('PublishResult', 1, 'failed');
  else await store.transact([settled(row, { reason: reasons.notPlanned })]);
}

/** What was published from drafts leaves none; where it failed they are approved as before. A repetition changes nothing. */
async function endDrafts(
  ports: Ports,
  row: PublicationRow,
  end: (draft: DraftRow) => DraftRow,
): Promise<void> {
  for (const place of row.drafts) {
    const draft = await readDraft(ports, place);
    if (draft?.state === 'scheduled' && draft.publication === row.id)
      await ports.store.transact([draftOperation(end(draft), draft)]);
  }
}

function approvedAgain({ publication: _, startAt: __, ...draft }: DraftRow): DraftRow {
  return { ...draft, rev: draft.rev + 1, state: 'approved' };
}

const reasons: Record<string, string> & { other: string; notPlanned: string } = {
  Rejected:
    'a machine was refused, or it does not fit what was published by somebody else meanwhile; look at what is live, then publish again',
  Transient: 'storage or Step Functions could not be reached for too long; publish again',
  notPlanned:
    'everything is live, but the run of a campaign could not be planned; give the campaign another time and publish it again',
  other: 'something in Baton went wrong; it is in the log. Publish again',
};

async function makeSome(ports: Ports, { documents }: PublicationRow): Promise<number> {
  const without: Version[] = [];
  for (const version of documents)
    if (version.kind === 'journeys' && (await readVersion(ports, version)).machine === undefined)
      without.push(version);
  for (const version of without.slice(0, machinesAtOnce)) await makeMachine(ports, version);
  return Math.max(0, without.length - machinesAtOnce);
}

const settled = (
  { id }: PublicationRow,
  set: Partial<Pick<PublicationRow, 'status' | 'reason'>>,
): Extract<Operation, { kind: 'update' }> => ({
  kind: 'update',
  table: 'design',
  key: publicationKey(id),
  set,
});
