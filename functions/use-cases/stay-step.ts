import type { Stage } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { deadline } from '@baton/rules/time/business-time.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import * as z from 'zod';
import { type LiveLibrary, type Ports, Rejected, Transient } from '../ports.ts';
import { getHead, getRow, handoversOf, rowsOf } from '../repositories/read.ts';
import {
  answerKey,
  duePartition,
  EventRow,
  HandoverRow,
  type HeadRow,
  handoverKey,
  StayRow,
  stayKey,
  WaitRow,
} from '../repositories/rows.ts';
import { addOperation, beginChange, commitChange, raiseEvent } from './contact-change.ts';
import { escalationId } from './cycle.ts';
import { namesHandover, secondsToAnswer, warningAt } from './handovers.ts';
import { closeTask, openTask } from './tasks.ts';
import { stayHolder, stayWaitKey } from './waits.ts';

/** What the contact-cycle machine asks about one stay in a stage. */
export const StayStep = z.strictObject({
  contactId: z.string(),
  stay: z.int(),
  do: z.enum(['begin', 'await', 'escalate', 'offer', 'expire']),
  handoverId: z.string().optional(),
  /** When the machine entered the state: a repeated call for one visit escalates once. */
  visit: z.string().optional(),
  token: z.string().optional(),
});
export type StayStep = z.infer<typeof StayStep>;

/** `seconds`: how long the machine may wait now; `to`: where to go on. */
export type StayResult = {
  to: 'in-stage' | 'offered' | 'left' | 'returned';
  seconds: number;
  handoverId?: string;
};

/** The longest time-out that Step Functions takes; a stay without an SLA waits that long and then again. */
const longest = 99_999_999;
const tries = 8;

export async function stayStep(ports: Ports, call: StayStep): Promise<StayResult> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const result = await attemptStay(ports, call);
    if (!result) continue;
    if (call.token && result.to !== 'in-stage') await ports.workflows.succeed(call.token, result);
    return result;
  }
  throw new Transient(`contact ${call.contactId} kept changing during stay ${call.stay}`);
}

async function attemptStay(ports: Ports, call: StayStep): Promise<StayResult | undefined> {
  const head = await getHead(ports.store, call.contactId);
  const row = await getRow(ports.store, stayKey(call.contactId, call.stay), StayRow);
  // Whoever became part of another contact has left; the stay goes on as one of that contact, if it goes on.
  if (head?.into !== undefined || row?.to !== undefined) return { to: 'left', seconds: 1 };
  if (!head || !row) throw new Rejected(`no stay ${call.stay} of contact ${call.contactId}`);

  const live = await ports.documents.live();
  const stage = live.stages.get(row.stage);
  switch (call.do) {
    case 'begin':
      return { to: 'in-stage', seconds: secondsLeft(live, stage, row, ports.clock.now()) };
    case 'await':
      return awaitNews(ports, call, row);
    case 'escalate':
      return escalate(ports, head, row, stage, call.visit);
    case 'offer':
      return awaitAnswer(ports, call);
    case 'expire':
      return expire(ports, head, row, stage, call.handoverId ?? '');
  }
}

/** Seconds until the stay is overdue, or overdue again: SLA, then every `repeat`, `times` times at most. */
function secondsLeft(live: LiveLibrary, stage: Stage | undefined, row: StayRow, now: Date): number {
  const { sla } = stage ?? {};
  if (!sla || row.escalations >= sla.times) return longest;
  const calendar = sla.calendar === undefined ? undefined : live.calendars.get(sla.calendar);
  let at = deadline(row.from, sla.within, calendar);
  for (let n = 0; n < row.escalations; n++) at = deadline(at, sla.repeat, calendar);
  return Math.min(longest, Math.max(1, Math.ceil((Date.parse(at) - now.getTime()) / 1000)));
}

