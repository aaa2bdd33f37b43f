import type { JsonObject } from '@baton/rules/json.ts';
import { type Operation, type Ports, Transient } from '../ports.ts';
import { getHead, getRow } from '../repositories/read.ts';
import {
  ConsentRow,
  consentKey,
  contactKey,
  digest,
  duePartition,
  eventKey,
  headKey,
  pendingOrder,
} from '../repositories/rows.ts';
import { consentOperation } from './consent.ts';
import type { UnsubscribeLink } from './unsubscribe-link.ts';

type UnsubscribePorts = Pick<Ports, 'store' | 'clock'>;

const source = 'baton.unsubscribe';
const tries = 5;

/**
 * Withdraws the consent that a link is about, at once: the statement and the event that journeys react to are written
 * together, so that no permit comes after the answer. Whoever clicks again has withdrawn it already.
 */
export async function withdrawByLink(ports: UnsubscribePorts, old: UnsubscribeLink): Promise<void> {
  await untilSettled(async () => {
    const link = await presentLink(ports, old);
    const present = await statementOf(ports, link);
    if (present?.given === false) return true;
    return state(ports, link, 'consent.withdrawn', 'unsubscribe-link', present);
  });
}

/** Takes a withdrawal back that was made by a link, and no other; `false` where there is none. */
export async function restoreByLink(ports: UnsubscribePorts, old: UnsubscribeLink): Promise<boolean> {
  const link = await presentLink(ports, old);
  const withdrawn = await statementOf(ports, link);
  if (withdrawn?.given) return withdrawn.method === undone;
  if (withdrawn?.method !== 'unsubscribe-link') return false;
  return state(ports, link, 'consent.given', undone, withdrawn);
}

/** A link is good for the person, also when the contact has become part of another one or is just doing so. */
async function presentLink(ports: UnsubscribePorts, link: UnsubscribeLink): Promise<UnsubscribeLink> {
  const head = await getHead(ports.store, link.contactId);
  return head?.into === undefined ? link : presentLink(ports, { ...link, contactId: head.into });
}

const undone = 'unsubscribe-undone';

const statementOf = ({ store }: UnsubscribePorts, { contactId, channel, purpose }: UnsubscribeLink) =>
  getRow(store, consentKey(contactId, channel, purpose), ConsentRow);

async function untilSettled(settle: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) if (await settle()) return;
  throw new Transient('the consent kept changing; try again');
}

/** Its identity follows from the statement that it replaces: of two clicks at once one is recorded. */
async function state(
  { store, clock }: UnsubscribePorts,
  { contactId, channel, purpose, journey }: UnsubscribeLink,
  type: 'consent.given' | 'consent.withdrawn',
  method: string,
  present: ConsentRow | undefined,
): Promise<boolean> {
  // Of somebody who is not known any more there is nothing to withdraw.
  if (!(await getHead(store, contactId))) return true;
  const at = laterThan(present, clock.now().toISOString());
  const eventId = digest(method, contactId, channel, purpose, present?.eventId ?? '');
  const data: JsonObject = {
    channel,
    purpose,
    method,
    ...(type === 'consent.withdrawn' ? { journey } : {}),
    ...(present?.text ? { text: present.text } : {}),
    ...(present?.wording ? { wording: present.wording } : {}),
  };
  const operation = await consentOperation(store, contactId, { type, at, eventId, source, data });
  if (!operation) return false;
  const { ok } = await store.transact([
    operation,
    // Whoever is merging the contact must see the statement, and after that it is made to the other one.
    {
      kind: 'update',
      table: 'core',
      key: headKey(contactId),
      add: { rev: 1 },
      if: { present: true, equals: { into: null } },
    },
    recorded(contactId, { type, at, eventId, data, receivedAt: clock.now().toISOString() }),
  ]);
  if (ok) await store.durable();
  return ok;
}

/** A statement whose producer's clock is ahead must not outlive a click that came after it. */
function laterThan(present: ConsentRow | undefined, now: string): string {
  if (!present || present.at < now) return now;
  return new Date(Date.parse(present.at) + 1).toISOString();
}

function recorded(
  contactId: string,
  event: { type: string; at: string; eventId: string; data: JsonObject; receivedAt: string },
): Operation {
  const { sk } = eventKey(contactId, source, event.eventId);
  return {
    kind: 'put',
    table: 'core',
    if: { absent: true },
    item: {
      pk: contactKey(contactId),
      sk,
      tl: `${event.at}#${sk}`,
      duepk: duePartition('PEND', contactId),
      duesk: pendingOrder(contactId, event.at, event.eventId),
      source,
      subject: `contact:${contactId}`,
      hash: '',
      pend: 1,
      ...event,
    },
  };
}
