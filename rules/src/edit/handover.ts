import type { FactReference } from '../documents/common.ts';
import type { HandoverDocument } from '../documents/handover.ts';
import { type Edited, edited, refused } from './edited.ts';
import { freeIdFrom, idFrom, isId, moved } from './names.ts';

/** Everything that can be done to a handover, its conditions aside: those are edited as conditions are. */
type EditedHandover = Edited<HandoverDocument>;
type Acceptance = HandoverDocument['acceptance'];

const noFact = refused<HandoverDocument>('It is not in the pack any more.');
const isSame = (one: FactReference, other: FactReference) =>
  one.fact === other.fact && one.path === other.path;

export function changeHandover(
  handover: HandoverDocument,
  fields: Partial<Pick<HandoverDocument, 'title' | 'why' | 'priority'>>,
): EditedHandover {
  const { priority } = fields;
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 1 && priority <= 1000))
    return refused('The priority is a whole number from 1 to 1000.');
  return edited({ ...handover, ...fields });
}

/**
 * Another stage, or another team of it, on one of the two sides. The tests start where the handover starts; milestones
 * are those of a stage, so none of another's is asked for.
 */
export function setSide(
  handover: HandoverDocument,
  side: 'from' | 'to',
  { stage, team }: { stage: string; team: string },
): EditedHandover {
  if (!isId(team))
    return refused('A team is written in small letters, digits and hyphens, for example "order-desk".');
  const other = handover[side === 'from' ? 'to' : 'from'].stage;
  if (stage === other) return refused('A handover leads from one stage to another.');
  if (side === 'to') return edited({ ...handover, to: { ...handover.to, stage, team } });
  const before = handover.from.stage;
  if (stage === before) return edited({ ...handover, from: { stage, team } });
  return edited({
    ...handover,
    from: { stage, team },
    milestones: [],
    tests: handover.tests.map((test) => (test.stage === before ? { ...test, stage } : test)),
  });
}

/** The fact that names who takes over; without one the team does. */
export function setReceiver(handover: HandoverDocument, person: FactReference | undefined): EditedHandover {
  const { person: _, ...to } = handover.to;
  return edited({ ...handover, to: person ? { ...to, person } : to });
}

export function toggleTrigger(handover: HandoverDocument, event: string): EditedHandover {
  const { events } = handover.trigger;
  const left = events.filter((one) => one !== event);
  if (left.length === events.length) left.push(event);
  if (left.length === 0) return refused('A handover needs at least one event that makes it look.');
  return edited({ ...handover, trigger: { events: left } });
}

/** Whether the milestone must be reached before. */
export function toggleMilestone(handover: HandoverDocument, milestone: string): EditedHandover {
  const left = handover.milestones.filter((one) => one !== milestone);
  const isNew = left.length === handover.milestones.length;
  return edited({ ...handover, milestones: isNew ? [...left, milestone] : left });
}

/** Asks for a fact in the pack: it must be known before the handover is offered. */
export function requireFact(handover: HandoverDocument, fact: FactReference, label: string): EditedHandover {
  const words = label.trim().slice(0, 80);
  if (words === '') return refused('Say first what it is called.');
  if (handover.requiredFacts.some((required) => required.label === words))
    return refused(`“${words}” is asked for already.`);
  const id = freeIdFrom(
    words,
    handover.requiredFacts.map((required) => required.id),
    'fact',
  );
  const when = { all: [{ fact: fact.fact, path: fact.path, operator: 'isKnown', value: true }] };
  return edited({ ...handover, requiredFacts: [...handover.requiredFacts, { id, label: words, when }] });
}

/** Another name for it, or whether it comes by itself. Tests say by its name what is missing. */
export function changeRequired(
  handover: HandoverDocument,
  id: string,
  fields: { label?: string; awaited?: boolean },
): EditedHandover {
  const at = handover.requiredFacts.findIndex((required) => required.id === id);
  const before = handover.requiredFacts[at];
  if (!before) return noFact;
  const { label = before.label, awaited = before.awaited ?? false } = fields;
  const { awaited: _, ...rest } = before;
  const after = { ...rest, label, ...(awaited ? { awaited } : {}) };
  return edited({
    ...handover,
    requiredFacts: handover.requiredFacts.with(at, after),
    tests: handover.tests.map((test) => renamedIn(test, before.label, label)),
  });
}

