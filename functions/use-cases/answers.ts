import { type CaseStatus, caseChanges, isCaseChange, isOver, mayChange } from '@baton/rules/cases/life.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Role } from '@baton/rules/roles.ts';
import { type Operation, type Ports, Transient } from '../ports.ts';
import { getHead, getRow, presentId } from '../repositories/read.ts';
import {
  answerKey,
  CaseRow,
  caseKey,
  contactKey,
  deskSource,
  duePartition,
  HandoverRow,
  handoverKey,
  OfferRow,
  offerKey,
  pendingOrder,
  TaskRow,
  taskKey,
} from '../repositories/rows.ts';

/** An answer that cannot be taken, in words, with the HTTP status that fits. */
export type Answered =
  | { ok: true }
  | { ok: false; status: 403 | 404 | 409 | 422; path: string; reason: string; remedy: string };

const settledMeanwhile = (what: string, status: string): Answered => ({
  ok: false,
  status: 409,
  path: 'status',
  reason: `this ${what} is ${status} already`,
  remedy: 'reload the page to see who was first',
});
const unknown = (what: string, id: string): Answered => ({
  ok: false,
  status: 404,
  path: 'id',
  reason: `there is no ${what} ${id}`,
  remedy: "take the id from the contact's page",
});
const notPossible = (path: string, reason: string, remedy: string): Extract<Answered, { ok: false }> => ({
  ok: false,
  status: 422,
  path,
  reason,
  remedy,
});

const notFor = (role: Role): Answered => ({
  ok: false,
  status: 403,
  path: 'roles',
  reason: `only the role ${role} may decide this`,
  remedy: 'leave it to somebody who has the role; an administrator gives it',
});

/** Completes a task. The outcome is an event of the contact, so that journeys waiting for it go on. */
export async function completeTask(
  ports: Ports,
  {
    taskId,
    outcome,
    note,
    roles = [],
    ...asked
  }: { contactId: string; taskId: string; outcome: string; note?: string; roles?: readonly Role[] },
): Promise<Answered> {
  const contactId = await presentId(ports.store, asked.contactId);
  const task = await getRow(ports.store, taskKey(contactId, taskId), TaskRow);
  if (!task) return unknown('task', taskId);
  if (task.kind === 'offer' && (outcome === 'accepted' || outcome === 'declined'))
    return answerOffer(ports, {
      contactId,
      offerId: taskId.replace(/^task-/, ''),
      answer: outcome,
      reason: note,
    });
  if (task.kind === 'handover')
    return answerHandover(ports, {
      contactId,
      handoverId: taskId.replace(/^accept-/, ''),
      ...(outcome === 'accepted'
        ? { answer: 'accepted' as const }
        : { answer: 'returned' as const, reason: outcome }),
    });
  if (task.role && !roles.includes(task.role) && !roles.includes('admin')) return notFor(task.role);
  if (task.status !== 'open') return settledMeanwhile('task', task.status);
  if (!task.outcomes.some(({ id }) => id === outcome))
    return notPossible(
      'outcome',
      `"${outcome}" is not an outcome of this task`,
      `use ${task.outcomes.map(({ id }) => id).join(' or ')}`,
    );

  const closed: Operation = {
    kind: 'update',
    table: 'core',
    key: taskKey(contactId, taskId),
    set: { status: 'done', outcome, g1pk: `TK#${task.queue}#done` },
    if: { equals: { status: 'open' } },
  };
  const data: JsonObject = { taskId, outcome, ...(note ? { note } : {}) };
  // A task that was opened again can be completed again: the answer is to this opening of it.
  return record(ports, contactId, 'task.completed', `${taskId}@${task.createdAt}`, data, [closed], 'task');
}

export async function answerOffer(
  ports: Pick<Ports, 'store' | 'clock'>,
  answered: { contactId: string; offerId: string; answer: 'accepted' | 'declined'; reason?: string },
): Promise<Answered> {
  const { offerId, answer, reason } = answered;
  const contactId = await presentId(ports.store, answered.contactId);
  const offer = await getRow(ports.store, offerKey(contactId, offerId), OfferRow);
  if (!offer) return unknown('offer', offerId);
  if (offer.status !== 'presented') return settledMeanwhile('offer', offer.status);
  const operations: Operation[] = [
    {
      kind: 'update',
      table: 'core',
      key: offerKey(contactId, offerId),
      set: { status: answer },
      if: { equals: { status: 'presented' } },
    },
    {
      kind: 'update',
      table: 'core',
      key: taskKey(contactId, offer.taskId),
      set: { status: 'done', outcome: answer, g1pk: `TK#${offer.queue}#done` },
      if: { equals: { status: 'open' } },
    },
  ];
  const data: JsonObject = reason ? { offerId, reason } : { offerId };
  return record(ports, contactId, `offer.${answer}`, offerId, data, operations, 'offer');
}

