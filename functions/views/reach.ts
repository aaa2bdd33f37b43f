import { Root } from '@baton/rules/conditions/condition.ts';
import type { Facts } from '@baton/rules/conditions/path.ts';
import { reachOf } from '@baton/rules/conditions/reach.ts';
import { Id } from '@baton/rules/documents/common.ts';
import * as z from 'zod';
import type { ReachView } from '../api/views.ts';
import type { LiveLibrary, Ports } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { HeadRow } from '../repositories/rows.ts';
import { factsOf } from '../use-cases/contact-change.ts';
import { textsOf } from './names.ts';
import { rowsIn } from './page.ts';

/** `stages`: ids, `none` for outside the cycle; empty, or `any`, for everybody. */
export const AskReach = z.strictObject({ stages: z.array(Id).max(50).default([]), conditions: Root });
export type AskReach = z.infer<typeof AskReach>;

/** Who somebody is, and the texts by which they are looked for, in lower case. */
export type Person = { id: string; text: string };

/** Contacts as conditions see them, by stage; `people` in the same order. */
export type Population = {
  at: string;
  stages: ReadonlyMap<string, readonly Facts[]>;
  people: ReadonlyMap<string, readonly Person[]>;
  partial: boolean;
};

/** Where nobody is named. */
type Counted = Omit<Population, 'people'>;

export const personOf = (head: HeadRow): Person => ({
  id: head.contactId,
  text: textsOf(head).join('\n').toLowerCase(),
});

/** The roots of facts that a contact has at any time. */
export const rootsOf = (live: Pick<LiveLibrary, 'facts'>): Set<string> => new Set(live.facts.keys());

export function reachView(
  { stages, conditions }: AskReach,
  population: Counted,
  known: ReadonlySet<string>,
): ReachView {
  const all = stages.length === 0 || stages.includes('any');
  const asked = [...population.stages].filter(([stage]) => all || stages.includes(stage));
  const [only, ...others] = asked.map(([, facts]) => facts);
  const contacts = others.length === 0 ? (only ?? []) : together(population, asked);
  return {
    ...reachOf(conditions, contacts, known),
    of: contacts.length,
    at: population.at,
    ...(population.partial ? { partial: true as const } : {}),
  };
}

const joined = new WeakMap<Counted, Map<string, readonly Facts[]>>();

/** Several stages as one list, the same list each time, so that what was worked out about it need not be again. */
function together(population: Counted, asked: readonly [string, readonly Facts[]][]): readonly Facts[] {
  const known = joined.get(population) ?? new Map<string, readonly Facts[]>();
  joined.set(population, known);
  const name = asked.map(([stage]) => stage).join(' ');
  const list = known.get(name) ?? asked.flatMap(([, facts]) => facts);
  known.set(name, list);
  return list;
}

/** Contacts read for one answer where no host keeps them at hand. */
const readAtMost = 2000;

/** The latest of each stage, as many as can be read for one answer. */
export async function readPopulation({
  store,
  documents,
  clock,
}: Pick<Ports, 'store' | 'documents' | 'clock'>): Promise<Population> {
  const live = await documents.live();
  const now = clock.now().toISOString();
  const stages = new Map<string, Facts[]>();
  const people = new Map<string, Person[]>();
  let partial = false;
  const each = Math.ceil(readAtMost / (live.stages.size + 1));
  for (const stage of [...live.stages.keys(), 'none']) {
    const facts: Facts[] = [];
    const those: Person[] = [];
    for await (const item of rowsIn(store, { index: 'g1', pk: `STG#${stage}`, reverse: true }, each + 1)) {
      partial = facts.length === each || partial;
      if (facts.length === each) break;
      const head = parseRow(HeadRow, item);
      facts.push(factsOf({ head, live, now }));
      those.push(personOf(head));
    }
    stages.set(stage, facts);
    people.set(stage, those);
  }
  return { at: now, stages, people, partial };
}
