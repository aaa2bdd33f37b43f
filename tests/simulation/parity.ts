import { EnrolmentRow, SendRow, WaitRow } from '@baton/functions/repositories/rows.ts';
import { diceFor } from '@baton/functions/use-cases/dice.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Effect } from '@baton/rules/journey/enrolment.ts';
import { type ScriptEvent, type Simulation, simulate } from '@baton/rules/journey/simulate.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { hasRoom } from '@baton/rules/sending/caps.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import fc from 'fast-check';
import { start } from '../support/journeys.ts';
import { libraryOf, type Play, plays } from '../support/plays.ts';
import { type Hosted, type Noted, openHosted } from './hosted.ts';

/** What came of a play: trips through the journey, and what they did, in the order of time. */
type Trace = { trips: string[]; done: string[] };

export type Compared = {
  events: number;
  trips: number;
  steps: number;
  kinds: ReadonlySet<string>;
  /** Why the play was looked at only up to an instant, where it was. */
  cut?: string;
  /** Where simulator and host differ; nothing where they agree. */
  difference?: string;
};

const perSeed = 100;
let sampled: { name: string; plays: Play[] } | undefined;

/** The nth play of a seed. */
export function playOf(seed: number, index: number): Play {
  const block = Math.floor(index / perSeed);
  const name = `${seed}.${block}`;
  if (sampled?.name !== name)
    sampled = { name, plays: fc.sample(plays, { seed: seed * 1_000_003 + block, numRuns: perSeed }) };
  const play = sampled.plays[index % perSeed];
  if (!play) throw new Error(`no play ${index}`);
  return play;
}

/** Plays a journey with what happens to its contact on the simulator and on a host, and compares the two. */
export async function compare(play: Play): Promise<Compared> {
  const library = libraryOf(play);
  const noted: Noted[] = [];
  const host = await openHosted(library, start, (each) => noted.push(each));
  try {
    const contactId = await resolveContact(host.ports, play.subject);
    const simulated = (events: readonly ScriptEvent[], until?: string) =>
      simulate(play.journey, library, {
        facts: { contact: { email: play.subject.slice(6) } },
        ...{ start, events, until, dice: diceFor(contactId) },
      });
    const events = await scriptOf(play, (fixed) => simulated(fixed, addDuration(start, horizon)));
    const { until, cut } = endOf(await simulated(events, addDuration(start, horizon)));
    const script = events.filter(({ at }) => at <= until);
    const simulation = await simulated(script, until);
    for (const [index, event] of script.entries()) await happens(host, play.subject, event, index);
    await host.passUntil(until);

    const expected = simulatedTrace(simulation, script);
    const found = hostedTrace(noted, library, play.journey.id);
    const difference = host.failures[0] ?? differenceOf(expected, found);
    return {
      events: script.length,
      trips: expected.trips.length,
      steps: simulation.lines.filter(isStep).length,
      kinds: new Set(
        simulation.lines.filter(isStep).map(({ step = '' }) => play.journey.steps[step]?.kind ?? ''),
      ),
      ...(cut === undefined ? {} : { cut }),
      ...(difference === undefined ? {} : { difference }),
    };
  } finally {
    host.close();
  }
}

const horizon = 'P45D';

const isStep = ({ kind }: { kind: string }): boolean => kind === 'step' || kind === 'ended';
const later = (at: string, seconds: number): string =>
  new Date(Date.parse(at) + seconds * 1000).toISOString();

/** Puts events that are to come near something to where that is, and none to the instant of another. */
async function scriptOf(
  { events }: Play,
  simulated: (events: readonly ScriptEvent[]) => Promise<Simulation>,
): Promise<ScriptEvent[]> {
  const fixed = events.flatMap(({ moment, ...event }) =>
    'at' in moment ? [{ ...event, at: moment.at }] : [],
  );
  const { lines } = await simulated(fixed);
  const places = [
    start,
    ...new Set(lines.filter(({ kind }) => kind === 'waiting' || kind === 'timeout').map(({ at }) => at)),
  ];
  const aimed = events.flatMap(({ moment, ...event }) => {
    if ('at' in moment) return [];
    const at = later(places[moment.near % places.length] ?? start, moment.secondsLater);
    return at < start ? [] : [{ ...event, at }];
  });
  const script: ScriptEvent[] = [];
  for (const event of [...fixed, ...aimed].sort((a, b) => a.at.localeCompare(b.at))) {
    const last = script.at(-1)?.at;
    script.push({ ...event, at: last !== undefined && event.at <= last ? later(last, 1) : event.at });
  }
  return script;
}

