import type { Ports } from '@baton/functions/ports.ts';
import { waitsOf } from '@baton/functions/repositories/read.ts';
import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import { diceFor } from '@baton/functions/use-cases/dice.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { EventDocument, Journey, Library } from '@baton/rules/documents/index.ts';
import { type ScriptEvent, simulate } from '@baton/rules/journey/simulate.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import fc from 'fast-check';
import { aLibrary } from './documents.ts';
import { done, journeyOf, journeys, offers, scripts, start } from './journeys.ts';
import { onVirtualTime } from './on-virtual-time.ts';
import { aTemplate } from './publishing-host.ts';
import { temporaryFolder } from './temporary-folder.ts';

/*
 * A journey and a history, played twice: by the simulator, and by a host, which is the use cases, the store's rows, the bus,
 * the queue and the interpreter of state machines on the compiled machine. Both must take the same steps in the same order
 * and come to the same ends. Many journeys share one host; each has a contact of its own.
 */

export type Play = { journey: Journey; events: ScriptEvent[] };
type Trip = { key: string; steps: string[]; times: number[]; status: string; reason: string };

const ways = fc.record({
  goal: fc.boolean(),
  exit: fc.boolean(),
  reEntry: fc.constantFrom<Journey['reEntry']>(
    { policy: 'never' },
    { policy: 'always' },
    { policy: 'after', gap: 'P3D' },
  ),
});
const own = [{ path: '$.orderId', equals: 'enrolment-key' as const }];

/** Waiting for another journey's end is left to the scenarios: the simulator plays one journey. */
export const plays: fc.Arbitrary<Play> = fc
  .tuple(journeys, scripts, ways)
  .filter(
    ([{ steps }]) => !Object.values(steps).some((step) => step.kind === 'enrol' && step.await !== undefined),
  )
  .map(([journey, events, { goal, exit, reEntry }]) => ({
    journey: {
      ...journey,
      reEntry,
      ...(goal ? { goal: { event: 'order.delivered', match: own } } : {}),
      exits: exit ? [{ event: 'order.cancelled', match: own, reason: 'cancelled' }] : [],
    },
    events: [{ at: start, type: 'order.placed', data: { orderId: 'A1' } }, ...events].sort((a, b) =>
      a.at.localeCompare(b.at),
    ),
  }));

const text = { type: 'text' } as const;
const payload = {
  ...{ orderId: text, promisedAt: text, tier: text, outcome: text, ref: text, taskId: text, offerId: text },
  ...{ handover: text, handoverId: text, goal: { type: 'boolean' } as const },
};
const types = ['order.placed', 'order.delivered', 'order.cancelled', 'task.completed', 'offer.accepted'];
types.push('offer.declined', 'handover.accepted', 'handover.returned', 'journey.ended', 'journey.noted');
const events: EventDocument[] = types.map((id) => ({
  ...{ id, title: id, why: 'To be told.', owner: { team: 'crm' }, payload, sample: {} },
}));

const named = (place: number): string => `j${String(place).padStart(5, '0')}`;
const addressOf = (place: number): string => `email:${named(place)}@example.com`;

/** The same journeys, each for the orders of one contact only. */
function libraryFor(played: readonly Play[]): Library {
  const entries = played.map(({ journey }, place): [string, Journey] => {
    const ref = { fact: 'event', path: '$.ref', operator: 'equal', value: named(place) };
    const trigger = { event: 'order.placed', when: { all: [ref] } };
    return [named(place), { ...journey, id: named(place), trigger }];
  });
  const other = journeyOf({ done }, { id: 'other', trigger: null });
  return {
    ...aLibrary({ rules: [], handovers: [], events, tables: [offers] }),
    journeys: new Map([...entries, ['other', other]]),
    templates: new Map([['hello', aTemplate()]]),
  };
}