export async function answerHandover(
  ports: Ports,
  answered: { contactId: string; handoverId: string; person?: string } & (
    | { answer: 'accepted' }
    | { answer: 'returned'; reason: string }
  ),
): Promise<Answered> {
  const { handoverId } = answered;
  const contactId = await presentId(ports.store, answered.contactId);
  const handover = await getRow(ports.store, handoverKey(contactId, handoverId), HandoverRow);
  if (!handover) return unknown('handover', handoverId);
  if (handover.status !== 'offered') return settledMeanwhile('handover', handover.status);
  const data: JsonObject = {
    handoverId,
    handover: handover.handover,
    ...(answered.person ? { person: answered.person } : {}),
  };
  if (answered.answer === 'returned') {
    const document = (await ports.documents.live()).handovers.get(handover.handover);
    const reasons = document?.acceptance.returnReasons ?? [];
    if (!reasons.includes(answered.reason))
      return notPossible(
        'reason',
        `"${answered.reason}" is not a return reason of this handover`,
        `use ${reasons.join(', ')}`,
      );
    data.reason = answered.reason;
  }
  const stillOffered: Operation = {
    kind: 'check',
    table: 'core',
    key: handoverKey(contactId, handoverId),
    if: { equals: { status: 'offered' } },
  };
  return record(
    ports,
    contactId,
    `handover.${answered.answer}`,
    handoverId,
    data,
    [stillOffered],
    'handover',
  );
}

/** What people do with a case. */
export type CaseAnswer =
  | { change: 'accept'; person: string }
  | { change: 'answer' | 'wait' | 'resume' | 'confirm' | 'reopen'; note?: string }
  | { change: 'solve'; resolution: string; summary?: string }
  | { change: 'close'; because: string }
  | { change: 'merge'; into: string };

/**
 * Moves a case on. The answer is to the case as it stands: of two that come at once the first counts, and the second finds
 * that it has changed.
 */
export async function answerCase(
  ports: Ports,
  { contactId, caseId, ...answer }: { contactId: string; caseId: string } & CaseAnswer,
): Promise<Answered> {
  const row = await getRow(ports.store, caseKey(contactId, caseId), CaseRow);
  if (!row) return unknown('case', caseId);
  const { change, ...said } = answer;
  if (!mayChange(row.status, change))
    return {
      ok: false,
      status: 409,
      path: 'change',
      reason: `this case is ${inWords(row.status)}, so it cannot take "${change}"`,
      remedy: `use ${possible(row.status)}`,
    };
  const refused = 'into' in answer ? await refuseMerge(ports, row, answer.into) : undefined;
  if (refused) return refused;
  const data: JsonObject = { caseId, key: row.key };
  for (const [name, value] of Object.entries(said)) if (value !== undefined) data[name] = value;
  return record(ports, contactId, caseChanges[change].event, `${caseId}@${row.changes}`, data, [], 'case');
}

const inWords = (status: CaseStatus): string => status.replaceAll('-', ' ');

function possible(status: CaseStatus): string {
  const ways = Object.keys(caseChanges)
    .filter(isCaseChange)
    .filter((way) => mayChange(status, way));
  return ways.length > 0 ? ways.join(', ') : 'a new case; this one is over';
}

async function refuseMerge(
  { store }: Ports,
  row: CaseRow,
  into: string,
): Promise<Extract<Answered, { ok: false }> | undefined> {
  const remedy = 'name another case of this contact that is still open';
  if (into === row.id) return notPossible('into', 'a case cannot be merged into itself', remedy);
  const target = await getRow(store, caseKey(row.contactId, into), CaseRow);
  if (!target) return notPossible('into', `the contact has no case ${into}`, remedy);
  return isOver(target.status)
    ? notPossible('into', `case ${into} is ${inWords(target.status)}`, remedy)
    : undefined;
}

/**
 * Records the answer as an event of the contact in one transaction with what it closes. The event's identity is the
 * thing answered, so the first answer wins and a second one finds it settled.
 */
async function record(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  contactId: string,
  type: string,
  answeredId: string,
  data: JsonObject,
  operations: Operation[],
  what: string,
): Promise<Answered> {
  if (!(await getHead(store, contactId))) return unknown('contact', contactId);
  const at = clock.now().toISOString();
  const { sk } = answerKey(contactId, answeredId);
  const { ok } = await store.transact([
    ...operations,
    {
      kind: 'put',
      table: 'core',
      if: { absent: true },
      item: {
        pk: contactKey(contactId),
        sk,
        tl: `${at}#${sk}`,
        duepk: duePartition('PEND', contactId),
        duesk: pendingOrder(contactId, at, sk),
        eventId: `answer-${answeredId}`,
        source: deskSource,
        type,
        at,
        receivedAt: at,
        subject: `contact:${contactId}`,
        data,
        hash: '',
        pend: 1,
      },
    },
  ]);
  if (!ok && (await presentId(store, contactId)) !== contactId)
    throw new Transient(`contact ${contactId} was merged meanwhile`);
  if (!ok) return settledMeanwhile(what, 'answered');
  await store.durable();
  return { ok: true };
}
