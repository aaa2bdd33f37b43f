import { isOver } from '@baton/rules/cases/life.ts';
import { teamNamed } from '@baton/rules/cycle/teams.ts';
import type { ContactLine, ContactsView, OwnerView } from '../api/views.ts';
import { type Item, type LiveLibrary, type Ports, Rejected, type Store } from '../ports.ts';
import { casesOf, parseRow } from '../repositories/read.ts';
import { contactOf, HeadRow, type OwnerRow } from '../repositories/rows.ts';
import { type Place, readCursor } from './cursor.ts';
import { stageTitle } from './labels.ts';
import { nameOf, textsOf } from './names.ts';
import { type Found, readPage, walk } from './page.ts';

/**
 * Contacts of one stage (`none`: outside the cycle) or of all stages in the order of the cycle, those that came last
 * first. `q` keeps those in whose name, identifiers or e-mail address it occurs. Throws `Rejected` for a stage or
 * cursor that does not exist.
 */
export async function contactsView(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  query: { stage?: string; q?: string; cursor?: string },
): Promise<ContactsView> {
  const live = await documents.live();
  const lists = query.stage ? listsOfStage(live, query.stage) : allLists(live);
  const sought = query.q?.trim().toLowerCase() ?? '';
  const start = readCursor(query.cursor, lists);
  const { lines, cursor } = await readPage(contacts(store, lists, sought !== '', start), async (item) => {
    const head = await headBehind(store, item);
    if (!head || (sought && !textsOf(head).some((text) => text.toLowerCase().includes(sought))))
      return undefined;
    return contactLine(parseRow(HeadRow, head), live);
  });
  return { contacts: lines, ...(cursor ? { cursor } : {}) };
}

function listsOfStage(live: LiveLibrary, stage: string): string[] {
  if (stage !== 'none' && !live.stages.has(stage))
    throw new Rejected(
      `stage: there is no stage "${stage}"; use ${[...live.stages.keys(), 'none'].join(', ')}`,
    );
  return live.stages.get(stage)?.overlay ? [`STG#${stage}`, 'CASE#open'] : [`STG#${stage}`];
}

function allLists(live: LiveLibrary): string[] {
  const stages = [...live.stages.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return [...stages.map(({ id }) => `STG#${id}`), 'STG#none'];
}

/** The lists one after the other. */
async function* contacts(
  store: Store,
  lists: readonly string[],
  seeking: boolean,
  start: Place | undefined,
): AsyncGenerator<Found> {
  const first = start ? lists.indexOf(start.list) : 0;
  for (const [index, name] of lists.slice(first).entries())
    yield* walk(
      store,
      { name, partitions: [name], index: 'g1', reverse: true, ...(seeking ? { chunk: 500 } : {}) },
      index === 0 ? start : undefined,
    );
}

/** A contact under an overlay is found by its open cases, and shown at the one that is due last. */
async function headBehind(store: Store, item: Item): Promise<Item | undefined> {
  if (item.sk === 'HEAD') return item;
  const head = await store.get('core', { pk: item.pk, sk: 'HEAD' });
  if (!head || head.openCases === 1) return head;
  const open = (await casesOf(store, contactOf(item.pk))).filter(({ status }) => !isOver(status));
  const last = open
    .map(({ g1sk = '', sk }) => `${g1sk} ${sk}`)
    .sort()
    .at(-1);
  return last === `${item.g1sk} ${item.sk}` ? head : undefined;
}

export function contactLine(head: HeadRow, live: Pick<LiveLibrary, 'stages' | 'settings'>): ContactLine {
  return {
    id: head.contactId,
    name: nameOf(head),
    stage: head.stage,
    stageTitle: stageTitle(live, head.stage),
    since: head.stageSince,
    overlay: head.overlay?.stage ?? null,
    owner: head.owner && ownerView(head.owner, live),
    lastEventAt: head.lastEventAt,
  };
}

/** The team answers for a contact that nobody of it owns in person; then whoever leads it is who to turn to. */
function ownerView(owner: OwnerRow, { settings }: Pick<LiveLibrary, 'settings'>): OwnerView {
  const lead = owner.person === undefined ? teamNamed(settings.values(), owner.team)?.lead : undefined;
  return lead === undefined ? owner : { ...owner, lead };
}
