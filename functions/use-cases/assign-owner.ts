import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import type { Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { digest, pick, StayRow, stayKey } from '../repositories/rows.ts';
import { addOperation, type ContactChange, raiseEvent } from './contact-change.ts';
import { openTask } from './tasks.ts';

/**
 * Another person owns the contact from now on, for the team that does, and has a task that says so. Nothing else changes: the
 * stay and its clock go on, and what was offered is still offered. Nothing happens where nobody owns the contact, or that
 * person does already. `cause` is the row of the event that a rule fired at.
 */
export async function assignOwner(
  store: Store,
  change: ContactChange,
  {
    rule,
    person,
    title,
    script,
    due,
  }: { rule: string; person: string; title: string; script?: string | undefined; due: string },
  { event, cause }: { event: JsonObject; cause: string },
): Promise<void> {
  const { contactId, owner, stay } = change.head;
  if (owner === null || owner.person === person) return;
  const key = stayKey(contactId, stay);
  const { owners = [] } = (await getRow(store, key, StayRow)) ?? {};
  const next = { team: owner.team, person };
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key,
    set: { owner: next, owners: [...owners, { owner, to: change.now }] },
  });
  change.head = { ...change.head, owner: next };
  const reason = pick(event, 'reason');
  raiseEvent(change, 'owner.changed', {
    person,
    rule,
    ...(owner.person ? { formerly: owner.person } : {}),
    ...(reason ? { reason } : {}),
  });
  await openTask(store, change, {
    id: `task-${digest(contactId, rule, cause)}`,
    kind: 'task',
    queue: owner.team,
    title,
    instruction: `For ${person}.`,
    script,
    dueAt: addDuration(change.now, due),
    origin: `best-practice/${rule}`,
  });
}