/** Plays all on both, and tells where they differ. An instant at which both time and an event press is left out; see `clear`. */
export async function differences(played: readonly Play[]): Promise<{ compared: number; differ: string[] }> {
  const library = libraryFor(played);
  const host = await openParityHost(library);
  const scripts = await Promise.all(played.map((play, place) => scriptFor(host.ports, play, place)));
  const simulated = await Promise.all(scripts.map((script, place) => simulatedTrips(library, script, place)));
  const compared = simulated.map(({ stops }, place) => clear(stops, scripts[place]?.events ?? []));
  await host.play(scripts, compared);
  await host.close();

  const differ: string[] = [];
  for (const [place, { trips }] of simulated.entries()) {
    if (!compared[place]) continue;
    const found = difference(trips, host.tripsOf(named(place)));
    if (found) differ.push(`${found}\n${JSON.stringify(played[place])}`);
  }
  return { compared: compared.filter(Boolean).length, differ };
}

function difference(simulated: readonly Trip[], hosted: readonly Trip[]): string | undefined {
  const plain = (trips: readonly Trip[]) => JSON.stringify(trips.map(({ times: _, ...trip }) => trip));
  if (plain(simulated) !== plain(hosted)) return `simulated ${plain(simulated)}\nhosted    ${plain(hosted)}`;
  for (const [index, { times }] of simulated.entries())
    for (const [step, at] of times.entries()) {
      const late = (hosted[index]?.times[step] ?? Number.NaN) - at;
      if (!(late >= 0 && late <= mostLateMs)) return `step ${step} of trip ${index} is ${late} ms late`;
    }
  return undefined;
}

/** A machine counts the time of a task in whole seconds, one at least, so a trip of many steps may be so much later. */
const mostLateMs = 60_000;

/** Whether no event comes so shortly after a step that a machine's being late could change the order of things. */
function clear(stops: readonly number[], told: readonly ScriptEvent[]): boolean {
  return [...told, { at: end }].every(({ at }) => {
    const instant = Date.parse(at);
    return stops.every((stop) => instant <= stop - 1 || instant > stop + mostLateMs || told[0]?.at === at);
  });
}

/** Both stop here; what goes round in circles would go on for years. */
const end = addDuration(start, 'P45D');

type Script = { events: ScriptEvent[]; contactId: string };

async function scriptFor(ports: Ports, { events: told }: Play, place: number): Promise<Script> {
  const contactId = await resolveContact(ports, addressOf(place));
  return {
    contactId,
    events: told.map((event) => ({ ...event, data: { ...event.data, ref: named(place) } })),
  };
}

async function simulatedTrips(library: Library, { events: told, contactId }: Script, place: number) {
  const journey = library.journeys.get(named(place));
  if (!journey) throw new Error('every play has its journey');
  const facts = { contact: { email: addressOf(place).slice(6) } };
  const script = { facts, start, events: told, dice: diceFor(contactId), until: end };
  const { lines, ends, enrolments } = await simulate(journey, library, script);
  const taken = new Map<string, { step: string; at: number }[]>();
  let trip = new Map<string, number>();
  for (const line of lines) {
    const key = line.enrolment ?? '';
    if (line.kind === 'entered') trip = new Map(trip).set(key, (trip.get(key) ?? 0) + 1);
    if (line.kind !== 'step' && line.kind !== 'ended') continue;
    const name = `${key}/${trip.get(key)}`;
    taken.set(name, [...(taken.get(name) ?? []), { step: line.step ?? '', at: Date.parse(line.at) }]);
  }
  const seen = new Map<string, number>();
  const trips = enrolments.map(({ key, status }): Trip => {
    const round = (seen.get(key) ?? 0) + 1;
    seen.set(key, round);
    const steps = taken.get(`${key}/${round}`) ?? [];
    const reason = ends.filter((end) => end.key === key)[round - 1]?.reason ?? '';
    return { key, steps: steps.map(({ step }) => step), times: steps.map(({ at }) => at), status, reason };
  });
  return { trips, stops: [...lines.map(({ at }) => Date.parse(at))].filter((at) => at > Date.parse(start)) };
}

