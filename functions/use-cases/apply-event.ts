import { evaluate } from '@baton/rules/conditions/evaluate.ts';
import { decideHandover } from '@baton/rules/decide/handover.ts';
import { decideRules, type RuleDecision } from '@baton/rules/decide/rules.ts';
import {
  entersJourney,
  enrolmentKey as keyOfEnrolment,
  leavesJourney,
  singleKey,
} from '@baton/rules/journey/matches.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { type Key, type LiveLibrary, type Ports, Rejected, Transient } from '../ports.ts';
import { aboutRow } from '../repositories/about-row.ts';
import { getHead, getRow, waitOf } from '../repositories/read.ts';
import {
  contactKey,
  type DecisionRow,
  duePartition,
  EnrolmentRow,
  EventRow,
  type HeadRow,
  enrolmentKey as keyOfRow,
} from '../repositories/rows.ts';
import {
  addOperation,
  beginChange,
  type ContactChange,
  commitChange,
  factsOf,
  newHead,
  putRow,
} from './contact-change.ts';
import { diceFor } from './dice.ts';
import { enrol, leaveJourney } from './enrol.ts';
import { countSuccesses } from './experiments.ts';
import { askForMissing, offerHandover } from './handovers.ts';
import { perform } from './perform.ts';
import { mergeRow, profileFrom } from './profile.ts';
import { quarantine } from './quarantine.ts';
import { recordConsent, settleAnswers } from './settle-answers.ts';
import { raiseDataQuality } from './tasks.ts';
import { answerByFacts, answeredBy, claimWait, type Watching } from './waits.ts';

const tries = 8;

/**
 * Applies every recorded, not yet applied event of a contact in the order in which they occurred. Each is one
 * transaction guarded by the contact's revision: the profile, what was decided and what has to be done become visible
 * together. Applying an applied event changes nothing.
 */
export async function applyEvents(
  ports: Ports,
  { contactId, event }: { contactId: string; event: Key },
): Promise<void> {
  for (const key of await pendingEvents(ports, contactId, event)) {
    try {
      const home = await applyUntilDone(ports, contactId, key);
      if (home !== undefined)
        await applyEvents(ports, { contactId: home, event: { pk: contactKey(home), sk: key.sk } });
    } catch (error) {
      if (error instanceof Transient) throw error;
      await park(ports, key, error);
    }
  }
}

/** Answers the contact with whom the event is to be applied instead, where it is not this one or not this one alone. */
async function applyUntilDone(ports: Ports, contactId: string, key: Key): Promise<string | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    while (await endMany(ports, contactId, key));
    const applied = await applyEvent(ports, contactId, key);
    if (applied === 'done') return undefined;
    if (applied === 'elsewhere') return (await merging()).settleIdentity(ports, contactId, key);
    ports.metrics.count('ApplyConflict');
  }
  throw new Transient(`contact ${contactId} kept changing while an event was applied`);
}

/** Loaded by the first event that it concerns; most concern one contact that stays itself. */
const merging = () => import('./merge-contacts.ts');

/** An event that cannot be applied waits for a person, with the reason, and does not hold up those behind it. */
async function park(ports: Ports, key: Key, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  await quarantine(ports, { id: `${key.pk}#${key.sk}`, body: JSON.stringify(key), reason }, aboutRow(key));
  await ports.store.transact([
    {
      kind: 'update',
      table: 'core',
      key,
      set: { parked: reason },
      remove: ['pend', 'duepk', 'duesk'],
      if: { equals: { pend: 1 } },
    },
  ]);
}

/** Keys of what is pending, earliest occurrence first. The list may lag behind, so the triggering event is added. */
async function pendingEvents({ store }: Ports, contactId: string, event: Key): Promise<Key[]> {
  const { items } = await store.query({
    table: 'core',
    index: 'due',
    pk: duePartition('PEND', contactId),
    prefix: `${contactId}#`,
    limit: 1000,
  });
  const keys = items.map(({ pk, sk }) => ({ pk, sk }));
  return keys.some(({ sk }) => sk === event.sk) ? keys : [...keys, event];
}

/** A transaction holds 100 operations; ending an enrolment takes up to five. */
const endedAtOnce = 15;