function renamedIn(
  test: HandoverDocument['tests'][number],
  before: string,
  after: string,
): HandoverDocument['tests'][number] {
  const { missing } = test.expect;
  if (!missing?.includes(before)) return test;
  return {
    ...test,
    expect: { ...test.expect, missing: missing.map((one) => (one === before ? after : one)) },
  };
}

export function removeRequired(handover: HandoverDocument, id: string): EditedHandover {
  const requiredFacts = handover.requiredFacts.filter((required) => required.id !== id);
  return requiredFacts.length < handover.requiredFacts.length
    ? edited({ ...handover, requiredFacts })
    : noFact;
}

export function moveRequired(handover: HandoverDocument, id: string, by: -1 | 1): EditedHandover {
  const from = handover.requiredFacts.findIndex((required) => required.id === id);
  if (from < 0) return noFact;
  const requiredFacts = moved(handover.requiredFacts, from, by);
  return requiredFacts
    ? edited({ ...handover, requiredFacts })
    : refused(by < 0 ? 'It is the first already.' : 'It is the last already.');
}

/** What goes along without being asked for. */
export function carryFact(handover: HandoverDocument, fact: FactReference): EditedHandover {
  if (handover.carry.some((one) => isSame(one, fact))) return refused('It goes along already.');
  return edited({ ...handover, carry: [...handover.carry, { fact: fact.fact, path: fact.path }] });
}

export function leaveFact(handover: HandoverDocument, fact: FactReference): EditedHandover {
  const carry = handover.carry.filter((one) => !isSame(one, fact));
  return carry.length < handover.carry.length
    ? edited({ ...handover, carry })
    : refused('It does not go along any more.');
}

/** How and within which time it is answered; `undefined` takes an optional field away. */
export function changeAcceptance(
  handover: HandoverDocument,
  fields: Partial<Pick<Acceptance, 'mode' | 'within'>> & {
    calendar?: string | undefined;
    warnAtPercent?: number | undefined;
  },
): EditedHandover {
  const { calendar, warnAtPercent, ...rest } = { ...handover.acceptance, ...fields };
  if (
    warnAtPercent !== undefined &&
    !(Number.isInteger(warnAtPercent) && warnAtPercent >= 1 && warnAtPercent <= 99)
  )
    return refused('The warning comes after 1 to 99 % of the time.');
  const acceptance = {
    ...rest,
    ...(calendar ? { calendar } : {}),
    ...(warnAtPercent === undefined ? {} : { warnAtPercent }),
  };
  return edited({ ...handover, acceptance });
}

/** One more reason for which it may be sent back, said in words. */
export function addReturnReason(handover: HandoverDocument, words: string): EditedHandover {
  const reason = idFrom(words);
  if (reason === '') return refused('Say the reason in a few words, for example "wrong person".');
  const { returnReasons } = handover.acceptance;
  if (returnReasons.includes(reason)) return refused('The reason is there already.');
  return withReasons(handover, [...returnReasons, reason]);
}

export function removeReturnReason(handover: HandoverDocument, reason: string): EditedHandover {
  const left = handover.acceptance.returnReasons.filter((one) => one !== reason);
  if (left.length === handover.acceptance.returnReasons.length)
    return refused('The reason is not there any more.');
  return left.length === 0
    ? refused('Whoever receives must be able to send it back for at least one reason.')
    : withReasons(handover, left);
}

const withReasons = (handover: HandoverDocument, returnReasons: string[]): EditedHandover =>
  edited({ ...handover, acceptance: { ...handover.acceptance, returnReasons } });

/** Who hears of it when nobody answers in time. */
export function setEscalation(handover: HandoverDocument, to: string): EditedHandover {
  if (!isId(to))
    return refused('A team is written in small letters, digits and hyphens, for example "crm-process".');
  return edited({ ...handover, escalation: { to } });
}