const mostSteps = 60;

/**
 * Until when a play is compared. Three things end it early: it goes round in circles; two enrolments of the contact take
 * steps in the very same instant and one does what the other may see, where the order is nobody's promise; and another
 * journey is waited for under a key under which it may be under way, which a simulator of one journey cannot know.
 */
function endOf({ lines, effects }: Simulation): { until: string; cut?: string } {
  const ends: { at: string; cut?: string }[] = [{ at: addDuration(start, horizon) }];
  const steps = lines.filter(isStep);
  const last = steps[mostSteps];
  if (last) ends.push({ at: last.at, cut: 'circles' });
  for (const [at, those] of Map.groupBy(steps, (line) => line.at)) {
    const several = new Set(those.map(({ enrolment }) => enrolment)).size > 1;
    if (several && effects.some((each) => each.at === at && isSeen(each.effect)))
      ends.push({ at, cut: 'one instant' });
  }
  const started = new Set<string>();
  for (const { at, effect } of effects) {
    if (effect.kind !== 'enrol') continue;
    if (effect.startedBy !== undefined && started.has(effect.key)) ends.push({ at, cut: 'other journey' });
    started.add(effect.key);
  }
  const [first] = ends.sort((a, b) => a.at.localeCompare(b.at));
  if (!first?.cut) return { until: addDuration(start, horizon) };
  return { until: later(first.at, -1), cut: first.cut };
}

/** What another enrolment of the same contact may see. */
const isSeen = (effect: Effect): boolean =>
  ['update', 'stage', 'emit', 'case', 'enrol'].includes(effect.kind) ||
  (effect.kind === 'send' && effect.purpose === 'marketing');

async function happens(host: Hosted, subject: string, { at, type, data }: ScriptEvent, index: number) {
  await host.happens({
    ...{ specversion: '1.0', id: `e${index}`, source: 'play', time: at, subject, type },
    // What an answer is to is known only when it comes.
    get data() {
      return { ...data, ...answered(host, type) };
    },
  });
}

const answers: Record<string, string> = {
  'task.completed': 'taskId',
  'offer.accepted': 'offerId',
  'offer.declined': 'offerId',
  'handover.accepted': 'handover',
  'handover.returned': 'handover',
  'journey.ended': 'startedBy',
  'case.closed': 'key',
};

/** The id that the oldest enrolment's open wait for such an answer asks for. Who closes a case names it by its number. */
function answered({ store }: Hosted, type: string): JsonObject {
  const name = answers[type];
  if (name === undefined) return {};
  const rows = store.all('core');
  const enrolments = rows.filter(({ sk }) => sk.startsWith('ENR#')).map((row) => EnrolmentRow.parse(row));
  const order = (holder: string) => enrolments.find(({ id }) => id === holder)?.enteredAt ?? '';
  const open = rows
    .filter(({ sk, kind }) => sk.startsWith('WAIT#') && kind === 'enrolment')
    .map((row) => WaitRow.parse(row))
    .filter(({ status }) => status === 'OPEN')
    .sort((a, b) => order(a.holder).localeCompare(order(b.holder)));
  for (const { events } of open) {
    const id = events
      .find(({ event }) => event === type)
      ?.match.find(({ path }) => path === `$.${name}`)?.equals;
    if (id === undefined) continue;
    const found = rows.find(({ sk, key }) => sk.startsWith('CASE#') && key === id);
    return found && type === 'case.closed' ? { caseId: String(found.id) } : { [name]: id };
  }
  return {};
}

