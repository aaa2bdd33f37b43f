import { changeBy } from '@baton/rules/cases/life.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { type Ports, Rejected, type Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import {
  CaseRow,
  caseKey,
  type EventRow,
  OfferRow,
  offerKey,
  pick,
  TaskRow,
  taskKey,
} from '../repositories/rows.ts';
import { changeCase } from './cases.ts';
import { consentOperation } from './consent.ts';
import { addOperation, type ContactChange } from './contact-change.ts';
import { openHandover, settleHandover } from './handovers.ts';
import { closeTask, mayAnswer } from './tasks.ts';

/** The event as deciding sees it. Answers to handovers, cases and consent take effect here, before anything is decided. */
export async function settleAnswers(
  { store }: Ports,
  change: ContactChange,
  row: EventRow,
): Promise<JsonObject> {
  const event: JsonObject = { ...row.data, type: row.type, at: row.at };
  const { contactId } = change.head;
  if (row.type === 'handover.accepted' || row.type === 'handover.returned') {
    const open = await openHandover(store, contactId, row.data);
    if (!open) return event;
    await settleHandover(
      store,
      change,
      open,
      row.type === 'handover.accepted'
        ? { kind: 'accepted', person: pick(row.data, 'person') }
        : { kind: 'returned', reason: pick(row.data, 'reason') ?? 'other' },
    );
    return { ...event, handoverId: open.id, handover: open.handover };
  }
  await settleElsewhere(store, change, row);
  return row.type.startsWith('case.') ? settleCase(store, change, row, event) : event;
}

/**
 * Who reports from outside knows a case by its number. Its key is added to what is stored, because journeys know their case
 * by that, also those which come to look later.
 */
async function settleCase(
  store: Store,
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
): Promise<JsonObject> {
  const found = await getRow(store, caseKey(change.head.contactId, pick(row.data, 'caseId') ?? ''), CaseRow);
  if (!found) return event;
  if (row.data.key !== found.key)
    addOperation(change, {
      kind: 'update',
      table: 'core',
      key: { pk: row.pk, sk: row.sk },
      set: { data: { ...row.data, key: found.key } },
    });
  const asked = changeBy(row.type);
  if (asked) await changeCase(store, change, found, { change: asked, at: row.at, data: row.data });
  return { ...event, key: found.key };
}

/**
 * An answer that came over the API instead of the desk takes the offer or the task off the desk as well. A task that stands
 * for an offer or a handover stays until that is answered by its own event; without it nobody would see the question.
 */
async function settleElsewhere(store: Ports['store'], change: ContactChange, row: EventRow): Promise<void> {
  if (!(await mayAnswer(store, change.head.contactId, row)))
    throw new Rejected('data.taskId: a role must decide this; answer the task at the desk');
  if (row.type === 'task.completed') {
    const taskId = pick(row.data, 'taskId') ?? '';
    const task = await getRow(store, taskKey(change.head.contactId, taskId), TaskRow);
    if (task && task.kind !== 'offer' && task.kind !== 'handover')
      await closeTask(store, change, taskId, 'done', pick(row.data, 'outcome'));
    return;
  }
  if (row.type !== 'offer.accepted' && row.type !== 'offer.declined') return;
  const answer = row.type === 'offer.accepted' ? 'accepted' : 'declined';
  const offer = await getRow(
    store,
    offerKey(change.head.contactId, pick(row.data, 'offerId') ?? ''),
    OfferRow,
  );
  if (offer?.status !== 'presented') return;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: offer.pk, sk: offer.sk },
    set: { status: answer },
    if: { equals: { status: 'presented' } },
  });
  await closeTask(store, change, offer.taskId, 'done', answer);
}

/** What the contact allows, by channel and purpose. */
export async function recordConsent({ store }: Ports, change: ContactChange, row: EventRow): Promise<void> {
  const operation = await consentOperation(store, change.head.contactId, row, change.live);
  if (operation) addOperation(change, operation);
}
