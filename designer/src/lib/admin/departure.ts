import type { DepartureView, OwnersView } from '@baton/functions/api/views.ts';
import { countOf } from '#lib/words/values.ts';

/** How many contacts were told that their owner has left or is away. */
export function departureInWords(person: string, { told, more }: DepartureView): string {
  if (told === 0) return `No contact is owned by ${person}; nobody was told.`;
  const contacts = told === 1 ? 'One contact was' : `${countOf(told, 'contact')} were`;
  const said = `${contacts} told that ${person} does not look after them. Rules decide who does now.`;
  return more ? `${said} There are more: tell them in a few minutes.` : said;
}

/** What has come of it so far. Whom a rule leaves alone keeps the owner, so this may stay above nought. */
export function ownedNowInWords(person: string, { told, more }: DepartureView, owned: number): string {
  if (owned === 0) return `By now nobody is owned by ${person} any more.`;
  const still = `${countOf(owned, 'contact')} ${owned === 1 ? 'is' : 'are'} still owned by ${person}: rules left ${owned === 1 ? 'it' : 'them'} alone, or have not come to ${owned === 1 ? 'it' : 'them'} yet.`;
  const moved = told - owned;
  return more || moved <= 0
    ? still
    : `By now ${moved} of ${told} no longer ${moved === 1 ? 'is' : 'are'}. ${still}`;
}

/** Why nobody can be told in this name; empty where somebody can. */
export function ownerProblem(name: string, { owners }: OwnersView): string {
  return owners.length > 0
    ? ''
    : `No contact is owned by “${name}”. A name counts letter by letter, as it stands with the contacts: choose one of those offered, or look it up at a contact.`;
}
