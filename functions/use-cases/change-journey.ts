import * as z from 'zod';
import { listed } from '../library/audit.ts';
import {
  type AuditRow,
  auditPartition,
  auditPrefix,
  type JourneyState,
  JourneyStatus,
  readStatePointer,
  statePointerKey,
} from '../library/journey-state.ts';
import { changesKey } from '../library/versions.ts';
import type { Ports } from '../ports.ts';

export const ChangeJourney = z.strictObject({ state: z.string().max(64), reason: z.string().max(500) });
export type ChangeJourney = z.infer<typeof ChangeJourney>;

export type ChangedJourney =
  | { ok: true; changed: boolean }
  | { ok: false; status: 404 | 409 | 422; path: string; reason: string; remedy: string };

/**
 * Pauses a journey, lets it go on, or stops it: nobody new enters, and those inside go no further or leave. What
 * follows for those inside is carried out by the sweeper. Asking for the state that is there already changes nothing.
 */
export async function changeJourney(
  ports: Ports,
  { journey, by, state, reason }: ChangeJourney & { journey: string; by: string },
): Promise<ChangedJourney> {
  const to = JourneyStatus.safeParse(state);
  if (!to.success)
    return unfit('state', `"${state}" is not a state`, `use ${JourneyStatus.options.join(', ')}`);
  if (reason.trim() === '')
    return unfit('reason', 'it is not said why', 'say it in a few words; whoever asks later reads them');
  const pointer = await readStatePointer(ports, journey);
  if (!pointer)
    return {
      ok: false,
      status: 404,
      path: 'journeyId',
      reason: `there is no journey "${journey}"`,
      remedy: 'take the id from GET /api/documents',
    };
  const from = pointer.state?.status ?? 'running';
  if (from === to.data) return { ok: true, changed: false };
  const refused = refuse(from, to.data, pointer.state);
  if (refused) return refused;

  const at = ports.clock.now().toISOString();
  const changes = pointer.stateChanges + 1;
  const next: JourneyState = {
    status: to.data,
    since: at,
    by,
    reason: reason.trim(),
    // Whoever is inside a paused journey is parked when it comes to the next step: nothing follows that could be done.
    ...(to.data === 'paused' ? { settledAt: at } : {}),
    ...stoppedAt(to.data, at, pointer.state),
  };
  const audit: AuditRow = {
    pk: auditPartition(journey),
    sk: `${auditPrefix}${String(changes).padStart(6, '0')}`,
    at,
    by,
    reason: next.reason,
    from,
    to: to.data,
  };
  const { ok } = await ports.store.transact([
    {
      kind: 'update',
      table: 'design',
      key: statePointerKey(journey),
      set: { state: next, stateChanges: changes },
      if: { present: true, equals: { stateChanges: pointer.stateChanges || null } },
    },
    { kind: 'update', table: 'design', key: changesKey, add: { changes: 1 } },
    {
      kind: 'put',
      table: 'design',
      item: { ...audit, kind: 'journeys', document: journey, ...listed(at, audit.sk) },
      if: { absent: true },
    },
  ]);
  if (!ok) return conflict('somebody else changed it at the same moment', 'look at it and ask again');
  await ports.documents.refresh();
  return { ok: true, changed: true };
}

function stoppedAt(to: JourneyStatus, at: string, before?: JourneyState): Pick<JourneyState, 'stoppedAt'> {
  if (to === 'stopped') return { stoppedAt: at };
  return before?.stoppedAt === undefined ? {} : { stoppedAt: before.stoppedAt };
}

/** Who has been stopped leaves; only then others enter, so that nobody who should have left goes on. */
function refuse(
  from: JourneyStatus,
  to: JourneyStatus,
  state: JourneyState | undefined,
): ChangedJourney | undefined {
  if (from !== 'stopped') return undefined;
  if (to === 'paused')
    return conflict(
      'it is stopped: nobody is inside who could be held',
      'start it with "running", or leave it',
    );
  if (state?.settledAt !== undefined) return undefined;
  return conflict(
    'contacts are still leaving since it was stopped',
    'ask again when GET /api/journeys/{journeyId} says that it is settled; within ten minutes where few were inside',
  );
}

const unfit = (path: string, reason: string, remedy: string): ChangedJourney => ({
  ok: false,
  status: 422,
  path,
  reason,
  remedy,
});

const conflict = (reason: string, remedy: string): ChangedJourney => ({
  ok: false,
  status: 409,
  path: 'state',
  reason,
  remedy,
});
