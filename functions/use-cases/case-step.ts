import { isOver } from '@baton/rules/cases/life.ts';
import * as z from 'zod';
import { type Key, type LiveLibrary, type Ports, Rejected, type Store, Transient } from '../ports.ts';
import { getHead, getRow, presentId } from '../repositories/read.ts';
import { CaseRow, caseKey, duePartition, WaitRow } from '../repositories/rows.ts';
import { actOnClocks, nextMoment } from './cases.ts';
import { addOperation, beginChange, type ContactChange, commitChange } from './contact-change.ts';
import { caseWaitKey } from './waits.ts';

/** What the case machine asks about one case. `changes`: how often it had changed when the machine was told how long to wait. */
export const CaseStep = z.strictObject({
  contactId: z.string(),
  caseId: z.string(),
  do: z.enum(['plan', 'await', 'due']),
  changes: z.int().optional(),
  token: z.string().optional(),
});
export type CaseStep = z.infer<typeof CaseStep>;

/** `wait`: for `seconds` at most; `again`: ask anew how long; `over`: the case is closed. */
export type CaseStepResult = { to: 'wait' | 'again' | 'over'; seconds: number; changes: number };

/** The longest time-out that Step Functions takes; a case without a running clock waits that long and then again. */
const longest = 99_999_999;
const tries = 8;

/**
 * Keeps the time of a case.
 *
 * 1. The row decides, not the timer: a mark is told if the clocks say so now and it has not been told before.
 * 2. A wait is written first, then the case is looked at. A change that came in between is seen here or sees the wait.
 * 3. A call that is repeated does nothing twice; it answers what is true now.
 */
export async function caseStep(ports: Ports, call: CaseStep): Promise<CaseStepResult> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const result = await attemptCase(ports, call);
    if (!result) continue;
    if (call.token && result.to !== 'wait') await ports.workflows.succeed(call.token, result);
    return result;
  }
  throw new Transient(`contact ${call.contactId} kept changing while case ${call.caseId} was looked at`);
}

async function attemptCase(ports: Ports, asked: CaseStep): Promise<CaseStepResult | undefined> {
  const row = await caseOf(ports.store, asked);
  const call = { ...asked, contactId: row.contactId };
  const live = await ports.documents.live();
  switch (call.do) {
    case 'plan':
      return planned(ports, live, row);
    case 'await':
      return awaitChange(ports, call);
    case 'due':
      return actNow(ports, live, call);
  }
}

async function caseOf(
  store: Store,
  { contactId, caseId }: Pick<CaseStep, 'contactId' | 'caseId'>,
): Promise<CaseRow> {
  const row = await getRow(store, caseKey(contactId, caseId), CaseRow);
  if (row) return row;
  const present = await presentId(store, contactId);
  if (present === contactId) throw new Rejected(`no case ${caseId} of contact ${contactId}`);
  return caseOf(store, { contactId: present, caseId });
}

function planned({ clock }: Ports, live: LiveLibrary, row: CaseRow): CaseStepResult {
  const { changes } = row;
  if (isOver(row.status)) return { to: 'over', seconds: 1, changes };
  const next = nextMoment(live, row);
  if (next === undefined) return { to: 'wait', seconds: longest, changes };
  const seconds = Math.ceil((Date.parse(next) - clock.now().getTime()) / 1000);
  return { to: 'wait', seconds: Math.min(longest, Math.max(1, seconds)), changes };
}

async function awaitChange({ store, clock }: Ports, call: CaseStep): Promise<CaseStepResult> {
  const { contactId, caseId, token, changes } = call;
  if (!token || changes === undefined)
    throw new Rejected('a case that waits needs a token and the number of its changes');
  const key = caseWaitKey(contactId, caseId);
  await store.transact([
    { kind: 'put', table: 'core', item: waitItem(key, caseId, token, clock.now().toISOString()) },
  ]);

  const row = await caseOf(store, call);
  const waits: CaseStepResult = { to: 'wait', seconds: longest, changes: row.changes };
  if (isOver(row.status)) return withdraw(store, key, token, { ...waits, to: 'over' }, waits);
  return row.changes === changes ? waits : withdraw(store, key, token, { ...waits, to: 'again' }, waits);
}

const waitItem = (key: Key, caseId: string, token: string, since: string) => ({
  ...key,
  duepk: duePartition('WAIT', key.pk),
  duesk: '9999',
  holder: caseId,
  kind: 'case',
  step: 'clock',
  status: 'OPEN',
  token,
  since,
  until: '9999-12-31T00:00:00.000Z',
  onTimeout: 'again',
  events: [],
});

/**
 * The look found a change: take the wait back, unless somebody claimed it meanwhile and will signal it. The machine may be
 * further by then; what it waits for now has another token.
 */
async function withdraw(
  store: Store,
  key: Key,
  token: string,
  result: CaseStepResult,
  claimed: CaseStepResult,
): Promise<CaseStepResult> {
  const { ok } = await store.transact([
    { kind: 'delete', table: 'core', key, if: { equals: { status: 'OPEN', token } } },
  ]);
  return ok ? result : claimed;
}

/**
 * The time has come. What it asks for, how long to wait next, and the wait that ran out are settled in one change. The case
 * is read after the revision that guards the change; read before it, a case that was closed meanwhile would be open again.
 */
async function actNow(ports: Ports, live: LiveLibrary, call: CaseStep): Promise<CaseStepResult | undefined> {
  const head = await getHead(ports.store, call.contactId);
  if (!head) throw new Rejected(`no contact ${call.contactId}`);
  const row = await caseOf(ports.store, call);
  const told = Object.values(row.clocks).flatMap((clock) => clock.told).length;
  const cause = `${row.sk}#due-${row.changes}-${told}`;
  const change = beginChange(head, cause, ports.clock.now().toISOString(), live);
  await dropWait(ports.store, change, row);
  if (!(await actOnClocks(ports.store, change, row))) return planned(ports, live, row);
  if (!(await commitChange(ports, change))) return undefined;
  return planned(ports, live, await caseOf(ports.store, { contactId: row.contactId, caseId: row.id }));
}

async function dropWait(store: Store, change: ContactChange, row: CaseRow): Promise<void> {
  const key = caseWaitKey(row.contactId, row.id);
  const wait = await getRow(store, key, WaitRow);
  if (wait?.status === 'OPEN')
    addOperation(change, { kind: 'delete', table: 'core', key, if: { equals: { status: 'OPEN' } } });
}
