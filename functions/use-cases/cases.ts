import { addDuration } from '@baton/rules/time/duration.ts';
import type { Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { CaseRow, caseKey, digest } from '../repositories/rows.ts';
import { addOperation, type ContactChange, putRow, raiseEvent, touches } from './contact-change.ts';
import { layOverlay, liftOverlay } from './cycle.ts';

type NewCase = Pick<CaseRow, 'title' | 'queue' | 'priority' | 'key' | 'rule'> & { due: string };

/**
 * Opens a case, one per contact and key, and lays the problem stage over the contact's own. Reports the opening as an
 * event, so that journeys and rules can act on it.
 */
export async function openCase(
  store: Store,
  change: ContactChange,
  { due, ...opened }: NewCase,
): Promise<void> {
  const { contactId } = change.head;
  const id = `case-${digest(contactId, opened.key)}`;
  const key = caseKey(contactId, id);
  if (touches(change, key) || (await store.get('core', key))) return;

  const dueAt = addDuration(change.now, due);
  putRow(
    change,
    {
      ...key,
      tl: `${change.now}#${key.sk}`,
      g1pk: 'CASE#open',
      g1sk: `${dueAt}#${id}`,
      id,
      contactId,
      ...opened,
      status: 'open',
      openedAt: change.now,
      dueAt,
    },
    true,
  );
  layOverlay(change, `case ${id}`);
  change.head = { ...change.head, openCases: change.head.openCases + 1 };
  raiseEvent(change, 'case.opened', { caseId: id, priority: opened.priority });
}

/** Closes a case; with the last one the contact is back in the stage it was in before. */
export async function closeCase(store: Store, change: ContactChange, caseId: string): Promise<boolean> {
  const { contactId } = change.head;
  const key = caseKey(contactId, caseId);
  const row = await getRow(store, key, CaseRow);
  if (row?.status !== 'open' || touches(change, key)) return false;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key,
    set: { status: 'closed', closedAt: change.now, g1pk: 'CASE#closed' },
    if: { equals: { status: 'open' } },
  });
  change.head = { ...change.head, openCases: change.head.openCases - 1 };
  if (change.head.openCases === 0) await liftOverlay(store, change);
  return true;
}
