import { decisiveLines } from '../conditions/decisive.ts';
import { evaluate, type TraceLine } from '../conditions/evaluate.ts';
import { type Facts, resolvePath, resolveReference } from '../conditions/path.ts';
import type { FactReference } from '../documents/common.ts';
import type { EventMatch, Journey } from '../documents/journey.ts';
import type { JsonObject } from '../json.ts';
import { parseDuration } from '../time/duration.ts';
import type { Enrolment, EventPattern } from './enrolment.ts';
import { factsOf } from './moment.ts';
import { isScalar, readsAs } from './values.ts';

/** The key of enrolments in a journey that tells none apart: one at a time per contact. */
export const singleKey = '-';

/**
 * Whether an arriving event (payload with `type` and `at`) is the one a wait is for. In `when`, `event` is the
 * arriving event; what cannot be told for want of a fact does not match.
 */
export async function matchesEvent(pattern: EventPattern, event: JsonObject, facts: Facts): Promise<boolean> {
  if (event.type !== pattern.event) return false;
  if (!pattern.match.every(({ path, equals }) => readsAs(resolvePath(event, path), equals))) return false;
  if (!pattern.when) return true;
  const { outcome } = await evaluate(pattern.when, hearing(event, facts));
  return outcome === 'true';
}

/**
 * Settles what a document's match refers to, from the facts of the enrolment: `event` is the event that started it.
 * A value nobody knows becomes `null`, which no event can equal, and is reported.
 */
export function settleMatch(
  { event, match, when }: EventMatch,
  key: string,
  facts: Facts,
): { pattern: EventPattern; unknown: FactReference[] } {
  const unknown: FactReference[] = [];
  const settled = (match ?? []).map(({ path, equals }) => {
    if (equals === 'enrolment-key') return { path, equals: key };
    const value = resolveReference(equals, facts);
    if (isScalar(value)) return { path, equals: value };
    unknown.push(equals);
    return { path, equals: null };
  });
  return { pattern: when ? { event, match: settled, when } : { event, match: settled }, unknown };
}

/** Whether an event takes a contact out of its enrolment, the goal before the exits in their order. */
export async function leavesJourney(
  journey: Journey,
  enrolment: Enrolment,
  event: JsonObject,
  facts: Facts,
): Promise<{ kind: 'goal' } | { kind: 'exit'; reason: string } | undefined> {
  const meets = (way: EventMatch) => meetsWay(way, enrolment, event, facts);
  if (journey.goal && (await meets(journey.goal))) return { kind: 'goal' };
  for (const exit of journey.exits) if (await meets(exit)) return { kind: 'exit', reason: exit.reason };
  return undefined;
}

async function meetsWay(
  way: EventMatch,
  enrolment: Enrolment,
  event: JsonObject,
  facts: Facts,
): Promise<boolean> {
  if (way.event !== event.type) return false;
  const own = factsOf(enrolment, facts, nowOf(event, facts));
  return matchesEvent(settleMatch(way, enrolment.key, own).pattern, event, own);
}

/** The facts while an event arrives: `event` is that event, whatever started the enrolment. */
function hearing(event: JsonObject, facts: Facts): Facts {
  return { ...facts, clock: { now: nowOf(event, facts) }, event };
}

function nowOf(event: JsonObject, facts: Facts): string {
  return String(facts.clock?.now ?? event.at);
}

/**
 * Whether an event starts the journey. Where it does not, `because` holds the lines that kept it from that; where it cannot
 * be told, it does not either, and `unknown` says for want of what.
 */
export async function entersJourney(
  journey: Journey,
  event: JsonObject,
  facts: Facts,
): Promise<{ enters: boolean; unknown: FactReference[]; because?: TraceLine[] }> {
  if (!journey.trigger || journey.trigger.event !== event.type) return { enters: false, unknown: [] };
  if (journey.trigger.when) {
    const verdict = await evaluate(journey.trigger.when, hearing(event, facts));
    if (verdict.outcome === 'unknown') return { enters: false, unknown: verdict.unknown };
    if (verdict.outcome === 'false')
      return { enters: false, unknown: [], because: decisiveLines(journey.trigger.when, verdict.trace) };
  }
  if (enrolmentKey(journey, event) === undefined)
    return { enters: false, unknown: [{ fact: 'event', path: journey.key ?? '' }] };
  return { enters: true, unknown: [] };
}

/** The key of the enrolment that an event starts, as text; `undefined` where the event does not carry it. */
export function enrolmentKey(journey: Journey, event: JsonObject): string | undefined {
  if (journey.key === undefined) return singleKey;
  const value = resolvePath(event, journey.key);
  return isScalar(value) ? String(value) : undefined;
}

/** Whether a contact may enter under a key again. The gap of `after` counts from the former entry. */
export function mayReEnter(
  { reEntry }: Journey,
  former: Pick<Enrolment, 'status' | 'enteredAt'> | undefined,
  now: string,
): boolean {
  if (!former) return true;
  if (former.status === 'active' || reEntry.policy === 'never') return false;
  return (
    reEntry.policy === 'always' ||
    Date.parse(former.enteredAt) + parseDuration(reEntry.gap) <= Date.parse(now)
  );
}
