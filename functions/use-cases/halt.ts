import { renewAfterDays } from '@baton/rules/journey/limits.ts';
import { rulesOf } from '@baton/rules/sending/channel-rules.ts';
import { zoneFor } from '@baton/rules/sending/quiet-hours.ts';
import type { JourneyStatus } from '../library/journey-state.ts';
import { type Key, type LiveLibrary, type Ports, Transient } from '../ports.ts';
import { getHead, getRow } from '../repositories/read.ts';
import {
  contactOf,
  dispatchItem,
  EnrolmentRow,
  enrolmentList,
  executionOf,
  type HeadRow,
  SendRow,
  toItem,
} from '../repositories/rows.ts';
import {
  addOperation,
  addToOutbox,
  beginChange,
  type ContactChange,
  commitChange,
} from './contact-change.ts';
import { departureOf } from './departure.ts';
import { leaveJourney } from './enrol.ts';

/**
 * What pausing and stopping a journey means for one enrolment or message. Each is one transaction on the condition that
 * nobody else moved it meanwhile, so whatever is interrupted is made good by doing it again.
 */
type Halt = {
  status: Exclude<JourneyStatus, 'running'>;
  step: string;
  head: HeadRow;
  live: LiveLibrary;
  now: string;
};

/**
 * Before a step that may not be entered: with the journey paused the enrolment is parked there, with the journey stopped
 * it is over. Either way its execution is. `false`: the contact changed meanwhile.
 */
export async function haltBefore(
  ports: Pick<Ports, 'store' | 'metrics'>,
  row: EnrolmentRow,
  { status, step, head, live, now }: Halt,
): Promise<boolean> {
  const change = beginChange(head, `${row.id}#${status}#${row.run ?? 0}`, now, live);
  if (status === 'stopped') await leaveJourney(ports.store, change, row, stoppedEnd);
  else park(change, row, step);
  return commitChange(ports, change);
}

const stoppedEnd = { status: 'exited', reason: 'stopped' } as const;

function park(change: ContactChange, row: EnrolmentRow, step: string): void {
  const { pk, sk, iteration } = row;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk, sk },
    set: { parked: { step, since: change.now }, g1pk: enrolmentList(row.journey, 'paused') },
    if: { equals: { status: 'active', iteration } },
  });
  addToOutbox(change, { kind: 'STOP', machine: row.machine, name: executionOf(row), cause: 'paused' });
}

const tries = 8;

type Settling = Pick<Ports, 'store' | 'metrics' | 'documents' | 'clock'>;

/** Changes an enrolment that is under way, until nobody comes in between; nothing to change where it is over. */
async function changeEnrolment(
  { store, metrics, documents, clock }: Settling,
  key: Key,
  cause: string,
  act: (change: ContactChange, row: EnrolmentRow) => boolean | Promise<boolean>,
): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = await getRow(store, key, EnrolmentRow);
    const head = row && (await getHead(store, row.contactId));
    if (!head || row.status !== 'active') return;
    const now = clock.now().toISOString();
    const change = beginChange(head, `${row.id}#${cause}#${row.run ?? 0}`, now, await documents.live());
    if (!(await act(change, row)) || (await commitChange({ store, metrics }, change))) return;
  }
  throw new Transient(`contact ${contactOf(key.pk)} kept changing`);
}

/** Lets a parked enrolment go on: a new execution, named anew, begins at the step that was not entered. */
export const goOn = (ports: Settling, key: Key): Promise<void> =>
  changeEnrolment(ports, key, 'go-on', (change, row) => {
    if (!row.parked) return false;
    beginAnew(change, row, row.parked.step);
    return true;
  });

/**
 * Before a step of an execution that may be too old to wait in it as long as steps can: another one begins at the step, and
 * this one is over. `false`: the contact changed meanwhile.
 */
export async function renewBefore(
  ports: Pick<Ports, 'store' | 'metrics'>,
  row: EnrolmentRow,
  { step, head, live, now }: Omit<Halt, 'status'>,
): Promise<boolean> {
  const change = beginChange(head, `${row.id}#renew#${row.run ?? 0}`, now, live);
  beginAnew(change, row, step);
  addToOutbox(change, { kind: 'STOP', machine: row.machine, name: executionOf(row), cause: 'renewed' });
  return commitChange(ports, change);
}

export function isWorn({ runSince, enteredAt, from }: EnrolmentRow, now: string): boolean {
  const age = Date.parse(now) - Date.parse(runSince ?? enteredAt);
  return from === undefined && age > renewAfterDays * 86_400_000;
}

function beginAnew(change: ContactChange, row: EnrolmentRow, step: string): void {
  const { pk, sk, contactId, id, journey, machine } = row;
  const run = (row.run ?? 0) + 1;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk, sk },
    set: { run, runSince: change.now, from: step, g1pk: enrolmentList(journey, 'active') },
    remove: ['parked'],
    if: { equals: { status: 'active', iteration: row.iteration, run: row.run ?? null } },
  });
  const input = { contactId, enrolmentId: id, run, step };
  addToOutbox(change, { kind: 'START', machine, name: executionOf({ id, run }), input });
}

/** Takes a contact out of a journey that was stopped. */
export const leaveStopped = (ports: Settling, key: Key): Promise<void> =>
  changeEnrolment(ports, key, 'stopped', async (change, row) => {
    await leaveJourney(ports.store, change, row, stoppedEnd);
    return true;
  });

/** Why a permitted message of a journey that is paused has not gone yet. */
export const pausedMessage = 'journey-paused';

/** A message that was held while its journey was paused is dispatched again, which decides anew whether it may go. */
export async function releaseMessage({ store, clock, documents }: Settling, key: Key): Promise<void> {
  const row = await getRow(store, key, SendRow);
  if (row?.status !== 'PERMITTED' || row.reason !== pausedMessage) return;
  const { pk, sk, contactId, sendId } = row;
  const live = await documents.live();
  const own = (await getHead(store, contactId))?.attributes['$.timeZone']?.value;
  const departure = departureOf(live, row, zoneFor(rulesOf(live.channels, row.channel), own));
  const at = clock.now().toISOString();
  await store.transact([
    {
      kind: 'update',
      table: 'core',
      key: { pk, sk },
      remove: ['reason'],
      if: { equals: { status: 'PERMITTED', reason: pausedMessage } },
    },
    { kind: 'put', table: 'core', item: toItem({ ...dispatchItem(contactId, sendId, at), ...departure }) },
  ]);
}