/** Writes the wait first and then looks: an offer or a move that came in between is seen here or sees the wait. */
async function awaitNews(
  { store, clock, documents }: Ports,
  { contactId, stay, token }: StayStep,
  row: StayRow,
): Promise<StayResult> {
  if (!token) throw new Rejected('a stay that waits needs a token');
  const key = stayWaitKey(contactId, stay, 'await');
  await store.transact([{ kind: 'put', table: 'core', item: waitItem(key, stay, token, clock.now()) }]);

  const after = await getRow(store, stayKey(contactId, stay), StayRow);
  if (!after || after.to !== undefined) return withdrawWait(store, key, token, { to: 'left', seconds: 1 });
  const offered = (await handoversOf(store, contactId)).find(
    (entry) => entry.stay === row.stay && entry.status === 'offered',
  );
  if (!offered) return { to: 'in-stage', seconds: longest };
  const seconds = secondsToAnswer(await documents.live(), offered, clock.now().toISOString());
  return withdrawWait(store, key, token, { to: 'offered', seconds, handoverId: offered.id });
}

/** Waits for the receiving side; looks after writing whether it has answered already. */
async function awaitAnswer(
  { store, clock }: Ports,
  { contactId, stay, token, handoverId }: StayStep,
): Promise<StayResult> {
  if (!token || !handoverId) throw new Rejected('an offered handover waits with a token and its id');
  const key = stayWaitKey(contactId, stay, 'offer');
  await store.transact([{ kind: 'put', table: 'core', item: waitItem(key, stay, token, clock.now()) }]);

  const row = await getRow(store, handoverKey(contactId, handoverId), HandoverRow);
  if (row?.status === 'accepted') return withdrawWait(store, key, token, { to: 'left', seconds: 1 });
  if (row?.status === 'offered') return { to: 'in-stage', seconds: longest };
  return withdrawWait(store, key, token, { to: 'returned', seconds: 1 });
}

const waitItem = (key: { pk: string; sk: string }, stay: number, token: string, now: Date) => ({
  ...key,
  duepk: duePartition('WAIT', key.pk),
  duesk: '9999',
  holder: stayHolder(stay),
  kind: 'stay',
  step: key.sk.split('#').at(-1) ?? '',
  status: 'OPEN',
  token,
  since: now.toISOString(),
  until: '9999-12-31T00:00:00.000Z',
  onTimeout: 'in-stage',
  events: [],
});

/**
 * The look found the answer: take the wait back, unless somebody claimed it meanwhile and will signal it. The machine may be
 * further by then; what it waits for now has another token.
 */
async function withdrawWait(
  store: Ports['store'],
  key: { pk: string; sk: string },
  token: string,
  result: StayResult,
): Promise<StayResult> {
  const { ok } = await store.transact([
    { kind: 'delete', table: 'core', key, if: { equals: { status: 'OPEN', token } } },
  ]);
  return ok ? result : { to: 'in-stage', seconds: longest };
}

/** The SLA has passed: the team that leads is told by a task, and rules by an event. */
async function escalate(
  ports: Ports,
  head: HeadRow,
  row: StayRow,
  stage: Stage | undefined,
  visit: string | undefined,
): Promise<StayResult | undefined> {
  const now = ports.clock.now();
  const live = await ports.documents.live();
  if (visit !== undefined && row.visit === visit)
    return { to: 'in-stage', seconds: secondsLeft(live, stage, row, now) };
  if (!stage?.sla || row.escalations >= stage.sla.times) return { to: 'in-stage', seconds: longest };
  const times = row.escalations + 1;
  const change = beginChange(head, `${row.sk}#escalation-${times}`, now.toISOString(), live);
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: row.pk, sk: row.sk },
    set: { escalations: times, ...(visit === undefined ? {} : { visit }) },
    if: { equals: { escalations: row.escalations } },
  });
  await openTask(ports.store, change, {
    id: escalationId(row.stay, times),
    kind: 'escalation',
    queue: stage.sla.escalateTo,
    title: `Overdue in stage: ${stage.title}`,
    instruction: `Owned by ${row.owner.person ?? row.owner.team} since ${row.from}.`,
    dueAt: addDuration(now.toISOString(), stage.sla.repeat),
    origin: `stages/${stage.id}`,
  });
  raiseEvent(change, 'stage.overdue', { stage: stage.id, times });
  if (!(await commitChange(ports, change))) return undefined;
  return { to: 'in-stage', seconds: secondsLeft(live, stage, { ...row, escalations: times }, now) };
}