/** A host that notes which steps each enrolment takes, in the transaction that takes them. */
async function openParityHost(library: Library) {
  const clock = createVirtualClock(start);
  const trips = new Map<string, Trip & { journey: string }>();
  const note = (item: JsonObject) => {
    const { id, journey, key, status, reason } = item;
    const trip = trips.get(String(id)) ?? {
      journey: String(journey),
      key: String(key),
      steps: [],
      times: [],
      status: '',
      reason: '',
    };
    trips.set(String(id), { ...trip, status: String(status), reason: String(reason ?? '') });
    return trip;
  };
  const host = await openHost({
    folder: temporaryFolder(),
    clock: { ...clock, kind: 'virtual' },
    library,
    identitySeed: 'parity',
    log: { info: () => {}, warn: () => {}, error: () => {} },
    channel: () => ({ send: async () => ({ kind: 'sent' }) }),
    portsOf: (name, ports) => (name === 'run-step' || name === 'apply-event' ? noting(ports) : ports),
  });

  function noting(ports: Ports): Ports {
    const store: Ports['store'] = {
      ...ports.store,
      transact: async (operations) => {
        const result = await ports.store.transact(operations);
        if (!result.ok) return result;
        for (const operation of operations) {
          const key = operation.kind === 'put' ? operation.item : operation.key;
          if (!key.sk.startsWith('ENR#')) continue;
          const row = await ports.store.get('core', { pk: key.pk, sk: key.sk });
          if (!row) continue;
          const trip = note(row);
          const entered = operation.kind === 'update' && operation.set?.step !== undefined;
          if (entered)
            trips.set(String(row.id), {
              ...trip,
              status: String(row.status),
              reason: String(row.reason ?? ''),
              steps: [...trip.steps, String(row.step)],
              times: [...trip.times, clock.now().getTime()],
            });
        }
        return result;
      },
    };
    return { ...ports, store };
  }

  const { passUntil } = onVirtualTime(host, clock);
  return {
    ports: host.ports,
    close: () => host.close(),
    tripsOf: (journey: string): Trip[] =>
      [...trips.values()].filter((trip) => trip.journey === journey).map(({ journey: _, ...trip }) => trip),
    /** Tells all histories on one line of time. */
    async play(scripts: readonly Script[], taking: readonly boolean[]): Promise<void> {
      const told = scripts
        .flatMap(({ events: of, contactId }, place) =>
          taking[place] ? of.map((event) => ({ ...event, contactId, place })) : [],
        )
        .sort((a, b) => a.at.localeCompare(b.at));
      for (const [index, { at, type, data, contactId, place }] of told.entries()) {
        await passUntil(at);
        const answer = { ...data, ...(await addressed(host.ports, contactId, type)) };
        const event = {
          specversion: '1.0',
          id: `e${index}`,
          source: 'parity',
          type,
          time: at,
          subject: addressOf(place),
          data: answer,
        };
        const accepted = await acceptEvents(host.ports, event);
        if (!accepted.ok) throw new Error(JSON.stringify(accepted.problems));
        await host.settle();
      }
      await passUntil(end);
    },
  };
}

const answers: Record<string, string> = {
  'task.completed': 'taskId',
  'offer.accepted': 'offerId',
  'offer.declined': 'offerId',
  'handover.accepted': 'handover',
  'handover.returned': 'handover',
  'journey.ended': 'startedBy',
};

/** The id that the oldest open wait for such an answer asks for, as the simulator gives it to an answer without one. */
async function addressed({ store }: Ports, contactId: string, type: string): Promise<JsonObject> {
  const name = answers[type];
  if (name === undefined) return {};
  const open = (await waitsOf(store, contactId)).filter(
    ({ kind, status }) => kind === 'enrolment' && status === 'OPEN',
  );
  for (const { events: awaited } of open) {
    const pattern = awaited.find(({ event }) => event === type);
    const id = pattern?.match.find(({ path }) => path === `$.${name}`)?.equals;
    if (id !== undefined) return { [name]: id };
  }
  return {};
}
