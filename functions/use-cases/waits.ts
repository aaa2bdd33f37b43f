import type { Root } from '@baton/rules/conditions/condition.ts';
import { Condition } from '@baton/rules/conditions/condition.ts';
import { evaluate } from '@baton/rules/conditions/evaluate.ts';
import { matchesEvent } from '@baton/rules/journey/matches.ts';
import { factsOf as factsDuring } from '@baton/rules/journey/moment.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Item, Key, Store } from '../ports.ts';
import { getRow, waitOf } from '../repositories/read.ts';
import {
  contactKey,
  digest,
  duePartition,
  EnrolmentRow,
  enrolmentKey,
  WaitRow,
} from '../repositories/rows.ts';
import { addOperation, addToOutbox, type ContactChange, factsOf, touches } from './contact-change.ts';

/** The entry of an open wait that an event answers, if any. `facts` include the event as `event`'s later `answer`. */
export async function answeredBy(
  wait: Pick<WaitRow, 'events'>,
  event: JsonObject,
  facts: Record<string, JsonObject>,
): Promise<{ to: string } | undefined> {
  for (const entry of wait.events) {
    const { when, ...pattern } = entry;
    const matched = await matchesEvent(
      { ...pattern, ...(when === undefined ? {} : { when: asRoot(when) }) },
      event,
      facts,
    );
    if (matched) return { to: entry.to };
  }
  return undefined;
}

/** A condition that was stored with a row. */
export function asRoot(stored: unknown): Root {
  const condition = Condition.parse(stored);
  if ('all' in condition || 'any' in condition) return condition;
  return { all: [condition] };
}

/** Where a wait leads whose condition on the facts holds. */
export async function wayByFacts(
  { facts: wanted }: Pick<WaitRow, 'facts'>,
  facts: () => Record<string, JsonObject>,
): Promise<string | undefined> {
  if (!wanted) return undefined;
  return (await evaluate(asRoot(wanted.when), facts())).outcome === 'true' ? wanted.to : undefined;
}

export type Watching = { enrolment: EnrolmentRow; wait: WaitRow };

/** The contact's enrolments, apart from one, that wait for their facts. */
export async function watchingFacts(
  store: Store,
  { head }: ContactChange,
  except: string,
): Promise<Watching[]> {
  const found: Watching[] = [];
  for (const id of head.active) {
    if (id === except) continue;
    const enrolment = await getRow(store, enrolmentKey(head.contactId, id), EnrolmentRow);
    const wait = enrolment?.status === 'active' ? await waitOf(store, enrolment) : undefined;
    if (enrolment && wait?.facts) found.push({ enrolment, wait });
  }
  return found;
}

/**
 * Ends waits whose condition on the facts holds as the change leaves the contact. It is asked whenever the change may have
 * made one true, last of all; when a wait begins, its step asks, guarded by the same revision of the contact.
 */
export async function answerByFacts(change: ContactChange, watching: readonly Watching[]): Promise<void> {
  for (const { enrolment, wait } of watching) {
    const key = { pk: enrolment.pk, sk: enrolment.sk };
    if (touches(change, key)) continue;
    const to = await wayByFacts(wait, () => factsDuring(enrolment, factsOf(change), change.now));
    if (to === undefined || !claimWait(change, wait, { to, eventId: change.cause }, { to })) continue;
    addOperation(change, {
      kind: 'update',
      table: 'core',
      key,
      set: { result: { to } },
      if: { equals: { status: 'active' } },
    });
  }
}

/**
 * Claims an open wait for an outcome: the row is flipped and the signal put into the outbox in one transaction. Whoever
 * flips the row decides; a timer that comes later finds it claimed.
 */
export function claimWait(
  change: ContactChange,
  wait: WaitRow,
  claim: { to: string; eventId: string },
  output: JsonObject,
): boolean {
  if (wait.status !== 'OPEN' || touches(change, wait)) return false;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: wait.pk, sk: wait.sk },
    set: { status: 'CLAIMED', claim: { ...claim, output }, duesk: change.now },
    if: { equals: { status: 'OPEN', token: wait.token } },
  });
  addToOutbox(change, { kind: 'SIGNAL', wait: wait.sk, output });
  if (wait.kind === 'enrolment') change.happened.push((metrics) => metrics.count('WaitClaimed'));
  return true;
}

/** The outbox row that carries a claimed wait's answer to its machine. */
export function signalItem(
  { pk, sk }: Pick<WaitRow, 'pk' | 'sk'>,
  contactId: string,
  output: JsonObject,
  at: string,
): Item {
  const id = digest('signal', pk, sk);
  return {
    pk,
    sk: `OUT#${id}`,
    id,
    contactId,
    at,
    kind: 'SIGNAL',
    wait: sk,
    output,
    duepk: duePartition('OUT', id),
    duesk: at,
  };
}

/** Signals the machine of a stay, whatever it is waiting for at the moment. */
export async function signalStay(
  store: Store,
  change: ContactChange,
  stay: number,
  output: { to: 'left' | 'offered' | 'returned' } & JsonObject,
): Promise<void> {
  for (const state of stayStates)
    await signalIfOpen(store, change, stayWaitKey(change.head.contactId, stay, state), output);
}

/** Tells the machine of a case that the case has changed, if it waits. */
export async function signalCase(
  store: Store,
  change: ContactChange,
  caseId: string,
  output: { to: 'again' | 'over' } & JsonObject,
): Promise<void> {
  await signalIfOpen(store, change, caseWaitKey(change.head.contactId, caseId), output);
}

/**
 * Stays and cases begin to wait without a change of their contact. So that neither side misses the other, the change holds
 * only while the wait is as it was read.
 */
async function signalIfOpen(
  store: Store,
  change: ContactChange,
  key: Key,
  output: { to: string } & JsonObject,
): Promise<void> {
  const wait = await getRow(store, key, WaitRow);
  if (wait && claimWait(change, wait, { to: output.to, eventId: change.cause }, output)) return;
  if (touches(change, key)) return;
  const asRead = wait ? { equals: { status: wait.status, token: wait.token } } : { absent: true as const };
  addOperation(change, { kind: 'check', table: 'core', key, if: asRead });
}

export const caseWaitKey = (contactId: string, caseId: string): Key => ({
  pk: contactKey(contactId),
  sk: `WAIT#${caseId}#clock`,
});

/** The two states of the contact-cycle machine that wait: for news of the stay, and for the answer to a handover. */
const stayStates = ['await', 'offer'] as const;
export const stayWaitKey = (contactId: string, stay: number, state: (typeof stayStates)[number]): Key => ({
  pk: contactKey(contactId),
  sk: `WAIT#${stayHolder(stay)}#${state}`,
});

export const stayHolder = (stay: number): string => `stay-${stay}`;
