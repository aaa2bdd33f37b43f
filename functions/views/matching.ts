import { Root } from '@baton/rules/conditions/condition.ts';
import { evaluatorOf } from '@baton/rules/conditions/evaluator.ts';
import { Id } from '@baton/rules/documents/common.ts';
import * as z from 'zod';
import type { MatchingView } from '../api/views.ts';
import { type Ports, Rejected } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { HeadRow, headKey } from '../repositories/rows.ts';
import { contactLine } from './contacts.ts';
import type { Population } from './reach.ts';

/** `stages` as for reach; `q`: part of a name or address; `after`: where the page before ended. */
export const AskMatching = z.strictObject({
  stages: z.array(Id).max(50).default([]),
  conditions: Root,
  q: z.string().max(200).default(''),
  after: z.string().max(400).optional(),
});
export type AskMatching = z.infer<typeof AskMatching>;

/** One page of those whom a condition fits, by id, and how many there are in all. */
export type Matches = {
  ids: string[];
  cursor?: string;
  counts: Pick<MatchingView, 'fit' | 'unknown' | 'of' | 'at' | 'partial'>;
};

const pageSize = 50;

/** Whom a condition fits surely. Of whom nobody knows whether it fits are counted, and not in the list. */
export function matchesIn({ stages, conditions, q, after }: AskMatching, population: Population): Matches {
  const all = stages.length === 0 || stages.includes('any');
  const sought = q.trim().toLowerCase();
  const { outcomeOf } = evaluatorOf(conditions);
  const fitting: string[] = [];
  let [of, unknown] = [0, 0];
  for (const [stage, people] of population.people) {
    if (!all && !stages.includes(stage)) continue;
    const facts = population.stages.get(stage) ?? [];
    for (const [index, { id, text }] of people.entries()) {
      if (sought && !text.includes(sought)) continue;
      of++;
      const outcome = outcomeOf(facts[index] ?? {});
      if (outcome === 'true') fitting.push(id);
      else if (outcome === 'unknown') unknown++;
    }
  }
  const begin = after === undefined ? 0 : placeAfter(after, fitting);
  const ids = fitting.slice(begin, begin + pageSize);
  const last = ids.at(-1);
  const isMore = begin + ids.length < fitting.length;
  return {
    ids,
    ...(isMore && last !== undefined ? { cursor: `${begin + ids.length}.${last}` } : {}),
    counts: {
      ...{ fit: fitting.length, unknown, of, at: population.at },
      ...(population.partial ? { partial: true as const } : {}),
    },
  };
}

/** Behind the contact that the last page ended with; where it fits no longer, at the same place of the list. */
function placeAfter(cursor: string, fitting: readonly string[]): number {
  const [, place, id = ''] = /^(\d{1,9})\.(.+)$/.exec(cursor) ?? [];
  if (place === undefined)
    throw new Rejected(
      'after: this cursor was not given out by this list; leave it out to start from the beginning',
    );
  const index = fitting.indexOf(id);
  return index < 0 ? Number(place) : index + 1;
}

/** The page with what the list of contacts shows of each, as it stands now. */
export async function matchingView(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  { ids, cursor, counts }: Matches,
): Promise<MatchingView> {
  const live = await documents.live();
  const heads = await Promise.all(ids.map((id) => store.get('core', headKey(id))));
  const contacts = heads.flatMap((head) => (head ? [contactLine(parseRow(HeadRow, head), live)] : []));
  return { contacts, ...(cursor === undefined ? {} : { cursor }), ...counts };
}