type Trip = {
  key: string;
  steps: string[];
  status: string;
  reason: string;
  endedAt: string;
  answer: string;
};

const told = ({ key, steps, status, reason, endedAt, answer }: Trip): string =>
  `${key} ${status} ${reason} ${endedAt} answered by ${answer}: ${steps.join(' ')}`;
const answerText = (event: JsonObject | null): string => (event ? `${event.type}@${event.at}` : 'nothing');

function simulatedTrace(simulation: Simulation, script: readonly ScriptEvent[]): Trace {
  const { lines, ends, enrolments } = simulation;
  const rounds = new Map<string, number>();
  const steps = new Map<string, string[]>();
  for (const { kind, enrolment: key = '', step, at } of lines) {
    if (kind === 'entered') rounds.set(key, (rounds.get(key) ?? 0) + 1);
    if (!isStep({ kind })) continue;
    const name = `${key}/${rounds.get(key)}`;
    steps.set(name, [...(steps.get(name) ?? []), `${step}@${at}`]);
  }
  const seen = new Map<string, number>();
  const trips = enrolments.map(({ key, status, answer }) => {
    const round = (seen.get(key) ?? 0) + 1;
    seen.set(key, round);
    const end = ends.filter((each) => each.key === key)[round - 1];
    return told({
      ...{ key, status, steps: steps.get(`${key}/${round}`) ?? [], answer: answerText(answer) },
      ...{ reason: end?.goal ? 'goal' : (end?.reason ?? ''), endedAt: end?.at ?? '' },
    });
  });
  return { trips, done: simulatedDoings(simulation, script) };
}

/** What the effects of a simulation come to on a host, which keeps consent and caps and opens nothing twice. */
function simulatedDoings({ effects }: Simulation, script: readonly ScriptEvent[]): string[] {
  const done: string[] = [];
  const once = new Set<string>();
  const first = (what: string): boolean => !once.has(what) && once.add(what) !== undefined;
  const permit = permitsBy(script);
  let stage: string | undefined;
  for (const { at, enrolment, step, effect } of effects) {
    const by = `${at} ${enrolment} ${step}`;
    switch (effect.kind) {
      case 'send':
        done.push(`${by} send ${effect.channel} ${effect.purpose} ${permit(effect, at)}`);
        break;
      case 'update':
        done.push(`${at} set ${effect.attribute} ${effect.value}`);
        break;
      case 'stage':
        if (effect.stage !== stage) done.push(`${at} stage ${effect.stage}`);
        stage = effect.stage;
        break;
      case 'task':
        done.push(`${by} task due ${effect.dueAt}`);
        break;
      case 'offer':
        done.push(`${by} offer ${effect.row} until ${effect.expiresAt}`);
        break;
      case 'case':
        if (first(`case ${effect.key}`)) done.push(`${at} case ${effect.key} ${effect.priority}`);
        break;
      case 'emit':
        done.push(`${at} emit ${effect.event} ${JSON.stringify(effect.data)}`);
        break;
      case 'enrol':
        if (first(`enrol ${effect.key}`)) done.push(`${at} enrol ${effect.key}`);
        break;
      case 'experiment':
        if (first(`experiment ${step}`)) done.push(`${at} arm ${step} ${effect.arm}`);
        break;
      case 'data-quality':
        for (const { fact, path } of effect.facts)
          if (first(`find out ${fact}.${path.slice(2)}`))
            done.push(`${at} find out ${fact}.${path.slice(2)}`);
        break;
    }
  }
  return done.sort();
}

