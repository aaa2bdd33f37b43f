import { type AskedOf, nextInTeam, teamNamed } from '@baton/rules/cycle/teams.ts';
import type { HandoverDecision } from '@baton/rules/decide/handover.ts';
import type { HandoverDocument } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { deadline, shareOf } from '@baton/rules/time/business-time.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { handoversOf } from '../repositories/read.ts';
import { digest, type HandoverRow, handoverKey, type OwnerRow, pick } from '../repositories/rows.ts';
import { addOperation, type ContactChange, putRow, touches } from './contact-change.ts';
import { completionTask, enterStage } from './cycle.ts';
import { closeTask, openTask } from './tasks.ts';
import { signalStay } from './waits.ts';

type Ready = Extract<HandoverDecision, { kind: 'ready' }>;

/**
 * Offers a contact to the next owner. Until it is accepted the present owner stays responsible; an automatic handover
 * is accepted in the same transaction. While one offer of a stay is open no second is made.
 */
export async function offerHandover(
  store: Store,
  change: ContactChange,
  document: HandoverDocument,
  { to, pack }: Pick<Ready, 'to' | 'pack'>,
  id = `h-${digest(change.head.contactId, change.cause, document.id)}`,
): Promise<string | undefined> {
  const { head, now } = change;
  const open = (await handoversOf(store, head.contactId)).find(
    (row) => row.stay === head.stay && row.status === 'offered',
  );
  if (open) return undefined;

  const automatic = document.acceptance.mode === 'automatic';
  const key = handoverKey(head.contactId, id);
  const acceptBy = deadlineOf(change.live, document, now);
  const row: HandoverRow = {
    ...key,
    tl: `${now}#${key.sk}`,
    g1pk: `HND#${automatic ? 'accepted' : 'offered'}`,
    g1sk: `${acceptBy}#${id}`,
    id,
    contactId: head.contactId,
    handover: document.id,
    stay: head.stay,
    status: automatic ? 'accepted' : 'offered',
    from: {
      stage: document.from.stage,
      team: head.owner?.team ?? document.from.team,
      person: head.owner?.person,
    },
    to,
    offeredAt: now,
    acceptBy,
    pack,
    ...(automatic ? { settledAt: now } : {}),
  };
  putRow(change, row, true);
  await closeTask(store, change, completionTask(head.contactId, head.stay, document.id), 'done', 'complete');

  if (automatic) {
    await enterStage(store, change, { stage: to.stage, owner: ownerOf(to), by: `handover ${document.id}` });
    return id;
  }
  await openTask(store, change, {
    id: `accept-${id}`,
    kind: 'handover',
    queue: to.team,
    title: `Accept or return: ${document.title}`,
    ...(to.person ? { instruction: `Offered to ${to.person}.` } : {}),
    dueAt: acceptBy,
    origin: `handovers/${document.id}`,
    outcomes: [
      { id: 'accepted', title: 'Accept' },
      ...document.acceptance.returnReasons.map((reason) => ({ id: reason, title: `Return: ${reason}` })),
    ],
  });
  await signalStay(store, change, head.stay, {
    to: 'offered',
    handoverId: id,
    seconds: secondsToAnswer(change.live, row, now),
  });
  return id;
}

/**
 * Whom of the receiving team a journey asks: who leads it, or the next whom this stay has not asked yet. `undefined`: nobody
 * says who is in the team, so it is asked as a whole.
 */
export async function personAsked(
  store: Store,
  { head, live }: ContactChange,
  { id, to }: HandoverDocument,
  asked: AskedOf,
): Promise<string | undefined> {
  const team = teamNamed(live.settings.values(), to.team);
  if (!team || asked === 'team-lead') return team?.lead;
  const offers = await handoversOf(store, head.contactId);
  const before = offers.filter(({ handover, stay }) => handover === id && stay === head.stay);
  return nextInTeam(
    team,
    before.flatMap(({ to: { person } }) => person ?? []),
  );
}

/**
 * A handover that lacks part of its information pack is the present owner's task, one per stay and handover. What comes
 * by itself is waited for in silence.
 */
