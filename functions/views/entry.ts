import type { TraceLine } from '@baton/rules/conditions/evaluate.ts';
import { heldOutBy } from '@baton/rules/journey/holdout.ts';
import type { JourneyEntryView } from '../api/views.ts';
import { type JourneyState, readStatePointer } from '../library/journey-state.ts';
import type { LiveLibrary, Ports } from '../ports.ts';
import { enrolmentsOf, getRow, presentHead, rowsOf } from '../repositories/read.ts';
import { DecisionRow, type EnrolmentRow, HoldoutRow, holdoutKey } from '../repositories/rows.ts';
import { diceFor } from '../use-cases/dice.ts';
import { endInWords } from './enrolment.ts';
import { labelOf, titleOf, traceViews } from './labels.ts';
import { alternatives, midSentence, momentInWords, valueInWords } from './phrases.ts';
import { demandInWords } from './words.ts';

type Entry = DecisionRow['journeys'][number];
type Decided = { row: DecisionRow; entry: Entry };

/**
 * Why a contact is in a journey or is not, in sentences: what holds now, then the last occasion on which it could have
 * entered and what was missing. `undefined` where there is no such contact or journey.
 */
export async function journeyEntryView(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  asked: string,
  journey: string,
): Promise<JourneyEntryView | undefined> {
  const head = asked ? await presentHead(store, asked) : undefined;
  const pointer = journey ? await readStatePointer({ store }, journey) : undefined;
  if (!head || !pointer) return undefined;
  const { contactId } = head;
  const live = await documents.live();
  const enrolments = (await enrolmentsOf(store, contactId)).filter((row) => row.journey === journey);
  const held = await getRow(store, holdoutKey(contactId, journey), HoldoutRow);
  const last = lastOf(await rowsOf(store, contactId, 'DEC#', DecisionRow), journey, live);
  const inside = enrolments.filter(({ status }) => status === 'active');
  return {
    journey,
    title: titleOf(live.journeys, journey),
    inside: inside.length > 0,
    text: [
      ...inside.map(({ enteredAt }) => `Is inside since ${momentInWords(enteredAt)}.`),
      ...haltedInWords(pointer.state),
      ...holdoutInWords(live, journey, contactId, held),
      ...formerInWords(enrolments),
      ...(last ? occasionInWords(last, live) : []),
      ...(last || enrolments.length > 0 ? [] : [neverInWords(live, journey)]),
    ],
    ...(last ? { last: occasionOf(last, live) } : {}),
  };
}

/** The latest decision in which the journey, or a rule that leads into it, was looked at. */
function lastOf(rows: readonly DecisionRow[], journey: string, live: LiveLibrary): Decided | undefined {
  const leading = new Set(rulesInto(live, journey).map(({ id }) => id));
  const decided = rows.flatMap((row) => {
    const entry = row.journeys.findLast(({ id }) => id === journey) ?? ruledOut(row, journey, leading);
    return entry ? [{ row, entry }] : [];
  });
  return decided.sort((a, b) => (a.row.at < b.row.at ? -1 : 1)).at(-1);
}

/** A rule that would have enrolled and did not fire leaves no verdict of the journey's own. */
function ruledOut({ rules }: DecisionRow, journey: string, leading: ReadonlySet<string>): Entry | undefined {
  const rule = rules.find(({ id, verdict }) => leading.has(id) && verdict !== 'fires');
  return rule && { id: journey, verdict: `rule ${rule.verdict}`, rule: rule.id, because: rule.because };
}

const rulesInto = (live: LiveLibrary, journey: string) =>
  [...live['best-practice'].values()].filter(
    ({ event }) => event.type === 'journey.enrol' && event.params.journey === journey,
  );

function haltedInWords(state: JourneyState | undefined): string[] {
  if (!state || state.status === 'running') return [];
  return [
    `The journey is ${state.status} since ${momentInWords(state.since)}: ${midSentence(state.reason)}.`,
  ];
}

const draws = {
  global: 'Belongs to the share of contacts that gets no marketing, as a comparison',
  journey: 'Is held out of this journey as a comparison',
  campaign: 'Is held out of this campaign as a comparison',
};

function holdoutInWords(
  live: LiveLibrary,
  id: string,
  contactId: string,
  held: HoldoutRow | undefined,
): string[] {
  const journey = live.journeys.get(id);
  const by = journey && heldOutBy(journey, live.settings.values(), diceFor(contactId));
  if (!by) return [];
  const since = held ? `; would have entered on ${momentInWords(held.since)} for the first time` : '';
  return [`${draws[by]}${since}.`];
}