/**
 * Where an event ends more enrolments than one transaction holds, some are ended beforehand. Each is flipped once, and
 * the event stays pending, so an interruption in between is made good by applying it again. `true`: there may be more.
 */
async function endMany(ports: Ports, contactId: string, key: Key): Promise<boolean> {
  const { store, clock, documents } = ports;
  const head = await getHead(store, contactId);
  if (!head || head.active.length <= endedAtOnce) return false;
  const row = await getRow(store, key, EventRow);
  if (!row?.pend || row.history || row.same || isMoving(head)) return false;

  const live = await documents.live();
  const change = beginChange(head, `${row.sk}#${head.rev}`, clock.now().toISOString(), live);
  const merged = { ...change, head: mergeIntoHead(head, row, live) };
  const event: JsonObject = { ...row.data, type: row.type, at: row.at };
  let ended = 0;
  for (const id of head.active) {
    if (ended === endedAtOnce) break;
    const enrolment = await getRow(store, keyOfRow(contactId, id), EnrolmentRow);
    if (enrolment?.status !== 'active') continue;
    const end = await endOf({ documents }, enrolment, event, { ...factsOf(merged), event });
    if (!end) continue;
    await leaveJourney(store, change, enrolment, end);
    ended++;
  }
  if (ended === 0) return false;
  await commitChange(ports, change);
  return true;
}

type End = { status: 'completed' | 'exited'; reason: string };

/** How an event ends an enrolment, if it does: goal before exits. */
async function endOf(
  { documents }: Pick<Ports, 'documents'>,
  enrolment: EnrolmentRow,
  event: JsonObject,
  facts: Record<string, JsonObject>,
): Promise<End | undefined> {
  const journey = await documents.journey(enrolment.journey, enrolment.version);
  const own = { ...facts, event: enrolment.event, answer: enrolment.answer ?? {} };
  const left = await leavesJourney(journey, enrolment, event, own);
  if (!left) return undefined;
  return left.kind === 'goal'
    ? { status: 'completed', reason: 'goal' }
    : { status: 'exited', reason: left.reason };
}

/**
 * `lost`: somebody else changed the contact meanwhile; decide again on what is true now. `elsewhere`: the contact is part of
 * another one, or becomes one with it first.
 */
async function applyEvent(ports: Ports, contactId: string, key: Key): Promise<'done' | 'lost' | 'elsewhere'> {
  const { store, clock, documents } = ports;
  const row = await getRow(store, key, EventRow);
  if (!row?.pend) return 'done';

  const live = await documents.live();
  const now = clock.now().toISOString();
  const read = (await getHead(store, contactId)) ?? newHead(contactId, now);
  if (isMoving(read) || row.same) return 'elsewhere';
  if (read.status !== 'active') throw new Rejected(`contact ${contactId} is being erased`);
  const head = await recounted(store, read, live);

  const change = beginChange(head, row.sk, now, live);
  addOperation(change, {
    kind: 'update',
    table: 'core',
    key,
    remove: ['pend', 'duepk', 'duesk'],
    if: { equals: { pend: 1 } },
  });
  change.head = mergeIntoHead(head, row, live);

  await recordConsent(ports, change, row);
  if (!row.history) {
    const event = await settleAnswers(ports, change, row);
    const decision = await decideOn(ports, change, row, event);
    if (decision) putRow(change, decision);
  }
  return (await commitChange(ports, change)) ? 'done' : 'lost';
}

/**
 * A profile that was kept for other facts than the present ones is counted anew, once, from the contact's events. Nobody
 * else applies one meanwhile: then the revision differs and everything is decided again.
 */
async function recounted(store: Ports['store'], head: HeadRow, live: LiveLibrary): Promise<HeadRow> {
  if (head.kept === live.keptName) return head;
  if (head.rev === 0) return { ...head, kept: live.keptName };
  return {
    ...head,
    kept: live.keptName,
    seen: (await profileFrom(store, head.contactId, live)).seen,
  };
}

const isMoving = ({ into, absorbing }: HeadRow): boolean => into !== undefined || absorbing !== undefined;