export async function askForMissing(
  store: Store,
  change: ContactChange,
  document: HandoverDocument,
  missing: readonly string[],
): Promise<void> {
  const { contactId, stay, owner } = change.head;
  const wanted = document.requiredFacts.filter(({ label, awaited }) => !awaited && missing.includes(label));
  if (wanted.length === 0) return;
  await openTask(store, change, {
    id: completionTask(contactId, stay, document.id),
    kind: 'task',
    queue: owner?.team ?? document.from.team,
    title: `Complete for handover: ${document.title}`,
    instruction: `Missing: ${wanted.map(({ label }) => label).join(', ')}`,
    dueAt: deadlineOf(change.live, document, change.now),
    origin: `handovers/${document.id}`,
  });
}

/** The open handover that an answer is about: named by its id, or by its document where the outside knows no id. */
export async function openHandover(
  store: Store,
  contactId: string,
  answer: JsonObject,
): Promise<HandoverRow | undefined> {
  return (await handoversOf(store, contactId)).find(
    (row) => row.status === 'offered' && namesHandover(answer, row),
  );
}

export function namesHandover(answer: JsonObject, row: Pick<HandoverRow, 'id' | 'handover'>): boolean {
  const id = pick(answer, 'handoverId');
  return id ? row.id === id : row.handover === pick(answer, 'handover');
}

/** Settles an offered handover. Acceptance moves stage, owner and clock together; a return leaves them as they are. */
export async function settleHandover(
  store: Store,
  change: ContactChange,
  row: HandoverRow,
  answer: { kind: 'accepted'; person?: string } | { kind: 'returned'; reason: string },
): Promise<void> {
  if (touches(change, row) || row.stay !== change.head.stay) return;
  const person = answer.kind === 'accepted' ? (answer.person ?? row.to.person) : undefined;
  const to = person ? { ...row.to, person } : row.to;
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key: { pk: row.pk, sk: row.sk },
    set: {
      status: answer.kind,
      settledAt: change.now,
      to,
      g1pk: `HND#${answer.kind}`,
      ...(answer.kind === 'returned' ? { reason: answer.reason } : {}),
    },
    if: { equals: { status: 'offered' } },
  });
  await closeTask(
    store,
    change,
    `accept-${row.id}`,
    'done',
    answer.kind === 'accepted' ? 'accepted' : answer.reason,
  );

  await closeTask(store, change, `unanswered-${row.id}`, 'expired');

  if (answer.kind === 'accepted')
    await enterStage(store, change, {
      stage: row.to.stage,
      owner: ownerOf(to),
      by: `handover ${row.handover}`,
    });
  else await signalStay(store, change, row.stay, { to: 'returned' });
}

/** When an offer made at an instant lapses: in the hours of the receiving team where the document names them. */
function deadlineOf(live: LiveLibrary, { acceptance }: HandoverDocument, from: string): string {
  return deadline(from, acceptance.within, calendarNamed(live, acceptance.calendar));
}

/** When the present owner is to be told that nobody has answered yet; `undefined`: never, or told already. */
export function warningAt(
  live: LiveLibrary,
  row: Pick<HandoverRow, 'handover' | 'offeredAt' | 'acceptBy' | 'warnedAt'>,
): string | undefined {
  const { acceptance } = live.handovers.get(row.handover) ?? {};
  if (acceptance?.warnAtPercent === undefined || row.warnedAt !== undefined) return undefined;
  const calendar = calendarNamed(live, acceptance.calendar);
  const at = shareOf(row.offeredAt, acceptance.within, acceptance.warnAtPercent, calendar);
  return at < row.acceptBy ? at : undefined;
}

/** Seconds until something is due about an offer: the warning, or its end. */
export function secondsToAnswer(live: LiveLibrary, row: HandoverRow, now: string): number {
  const next = warningAt(live, row) ?? row.acceptBy;
  return Math.max(1, Math.ceil((Date.parse(next) - Date.parse(now)) / 1000));
}

const calendarNamed = (live: LiveLibrary, name: string | undefined) =>
  name === undefined ? undefined : live.calendars.get(name);

const ownerOf = ({ team, person }: OwnerRow): OwnerRow => (person ? { team, person } : { team });