function formerInWords(enrolments: readonly EnrolmentRow[]): string[] {
  const former = enrolments
    .filter(({ status }) => status !== 'active')
    .sort((a, b) => (a.enteredAt < b.enteredAt ? -1 : 1))
    .at(-1);
  if (!former?.endedAt) return [];
  const end = endInWords(former);
  return [
    `Was inside from ${momentInWords(former.enteredAt)} to ${momentInWords(former.endedAt)}${end ? `: ${midSentence(end)}` : ''}.`,
  ];
}

function neverInWords(live: LiveLibrary, id: string): string {
  const journey = live.journeys.get(id);
  if (!journey) return 'The journey is not live any more.';
  const ways = [
    ...(journey.trigger ? [`after “${titleOf(live.events, journey.trigger.event)}”`] : []),
    ...rulesInto(live, id).map(({ title }) => `by the rule “${title}”`),
    ...[...live.campaigns.values()]
      .filter((campaign) => campaign.journey === id)
      .map(({ title }) => `by the campaign “${title}”`),
    ...[...live.journeys.values()]
      .filter(({ steps }) =>
        Object.values(steps).some((step) => step.kind === 'enrol' && step.journey === id),
      )
      .map(({ title }) => `by the journey “${title}”`),
  ];
  return ways.length === 0
    ? 'Nothing leads into this journey.'
    : `Nothing has happened yet that could have started it: contacts enter ${alternatives(ways)}.`;
}

function occasionInWords({ row, entry }: Decided, live: LiveLibrary): string[] {
  const what = entry.campaign
    ? `The campaign “${titleOf(live.campaigns, entry.campaign)}”`
    : `“${titleOf(live.events, row.eventType)}”`;
  return [`${what} on ${momentInWords(row.at)} ${outcomeInWords(entry, row, live)}`];
}

function outcomeInWords(entry: Entry, row: DecisionRow, live: LiveLibrary): string {
  switch (entry.verdict) {
    case 'enrolled':
      return 'started it.';
    case 'no':
      return `could have started it, but ${missingInWords(entry.because ?? [], row.eventType, live)}.`;
    case 'unknown':
      return `could have started it, but it is not known: ${namesOf(entry.unknown ?? [], row.eventType, live)}.`;
    case 'inside':
      return 'did not start it again, because the contact was inside.';
    case 'was-inside':
      return 'did not start it, because it is entered once only.';
    case 'too-soon':
      return `did not start it again so soon: not before ${momentInWords(entry.notBefore ?? '')}.`;
    case 'paused':
    case 'stopped':
      return `did not start it, because the journey was ${entry.verdict}.`;
    case 'held-out':
      return 'did not start it, because the contact is held out.';
    default: {
      const rule = titleOf(live['best-practice'], entry.rule ?? '');
      const missing = missingInWords(entry.because ?? [], row.eventType, live);
      return `could have started it by the rule “${rule}”, which did not fire: ${missing}.`;
    }
  }
}

const namesOf = (
  facts: readonly { fact: string; path: string }[],
  eventType: string,
  live: LiveLibrary,
): string => facts.map(({ fact, path }) => midSentence(labelOf(live, fact, path, eventType))).join(', ');

/** "“value tier is one of a, b” did not hold: it was c". */
function missingInWords(lines: readonly TraceLine[], eventType: string, live: LiveLibrary): string {
  const wanting = lines.filter(({ outcome }) => outcome !== 'true');
  const shown = wanting.length > 0 ? wanting : lines;
  if (shown.length === 0) return 'it did not hold';
  return shown.map((line) => lineInWords(line, eventType, live)).join(', ');
}

/** What held is told where a condition asked that it did not. */
function lineInWords(
  { fact, path, operator, value, seen, outcome }: TraceLine,
  eventType: string,
  live: LiveLibrary,
): string {
  const asked = typeof value === 'object' && !Array.isArray(value) ? String(value) : value;
  const demand = `“${midSentence(labelOf(live, fact, path, eventType))} ${demandInWords(operator, asked)}”`;
  return outcome === 'true' ? `${demand} held` : `${demand} did not hold: it was ${valueInWords(seen)}`;
}

function occasionOf({ row, entry }: Decided, live: LiveLibrary): JourneyEntryView['last'] {
  return {
    at: row.at,
    eventType: row.eventType,
    verdict: entry.verdict,
    because: traceViews(live, entry.because ?? [], row.eventType),
    ...(entry.heldOut ? { heldOut: entry.heldOut } : {}),
    ...(entry.notBefore ? { notBefore: entry.notBefore } : {}),
  };
}
