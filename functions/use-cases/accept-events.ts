import type { Json } from '@baton/rules/json.ts';
import { batchLimit } from '../api/limits.ts';
import type { Problem } from '../api/views.ts';
import type { CloudEvent, LiveLibrary, Ports } from '../ports.ts';
import { eventKey, headKey } from '../repositories/rows.ts';
import { checkEvent } from './check-event.ts';
import { identityKey } from './identity.ts';
import { contentHash } from './record-event.ts';
import { splitSubject } from './subject.ts';

/** `known`: how many of them are recorded already. */
type Taken = { ok: true; events: CloudEvent[]; known: number };

type Accepted = { ok: true; events: CloudEvent[] } | { ok: false; problems: Problem[] };

/**
 * Checks one CloudEvent or a batch against the event catalogue. All or nothing: where one event of a batch does not
 * fit, none is accepted and every problem is listed with its place.
 */
function checkEvents(body: Json | undefined, live: LiveLibrary, now: Date): Accepted {
  const batch = Array.isArray(body) ? body : [body];
  if (batch.length === 0) return refuse('(batch)', 'the batch is empty', 'send at least one event');
  if (batch.length > batchLimit)
    return refuse(
      '(batch)',
      `the batch has ${batch.length} events`,
      `send at most ${batchLimit} in one request, or use "baton import"`,
    );

  const problems: Problem[] = [];
  const events: CloudEvent[] = [];
  batch.forEach((entry, index) => {
    const place = Array.isArray(body) ? `[${index}]` : '';
    const checked = checkEvent(entry, live, now);
    if (checked.ok && /^baton(\.|$)/.test(checked.event.source)) problems.push(reserved(place));
    else if (checked.ok) events.push(checked.event);
    else
      problems.push(
        ...checked.problems.map((problem) => ({
          ...problem,
          path: place ? `${place}.${problem.path}` : problem.path,
        })),
      );
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, events };
}

/** Baton's own events carry this name; from outside it could pass for an answer at the desk. */
const reserved = (place: string): Problem => ({
  path: place ? `${place}.source` : 'source',
  reason: 'the source "baton" is Baton itself',
  remedy: 'name the system that the event comes from',
});

function refuse(path: string, reason: string, remedy: string): Accepted {
  return { ok: false, problems: [{ path, reason, remedy }] };
}

export type Refused = { ok: false; problems: Problem[]; conflict?: true };

/** Checks and puts on the bus; acknowledged only when it is safe on disk. `conflict`: an id was used for something else. */
export async function acceptEvents(
  ports: Ports,
  body: Json | undefined,
  { history = false } = {},
): Promise<Taken | Refused> {
  const live = await ports.documents.live();
  const checked = checkEvents(body, live, ports.clock.now());
  if (!checked.ok) return checked;
  const places = checked.events.map((event, index) => ({
    event,
    place: Array.isArray(body) ? `[${index}].` : '',
  }));
  const missing = await missingContacts(ports, checked.events, Array.isArray(body));
  if (missing.length > 0) return { ok: false, problems: missing };
  const { conflicts, known } = await lookForIds(ports, places);
  if (conflicts.length > 0) return { ok: false, problems: conflicts, conflict: true };

  await ports.bus.put(
    history ? checked.events.map((event) => ({ ...event, history: true as const })) : checked.events,
  );
  await ports.store.durable();
  return { ...checked, known };
}

type Placed = { event: CloudEvent; place: string };

/**
 * Ids that stand for an event already, in the contact's history or in this batch. Two requests at the very same
 * moment can both pass; then the later of their events is quarantined when it is recorded.
 */
async function lookForIds(
  ports: Ports,
  places: readonly Placed[],
): Promise<{ conflicts: Problem[]; known: number }> {
  const uses = await usesOfIds(
    ports,
    places.map(({ event }) => event),
  );
  const conflicts = places
    .filter((_, index) => uses[index] === 'other')
    .map(({ event, place }) => ({ ...usedBefore(event), path: `${place}id` }));
  return { conflicts, known: uses.filter((use) => use === 'known').length };
}

/** What the id of each event stands for already: nothing, this event, or another one, recorded or earlier among these. */
export async function usesOfIds(
  ports: Pick<Ports, 'store' | 'identity'>,
  events: readonly CloudEvent[],
): Promise<('new' | 'known' | 'other')[]> {
  const hashes = new Map<string, string>();
  const uses: ('new' | 'known' | 'other')[] = [];
  for (const event of events) {
    const name = JSON.stringify([event.source, event.id]);
    const hash = contentHash(event);
    const present = hashes.get(name) ?? (await recordedHash(ports, event));
    hashes.set(name, hash);
    uses.push(present === undefined ? 'new' : present === hash ? 'known' : 'other');
  }
  return uses;
}

export const usedBefore = ({ id, source }: CloudEvent): Problem => ({
  path: 'id',
  reason: `"${id}" of source "${source}" was already used by a different event`,
  remedy: 'give every event an id of its own; the same event may be sent again as often as you like',
});

async function recordedHash(
  { store, identity }: Pick<Ports, 'store' | 'identity'>,
  { subject, source, id }: CloudEvent,
): Promise<string | undefined> {
  const [scheme, value] = splitSubject(subject);
  const contact =
    scheme === 'contact'
      ? value
      : (await store.get('guard', identityKey(identity, scheme, value)))?.contactId;
  if (typeof contact !== 'string') return undefined;
  const recorded = await store.get('core', eventKey(contact, source, id));
  return typeof recorded?.hash === 'string' ? recorded.hash : undefined;
}

/** `contact:<id>` must name somebody; every other subject makes a contact when it is first seen. */
async function missingContacts({ store }: Ports, events: CloudEvent[], inBatch: boolean): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [index, { subject }] of events.entries()) {
    const [scheme, id] = splitSubject(subject);
    if (scheme === 'contact' && !(await store.get('core', headKey(id))))
      problems.push({
        path: inBatch ? `[${index}].subject` : 'subject',
        reason: `there is no contact "${id}"`,
        remedy: 'use the id of an existing contact, or an identifier such as "email:…"',
      });
  }
  return problems;
}