function mergeIntoHead(head: HeadRow, row: EventRow, live: LiveLibrary): HeadRow {
  const named = [row.subject, ...(row.names ?? [])].filter((name) => !name.startsWith('contact:'));
  return {
    ...head,
    ...mergeRow(head, row, live),
    identifiers: [...new Set([...head.identifiers, ...named])].sort(),
    lastEventAt: row.at > head.lastEventAt || head.rev === 0 ? row.at : head.lastEventAt,
  };
}

/** Everything that follows from an event, in a fixed order: milestones, exits, waits, rules, journeys, handovers. */
async function decideOn(
  ports: Ports,
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
): Promise<DecisionRow | undefined> {
  const facts = () => ({ ...factsOf(change), event });
  await reachMilestones(change, row, facts());
  const watching = await answerJourneys(ports, change, row, event, facts());
  await countSuccesses(change, row, event, facts());

  const led: DecisionRow['journeys'] = [];
  const rules = await decideAndPerform(ports, change, row, event, { facts: facts(), led });
  const journeys = [...led, ...(await enterJourneys(ports, change, row, event, facts()))];
  const handover = await decideHandovers(ports, change, row, facts());
  await answerByFacts(change, watching);
  if (rules.length === 0 && journeys.length === 0 && !handover) return undefined;
  return {
    pk: contactKey(change.head.contactId),
    sk: `DEC#${row.sk.slice(4)}`,
    tl: `${row.at}#DEC#${row.sk.slice(4)}`,
    eventId: row.eventId,
    eventType: row.type,
    at: change.now,
    rules: rules.map(({ rule, verdict, reason, by, trace }) => ({
      id: rule,
      version: change.live.version('best-practice', rule),
      verdict,
      reason: reason ?? (by ? `${by} has precedence` : undefined),
      because: trace,
    })),
    journeys,
    handover,
    unknown: rules.flatMap(({ unknown }) => unknown),
  };
}

async function reachMilestones(
  change: ContactChange,
  row: EventRow,
  facts: Record<string, JsonObject>,
): Promise<void> {
  const stage = change.head.stage === null ? undefined : change.live.stages.get(change.head.stage);
  for (const { id, reachedBy } of stage?.milestones ?? []) {
    if (reachedBy.event !== row.type || change.head.milestones[id]) continue;
    if (reachedBy.when && (await evaluate(reachedBy.when, facts)).outcome !== 'true') continue;
    change.head = { ...change.head, milestones: { ...change.head.milestones, [id]: row.at } };
  }
}

/**
 * A goal or an exit ends an enrolment, also in the middle of a wait; otherwise the event may answer its wait. What waits for
 * facts is given back, to be looked at when everything else is decided.
 */
async function answerJourneys(
  ports: Ports,
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
  facts: Record<string, JsonObject>,
): Promise<Watching[]> {
  const { contactId } = change.head;
  const { store } = ports;
  const watching: Watching[] = [];
  const active = (
    await Promise.all(change.head.active.map((id) => getRow(store, keyOfRow(contactId, id), EnrolmentRow)))
  ).filter((row) => row?.status === 'active');

  for (const enrolment of active) {
    if (!enrolment) continue;
    const end = await endOf(ports, enrolment, event, facts);
    if (end) {
      await leaveJourney(store, change, enrolment, end);
      continue;
    }
    const own = { ...facts, event: enrolment.event, answer: enrolment.answer ?? {} };
    const wait = await waitOf(store, enrolment);
    if (wait?.status !== 'OPEN') continue;
    const answer = enrolment.answered.includes(row.sk) ? undefined : await answeredBy(wait, event, own);
    if (!answer) {
      if (wait.facts) watching.push({ enrolment, wait });
      continue;
    }
    if (!claimWait(change, wait, { to: answer.to, eventId: row.sk }, { to: answer.to })) continue;
    addOperation(change, {
      kind: 'update',
      table: 'core',
      key: { pk: enrolment.pk, sk: enrolment.sk },
      set: { answer: event, answered: [...enrolment.answered, row.sk], result: { to: answer.to } },
      if: { equals: { status: 'active' } },
    });
  }
  return watching;
}

