import { type ContactProfile, isLater, mergeEvent } from '@baton/rules/contact/contact-state.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { rowsOf } from '../repositories/read.ts';
import { AttributeRow, EventRow } from '../repositories/rows.ts';
import { splitSubject } from './subject.ts';

type Catalogues = Pick<LiveLibrary, 'events' | 'kept'>;

/** Merges a recorded event into a profile; where its subject is an address, that is an attribute as well. */
export function mergeRow(profile: ContactProfile, row: EventRow, live: Catalogues): ContactProfile {
  const { eventId, type, at, data } = row;
  const merged = mergeEvent(profile, { eventId, type, at, data }, live.events.get(type), live.kept);
  const [scheme, value] = splitSubject(row.subject);
  if (scheme !== 'email' && scheme !== 'phone') return merged;
  return withAttribute(merged, `$.${scheme}`, { value, at, eventId });
}

function withAttribute(
  { attributes, seen }: ContactProfile,
  name: string,
  attribute: ContactProfile['attributes'][string],
): ContactProfile {
  if (!isLater(attribute, attributes[name])) return { attributes, seen };
  return { attributes: { ...attributes, [name]: attribute }, seen };
}

/** A contact's profile made anew from its whole history, or from what had occurred until an instant. */
export async function profileFrom(
  store: Store,
  contactId: string,
  live: Catalogues,
  until?: string,
): Promise<ContactProfile> {
  const occurred = ({ at }: { at: string }) => until === undefined || at <= until;
  let profile: ContactProfile = { attributes: {}, seen: {} };
  for (const row of await rowsOf(store, contactId, 'EVT#', EventRow))
    if (!row.pend && row.parked === undefined && occurred(row)) profile = mergeRow(profile, row, live);
  for (const row of (await rowsOf(store, contactId, 'ATTR#', AttributeRow)).filter(occurred)) {
    const { name, value, at, eventId } = row;
    profile = withAttribute(profile, name, { value, at, eventId });
  }
  return profile;
}