/** What becomes of each message, by what was said about consent until then and what was sent before. */
function permitsBy(script: readonly ScriptEvent[]) {
  const sent: Record<string, string[]> = {};
  const caps = [{ messages: 2, within: 'P7D' }];
  return ({ channel, purpose }: Extract<Effect, { kind: 'send' }>, at: string): string => {
    const heard = script.filter((event) => event.at <= at);
    const phone = heard.some(({ type, data }) => type === 'contact.updated' && data.phone !== undefined);
    if (channel === 'sms' && !phone) return 'SKIPPED no-address';
    if (purpose === 'service') return 'SENT';
    const consent = heard.findLast(
      ({ type, data }) => type.startsWith('consent.') && data.channel === channel && data.purpose === purpose,
    );
    if (!consent) return 'SKIPPED no-consent';
    if (consent.type === 'consent.withdrawn') return 'SKIPPED consent-withdrawn';
    const before = sent[channel] ?? [];
    if (!hasRoom(caps, before, at)) return 'SKIPPED frequency-cap';
    sent[channel] = [...before, at];
    return 'SENT';
  };
}

function hostedTrace(noted: readonly Noted[], library: Library, journey: string): Trace {
  const trips = new Map<string, { row: EnrolmentRow; steps: string[] }>();
  const rows = new Map<string, Noted & { row: JsonObject }>();
  for (const { at, key, row } of noted) {
    if (!row) continue;
    const name = `${key.pk}|${key.sk}`;
    const first = rows.get(name);
    rows.set(name, { at: first?.at ?? at, key, row });
    if (!key.sk.startsWith('ENR#')) continue;
    const enrolment = EnrolmentRow.parse(row);
    const trip = trips.get(enrolment.id);
    const entered = enrolment.iteration !== (trip?.row.iteration ?? 0);
    const steps = [...(trip?.steps ?? []), ...(entered ? [`${enrolment.step}@${at}`] : [])];
    trips.set(enrolment.id, { row: enrolment, steps });
  }
  const own = [...trips.values()].filter(({ row }) => row.journey === journey);
  return {
    trips: own.map(({ row: { key, status, reason = '', endedAt = '', answer }, steps }) =>
      told({ key, status, reason, endedAt, steps, answer: answerText(answer) }),
    ),
    done: [...rows.values()].flatMap((each) => hostedDoing(each, trips, library) ?? []).sort(),
  };
}

function hostedDoing(
  { at, key: { sk }, row }: Noted & { row: JsonObject },
  trips: ReadonlyMap<string, { row: EnrolmentRow }>,
  library: Library,
): string | undefined {
  const by = (visit: string) => {
    const [enrolment = '', step] = visit.split('.');
    return `${at} ${trips.get(enrolment)?.row.key} ${step}`;
  };
  switch (sk.split('#')[0]) {
    case 'SEND': {
      const { sendId, channel, purpose, status, reason } = SendRow.parse(row);
      return `${by(sendId)} send ${channel} ${purpose} ${status}${reason ? ` ${reason}` : ''}`;
    }
    case 'ATTR':
      return `${at} set ${row.name} ${row.value}`;
    case 'STAY':
      return `${at} stage ${row.stage}`;
    case 'TSK':
      if (row.kind === 'data-quality') return `${at} find out ${row.fact}`;
      return row.kind === 'task' && row.origin !== undefined && String(row.id).startsWith('e-')
        ? `${by(String(row.id))} task due ${row.dueAt}`
        : undefined;
    case 'OFR':
      return `${by(String(row.id))} offer ${row.row} until ${row.expiresAt}`;
    case 'CASE':
      return `${at} case ${row.key} ${row.priority}`;
    case 'EVT':
      return row.type === 'journey.noted' ? `${at} emit ${row.type} ${JSON.stringify(row.data)}` : undefined;
    case 'ENR':
      return row.journey === 'other' && library.journeys.has('other') ? `${at} enrol ${row.key}` : undefined;
    default:
      return sk.startsWith('EXP#') ? `${at} arm ${sk.split('#')[1]?.split('.')[1]} ${row.arm}` : undefined;
  }
}

function differenceOf(expected: Trace, found: Trace): string | undefined {
  for (const part of ['trips', 'done'] as const)
    for (let at = 0; at < Math.max(expected[part].length, found[part].length); at++)
      if (expected[part][at] !== found[part][at])
        return `simulator: ${expected[part][at]}\n  host:      ${found[part][at]}`;
  return undefined;
}