async function decideAndPerform(
  ports: Ports,
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
  { facts, led }: { facts: Record<string, JsonObject>; led: DecisionRow['journeys'] },
): Promise<(Omit<RuleDecision, 'verdict'> & { verdict: RuleDecision['verdict'] | 'cooling-down' })[]> {
  const { head, live, now } = change;
  const stages = ['any', head.stage ?? 'none', head.overlay?.stage ?? 'none'];
  const candidates = live
    .rulesFor(row.type)
    .filter((rule) => rule.stages.some((stage) => stages.includes(stage)));
  if (candidates.length === 0) return [];

  const cooling = candidates.filter(({ id, trigger }) => {
    const fired = head.fired[id];
    return trigger.cooldown && fired && addDuration(fired, trigger.cooldown) > now;
  });
  const decisions = await decideRules(
    candidates.filter((rule) => !cooling.includes(rule)),
    facts,
    { stage: head.stage, now, dice: diceFor(head.contactId) },
  );
  for (const decision of decisions) {
    await raiseDataQuality(ports.store, change, decision.unknown, `best-practice/${decision.rule}`);
    if (decision.verdict === 'quarantined')
      ports.log.error('rule quarantined', { document: `best-practice/${decision.rule}`, ...aboutRow(row) });
    if (decision.verdict !== 'fires' || !decision.action) continue;
    const rule = live['best-practice'].get(decision.rule);
    if (rule?.trigger.cooldown)
      change.head = { ...change.head, fired: { ...change.head.fired, [rule.id]: now } };
    const entered = await perform(ports, change, { ...decision, action: decision.action }, row, event);
    if (entered) led.push(entered);
  }
  return [
    ...decisions,
    ...cooling.map(({ id }) => ({
      rule: id,
      outcome: 'false' as const,
      verdict: 'cooling-down' as const,
      reason: `fired at ${head.fired[id]}`,
      trace: [],
      unknown: [],
    })),
  ];
}

async function enterJourneys(
  { store }: Ports,
  change: ContactChange,
  row: EventRow,
  event: JsonObject,
  facts: Record<string, JsonObject>,
): Promise<DecisionRow['journeys']> {
  const verdicts: DecisionRow['journeys'] = [];
  for (const journey of change.live.journeysFor(row.type)) {
    const entry = await entersJourney(journey, event, facts);
    if (!entry.enters) {
      await raiseDataQuality(store, change, entry.unknown, `journeys/${journey.id}`);
      verdicts.push({ id: journey.id, ...notEntered(entry) });
      continue;
    }
    const enrolled = await enrol(store, change, journey, {
      key: keyOfEnrolment(journey, event) ?? singleKey,
      event: { ...event, eventId: row.eventId },
      trigger: row.sk,
    });
    verdicts.push({ id: journey.id, ...enrolled });
  }
  return verdicts;
}

function notEntered({ unknown, because }: Awaited<ReturnType<typeof entersJourney>>) {
  if (unknown.length > 0) return { verdict: 'unknown', unknown };
  return { verdict: 'no', ...(because ? { because } : {}) };
}

async function decideHandovers(
  { store }: Ports,
  change: ContactChange,
  row: EventRow,
  facts: Record<string, JsonObject>,
): Promise<DecisionRow['handover']> {
  const { stage, milestones } = change.head;
  if (stage === null) return undefined;
  const candidates = change.live.handoversFrom(stage, row.type);
  if (candidates.length === 0) return undefined;

  const decision = await decideHandover(candidates, { stage, milestones: Object.keys(milestones) }, facts);
  if (decision.kind === 'stay') {
    await raiseDataQuality(store, change, decision.unknown, `stages/${stage}`);
    return undefined;
  }
  const version = change.live.version('handovers', decision.handover);
  const because = decision.because.trace;
  const document = change.live.handovers.get(decision.handover);
  if (decision.kind === 'blocked') {
    await raiseDataQuality(store, change, decision.unknown, `handovers/${decision.handover}`);
    if (document) await askForMissing(store, change, document, decision.missing);
    return { id: decision.handover, version, kind: 'blocked', missing: decision.missing, because };
  }
  if (document) await offerHandover(store, change, document, decision);
  return { id: decision.handover, version, kind: 'ready', because };
}
