import { decideHandover } from '@baton/rules/decide/handover.ts';
import type { Effect } from '@baton/rules/journey/enrolment.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Ports } from '../ports.ts';
import { type EnrolmentRow, offerKey } from '../repositories/rows.ts';
import { openCase } from './cases.ts';
import { addToOutbox, type ContactChange, putRow, setAttribute } from './contact-change.ts';
import { enterStage } from './cycle.ts';
import { enrol, tellParent } from './enrol.ts';
import { expose } from './experiments.ts';
import { askForMissing, offerHandover, personAsked } from './handovers.ts';
import { openTask, raiseDataQuality } from './tasks.ts';

/** Carries out what a step asks for, inside the change that moves the enrolment. `id` names this visit of the step. */
export async function performEffect(
  { store }: Ports,
  change: ContactChange,
  row: EnrolmentRow,
  effect: Exclude<Effect, { kind: 'send' }>,
  id: string,
  facts: Record<string, JsonObject>,
): Promise<void> {
  const origin = `journeys/${row.journey}`;
  switch (effect.kind) {
    case 'update': {
      setAttribute(change, effect.attribute, {
        value: effect.value,
        at: change.now,
        eventId: inOrder(change, id),
      });
      return;
    }
    case 'stage': {
      const document = change.live.stages.get(effect.stage);
      if (document && change.head.stage !== effect.stage)
        await enterStage(store, change, { stage: effect.stage, owner: document.owner, by: origin });
      return;
    }
    case 'experiment':
      await expose(store, change, row, effect);
      return;
    case 'enrol':
      await enrolInto(store, change, row, effect);
      return;
    case 'task':
      await openTask(store, change, { id, kind: 'task', origin, ...taskOf(effect) });
      return;
    case 'offer':
      await presentOffer(store, change, row, effect, id);
      return;
    case 'handover':
      await handOver(store, change, effect, facts, id);
      return;
    case 'case': {
      const { title, queue, priority, serviceLevel, key } = effect;
      await openCase(store, change, { title, queue, priority, serviceLevel, key, journey: row.journey });
      return;
    }
    case 'emit':
      addToOutbox(change, {
        kind: 'EMIT',
        type: effect.event,
        data: effect.data,
        subject: `contact:${change.head.contactId}`,
      });
      return;
    case 'data-quality':
      await raiseDataQuality(store, change, effect.facts, origin);
      return;
  }
}

/**
 * Names what a step sets so that it sorts after the events of this very instant, from which it follows, and after what steps
 * set in it before: each changes the contact, and raises its revision.
 */
const inOrder = ({ head }: ContactChange, id: string): string =>
  `~${String(head.rev).padStart(12, '0')}.${id}`;

/** Starts another journey with the event that started this one. Whoever waits for its end is told also when it was not entered. */
async function enrolInto(
  store: Ports['store'],
  change: ContactChange,
  row: EnrolmentRow,
  { journey: id, key, startedBy }: Extract<Effect, { kind: 'enrol' }>,
): Promise<void> {
  const journey = change.live.journeys.get(id);
  const entry = journey && (await enrol(store, change, journey, { key, event: row.event, startedBy }));
  if (entry?.verdict === 'enrolled') return;
  tellParent(
    change,
    { startedBy, journey: id },
    { goal: false, reason: entry?.verdict ?? 'no-such-journey' },
  );
}

const taskOf = ({
  queue,
  title,
  instruction,
  script,
  dueAt,
  outcomes,
  role,
}: Extract<Effect, { kind: 'task' }>) => ({
  queue,
  title,
  instruction,
  script,
  dueAt,
  outcomes,
  role,
});

/** Puts an offer before the agent: the offer with its why, and a task in the queue that carries the two answers. */
async function presentOffer(
  store: Ports['store'],
  change: ContactChange,
  row: EnrolmentRow,
  {
    table,
    row: tableRow,
    offer,
    queue,
    title,
    script,
    expiresAt,
    because,
  }: Extract<Effect, { kind: 'offer' }>,
  id: string,
): Promise<void> {
  const { contactId } = change.head;
  const taskId = `task-${id}`;
  const key = offerKey(contactId, id);
  putRow(change, {
    ...key,
    tl: `${change.now}#${key.sk}`,
    id,
    contactId,
    taskId,
    enrolmentId: row.id,
    table,
    row: tableRow,
    offer,
    queue,
    script,
    status: 'presented',
    presentedAt: change.now,
    expiresAt,
    because,
    rule: row.rule,
  });
  await openTask(store, change, {
    id: taskId,
    kind: 'offer',
    queue,
    title,
    script,
    dueAt: expiresAt,
    origin: `journeys/${row.journey}`,
    outcomes: [
      { id: 'accepted', title: 'Accepted' },
      { id: 'declined', title: 'Declined' },
    ],
  });
  change.head = { ...change.head, offers: { ...change.head.offers, [table]: change.now } };
}

/** A journey hands over by the same conditions as everybody else; what is missing becomes a task for the present owner. */
async function handOver(
  store: Ports['store'],
  change: ContactChange,
  { handover, offerTo }: Extract<Effect, { kind: 'handover' }>,
  facts: Record<string, JsonObject>,
  id: string,
): Promise<void> {
  const document = change.live.handovers.get(handover);
  const { stage, milestones } = change.head;
  if (!document || stage !== document.from.stage) return;
  const decision = await decideHandover([document], { stage, milestones: Object.keys(milestones) }, facts);
  if (decision.kind === 'ready') {
    const person = offerTo && (await personAsked(store, change, document, offerTo));
    const to = person ? { ...decision.to, person } : decision.to;
    await offerHandover(store, change, document, { ...decision, to }, id);
    return;
  }
  await raiseDataQuality(store, change, decision.unknown, `handovers/${handover}`);
  if (decision.kind === 'blocked') await askForMissing(store, change, document, decision.missing);
}