/** Nobody accepted in time: the offer lapses, the present owner stays responsible, and the lead is told. */
async function expire(
  ports: Ports,
  head: HeadRow,
  row: StayRow,
  stage: Stage | undefined,
  handoverId: string,
): Promise<StayResult | undefined> {
  const { store } = ports;
  const now = ports.clock.now();
  const live = await ports.documents.live();
  const back: StayResult = { to: 'in-stage', seconds: secondsLeft(live, stage, row, now) };
  const handover = await getRow(store, handoverKey(head.contactId, handoverId), HandoverRow);
  if (handover?.status !== 'offered') return back;
  if (await isAnswered(store, handover)) return back;

  const document = live.handovers.get(handover.handover);
  if (now.toISOString() < handover.acceptBy) return warn(ports, head, handover, live, back);
  const change = beginChange(head, `${handover.sk}#expired`, now.toISOString(), live);
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: handover.pk, sk: handover.sk },
    set: { status: 'expired', settledAt: change.now, g1pk: 'HND#expired' },
    if: { equals: { status: 'offered' } },
  });
  const answer = answerKey(head.contactId, handoverId);
  addOperation(change, { kind: 'check', table: 'core', key: answer, if: { equals: { pend: null } } });
  await closeTask(store, change, `accept-${handoverId}`, 'expired');
  await closeTask(store, change, `unanswered-${handoverId}`, 'expired');
  await openTask(store, change, {
    id: `expired-${handoverId}`,
    kind: 'escalation',
    queue: document?.escalation.to ?? handover.from.team,
    title: `Not accepted in time: ${document?.title ?? handover.handover}`,
    instruction: `Offered to ${handover.to.person ?? handover.to.team} until ${handover.acceptBy}.`,
    dueAt: addDuration(change.now, document?.acceptance.within ?? 'P1D'),
    origin: `handovers/${handover.handover}`,
  });
  await dropWait(store, change.head.contactId, row.stay, change);
  const data: JsonObject = { handoverId, handover: handover.handover };
  raiseEvent(change, 'handover.expired', data);
  return (await commitChange(ports, change)) ? back : undefined;
}

/** Most of the time has passed, not all of it: whoever still owns the contact can see to it that somebody takes over. */
async function warn(
  ports: Ports,
  head: HeadRow,
  handover: HandoverRow,
  live: LiveLibrary,
  back: StayResult,
): Promise<StayResult | undefined> {
  const now = ports.clock.now().toISOString();
  const due = warningAt(live, handover);
  if (due === undefined || now < due) return back;
  const change = beginChange(head, `${handover.sk}#warned`, now, live);
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: handover.pk, sk: handover.sk },
    set: { warnedAt: now },
    if: { equals: { status: 'offered' } },
  });
  await openTask(ports.store, change, {
    id: `unanswered-${handover.id}`,
    kind: 'escalation',
    queue: handover.from.team,
    title: `Not accepted yet: ${live.handovers.get(handover.handover)?.title ?? handover.handover}`,
    instruction: `Offered to ${handover.to.person ?? handover.to.team} until ${handover.acceptBy}.`,
    dueAt: handover.acceptBy,
    origin: `handovers/${handover.handover}`,
  });
  return (await commitChange(ports, change)) ? back : undefined;
}

/** An answer that was given in time counts, at the desk or as an event, also when it has still to take effect. */
async function isAnswered(store: Ports['store'], { contactId, id, handover }: HandoverRow): Promise<boolean> {
  return (await rowsOf(store, contactId, 'EVT#', EventRow)).some(
    ({ pend, type, data }) =>
      pend &&
      (type === 'handover.accepted' || type === 'handover.returned') &&
      namesHandover(data, { id, handover }),
  );
}

async function dropWait(
  store: Ports['store'],
  contactId: string,
  stay: number,
  change: Parameters<typeof addOperation>[0],
): Promise<void> {
  const key = stayWaitKey(contactId, stay, 'offer');
  if (await getRow(store, key, WaitRow))
    addOperation(change, { kind: 'delete', table: 'core', key, if: { equals: { status: 'OPEN' } } });
}
