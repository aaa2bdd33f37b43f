import { type CycleState, factsAbout } from '@baton/rules/contact/facts-about.ts';
import { teamNamed } from '@baton/rules/cycle/teams.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Ports } from '../ports.ts';
import { casesOf, offersOf, presentHead, staysOf } from '../repositories/read.ts';
import type { HeadRow, OwnerRow, StayRow } from '../repositories/rows.ts';
import { profileFrom } from './profile.ts';

/**
 * The facts about a contact as they would have been at an instant, had everything that had occurred by then been known:
 * what is heard of late counts from when it happened. Stage, owner and cases are as they stood; the catalogue of today
 * says which facts there are. `undefined`: there is no such contact.
 */
export async function factsAsOf(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  asked: string,
  at: string,
): Promise<Record<string, JsonObject> | undefined> {
  const head = await presentHead(store, asked);
  if (!head) return undefined;
  const live = await documents.live();
  const profile = await profileFrom(store, head.contactId, live, at);
  const cycle = await cycleAsOf(store, head, at);
  const lead = teamNamed(live.settings.values(), cycle.owner?.team)?.lead;
  return factsAbout(profile, { ...cycle, lead }, live.facts.values(), at);
}

async function cycleAsOf(store: Ports['store'], head: HeadRow, at: string): Promise<CycleState> {
  const { contactId } = head;
  const stays = (await staysOf(store, contactId)).filter((stay) => covers(stay, at));
  const own = stays.find(({ overlay }) => !overlay);
  const cases = await casesOf(store, contactId);
  const offers: Record<string, string> = {};
  for (const { table, presentedAt } of await offersOf(store, contactId))
    if (presentedAt <= at && presentedAt > (offers[table] ?? '')) offers[table] = presentedAt;
  return {
    stage: own?.stage ?? null,
    stageSince: own ? (own.since ?? own.from) : null,
    overlay: stays.find(({ overlay }) => overlay)?.stage ?? null,
    owner: own ? ownerAt(own, at) : null,
    milestones: reachedBy(at, own?.stay === head.stay ? head.milestones : (own?.milestones ?? {})),
    openCases: cases.filter(({ openedAt, closedAt }) => isWithin(openedAt, closedAt, at)).length,
    offers,
  };
}

const ownerAt = ({ owner, owners = [] }: StayRow, at: string): OwnerRow =>
  owners.find(({ to }) => at < to)?.owner ?? owner;

const covers = ({ from, to }: StayRow, at: string): boolean => isWithin(from, to, at);

const isWithin = (from: string, to: string | undefined, at: string): boolean =>
  from <= at && (to === undefined || at < to);

const reachedBy = (at: string, milestones: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(milestones).filter(([, reachedAt]) => reachedAt <= at));
