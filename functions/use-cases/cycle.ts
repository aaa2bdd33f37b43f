import type { Store } from '../ports.ts';
import { getRow, handoversOf } from '../repositories/read.ts';
import { digest, type HeadRow, type OwnerRow, StayRow, stayKey, stayList } from '../repositories/rows.ts';
import {
  addOperation,
  addToOutbox,
  type ContactChange,
  putRow,
  raiseEvent,
  touches,
} from './contact-change.ts';
import { closeTask } from './tasks.ts';
import { signalStay, stayHolder } from './waits.ts';

/** The machine that every stay in a stage runs: `infra/workflows/contact-cycle.asl.json`. */
const stayMachine = 'contact-cycle';

/** Execution name of a stay; the same stay always gets the same name, so that it cannot run twice. */
const stayName = (contactId: string, stay: number): string => `s-${contactId}-${stay}`;

/** The task that tells of a stay's delay for the nth time; it is moot when the stay ends. */
export const escalationId = (stay: number, times: number): string =>
  `escalation-${stayHolder(stay)}-${times}`;

/** The task to complete what a handover lacks; it is moot when the stay ends. */
export const completionTask = (contactId: string, stay: number, handover: string): string =>
  `complete-${digest(contactId, String(stay), handover)}`;

/**
 * Moves a contact into a stage: the stage, its owner and the clock change in one row, so there is no moment without an
 * owner and none with two. The former stay is closed and its machine told; the new stay gets a machine of its own.
 */
export async function enterStage(
  store: Store,
  change: ContactChange,
  to: { stage: string; owner: OwnerRow; by: string },
): Promise<void> {
  if (change.head.stage !== null) await endStay(store, change, change.head.stay);

  const stay = startStay(change, to);
  change.head = {
    ...change.head,
    stage: to.stage,
    stay,
    stageSince: change.now,
    owner: to.owner,
    milestones: {},
  };
  raiseEvent(change, 'stage.entered', { stage: to.stage });
}

/** Ends a contact's place in the cycle, because it becomes part of another contact. */
export async function leaveCycle(store: Store, change: ContactChange): Promise<void> {
  const { stage, stay, overlay } = change.head;
  if (stage !== null) await endStay(store, change, stay);
  if (overlay) await endStay(store, change, overlay.stay);
}

/**
 * Goes on where another contact stood that becomes part of this one. It does not enter anew, so nothing is raised; since
 * when it is there is as it was.
 */
export async function takeOverStage(
  store: Store,
  change: ContactChange,
  { stage, stageSince, owner, milestones, contactId }: HeadRow,
): Promise<void> {
  if (stage === null || owner === null) return;
  if (change.head.stage !== null) await endStay(store, change, change.head.stay);
  const stay = startStay(change, { stage, owner, by: `merge ${contactId}`, since: stageSince ?? undefined });
  change.head = { ...change.head, stage, stay, stageSince, owner, milestones };
}

/** Lays the problem stage over the present one. The stage beneath keeps its place and its owner. */
export function layOverlay(change: ContactChange, by: string): void {
  const { overlay } = change.live;
  if (!overlay || change.head.overlay) return;
  const stay = startStay(change, { stage: overlay.id, owner: overlay.owner, by, overlay: true });
  change.head = { ...change.head, overlay: { stage: overlay.id, stay, since: change.now } };
}

/** Takes the overlay away: the contact is back in the stage it never really left. */
export async function liftOverlay(store: Store, change: ContactChange): Promise<void> {
  if (!change.head.overlay) return;
  await endStay(store, change, change.head.overlay.stay);
  change.head = { ...change.head, overlay: null };
}

function startStay(
  change: ContactChange,
  {
    stage,
    owner,
    by,
    overlay,
    since,
  }: { stage: string; owner: OwnerRow; by: string; overlay?: boolean; since?: string },
): number {
  const stay = change.head.stays + 1;
  const { contactId } = change.head;
  change.head = { ...change.head, stays: stay };
  const key = stayKey(contactId, stay);
  putRow(change, {
    ...key,
    tl: `${change.now}#${key.sk}`,
    g1pk: stayList(stage),
    g1sk: `${since ?? change.now}#${contactId}`,
    contactId,
    stay,
    stage,
    owner,
    from: change.now,
    by,
    since,
    escalations: 0,
    ...(overlay ? { overlay } : {}),
  });
  addToOutbox(change, {
    kind: 'START',
    machine: stayMachine,
    name: stayName(contactId, stay),
    input: { contactId, stay },
  });
  return stay;
}

/** What was offered from a stay that is over can no longer be accepted; it would move the contact back. */
async function withdrawHandovers(store: Store, change: ContactChange, stay: number): Promise<void> {
  for (const row of await handoversOf(store, change.head.contactId)) {
    if (row.stay !== stay || row.status !== 'offered' || touches(change, row)) continue;
    addOperation(change, {
      kind: 'update',
      table: 'core',
      key: { pk: row.pk, sk: row.sk },
      set: {
        status: 'expired',
        settledAt: change.now,
        reason: 'the contact left the stage',
        g1pk: 'HND#expired',
      },
      if: { equals: { status: 'offered' } },
    });
    await closeTask(store, change, `accept-${row.id}`, 'expired');
    await closeTask(store, change, `unanswered-${row.id}`, 'expired');
  }
}

async function endStay(store: Store, change: ContactChange, stay: number): Promise<void> {
  const key = stayKey(change.head.contactId, stay);
  const { milestones } = change.head;
  const set = { to: change.now, ...(stay === change.head.stay ? { milestones } : {}) };
  addOperation(change, { kind: 'update', table: 'core', key, set });
  const row = await getRow(store, key, StayRow);
  for (let times = 1; times <= (row?.escalations ?? 0); times++)
    await closeTask(store, change, escalationId(stay, times), 'expired');
  for (const { id, from } of change.live.handovers.values())
    if (from.stage === row?.stage)
      await closeTask(store, change, completionTask(change.head.contactId, stay, id), 'expired');
  await withdrawHandovers(store, change, stay);
  await signalStay(store, change, stay, { to: 'left' });
}
