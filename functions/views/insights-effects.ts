import type { Journey } from '@baton/rules/documents/index.ts';
import type { EffectView } from '../api/views.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { getHead } from '../repositories/read.ts';
import { EnrolmentRow, enrolmentList, HoldoutRow } from '../repositories/rows.ts';
import { latestIn, type Read } from './insights-lists.ts';

/** Contacts looked at of each side; each of them is one read. */
const most = 500;
const entered = ['active', 'paused', 'completed', 'exited', 'failed'] as const;

type Side = ReadonlyMap<string, string>;

/**
 * What journeys and campaigns are worth: of those who entered, and of those whom a draw kept out, how many did afterwards what
 * the journey is for. Both are asked the same of the same head: whether its event came at all since they entered or
 * would have entered. So what else the goal asks of the event is left aside on both sides.
 */
export async function effectsOf(store: Store, live: LiveLibrary, since: string): Promise<EffectView[]> {
  const effects: EffectView[] = [];
  for (const journey of live.journeys.values()) {
    const campaigns = [...live.campaigns.values()].filter((campaign) => campaign.journey === journey.id);
    if (!journey.holdout && campaigns.every(({ holdout }) => holdout.percent === 0)) continue;
    const held = await latestIn(store, `HLD#${journey.id}`, HoldoutRow, { from: since, most });
    const inside = await enteredIn(store, journey.id, since);
    if (journey.holdout) {
      const kept = held.rows.filter(({ by }) => by !== 'campaign');
      const own = inside.rows.filter(({ event }) => event.campaign === undefined);
      effects.push(
        await compare(store, { kind: 'journeys', document: journey, journey, inside: own, kept, since }, [
          held,
          inside,
        ]),
      );
    }
    for (const document of campaigns) {
      const kept = held.rows.filter(({ campaign }) => campaign === document.id);
      const own = inside.rows.filter(({ event }) => event.campaign === document.id);
      effects.push(
        await compare(store, { kind: 'campaigns', document, journey, inside: own, kept, since }, [
          held,
          inside,
        ]),
      );
    }
  }
  return effects;
}

async function enteredIn(store: Store, journey: string, from: string): Promise<Read<EnrolmentRow>> {
  const read = await Promise.all(
    entered.map((state) => latestIn(store, enrolmentList(journey, state), EnrolmentRow, { from, most })),
  );
  const rows = read.flatMap((one) => one.rows).sort((a, b) => (a.enteredAt > b.enteredAt ? -1 : 1));
  return { rows: rows.slice(0, most), more: rows.length > most || read.some(({ more }) => more) };
}

type Question = {
  kind: EffectView['kind'];
  document: { id: string; title: string };
  journey: Journey;
  inside: readonly EnrolmentRow[];
  kept: readonly HoldoutRow[];
  since: string;
};

async function compare(
  store: Store,
  { kind, document, journey, inside, kept, since }: Question,
  [held, all]: [Read<HoldoutRow>, Read<EnrolmentRow>],
): Promise<EffectView> {
  // Both sides must have been there at the same time: where one was not read to its end, both begin where it ends.
  const begins = [since];
  if (held.more) begins.push(held.rows.at(-1)?.since ?? since);
  if (all.more) begins.push(all.rows.at(-1)?.enteredAt ?? since);
  const from = begins.sort().at(-1) ?? since;
  const event = journey.goal?.event;
  const treated = firstOf(
    inside.map(({ contactId, enteredAt }) => [contactId, enteredAt]),
    from,
  );
  const heldOut = firstOf(
    kept.map((row) => [row.contactId, row.since]),
    from,
  );
  return {
    ...{ kind, id: document.id, title: document.title, from },
    ...(held.more || all.more ? { more: true } : {}),
    ...(event === undefined ? {} : { event }),
    treated: { of: treated.size, with: event === undefined ? 0 : await countDone(store, treated, event) },
    heldOut: { of: heldOut.size, with: event === undefined ? 0 : await countDone(store, heldOut, event) },
  };
}

/** Each contact once, with when it began first. */
function firstOf(begun: readonly [contact: string, at: string][], from: string): Side {
  const first = new Map<string, string>();
  for (const [contact, at] of begun) {
    const known = first.get(contact);
    if (at >= from && (known === undefined || at < known)) first.set(contact, at);
  }
  return first;
}

async function countDone(store: Store, side: Side, event: string): Promise<number> {
  let done = 0;
  const contacts = [...side];
  for (let from = 0; from < contacts.length; from += 25)
    for (const did of await Promise.all(
      contacts.slice(from, from + 25).map(async ([contactId, at]) => {
        const last = (await getHead(store, contactId))?.seen[event]?.last;
        return last !== undefined && last >= at;
      }),
    ))
      if (did) done += 1;
  return done;
}
