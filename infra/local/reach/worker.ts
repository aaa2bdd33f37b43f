import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { createDocuments } from '@baton/functions/library/documents.ts';
import type { LiveLibrary } from '@baton/functions/ports.ts';
import { parseRow } from '@baton/functions/repositories/read.ts';
import { HeadRow } from '@baton/functions/repositories/rows.ts';
import { factsOf } from '@baton/functions/use-cases/contact-change.ts';
import { matchesIn } from '@baton/functions/views/matching.ts';
import { type Person, type Population, personOf, reachView, rootsOf } from '@baton/functions/views/reach.ts';
import type { Facts } from '@baton/rules/conditions/path.ts';
import type { Asked, Told } from './reach.ts';

/**
 * Keeps the facts of every contact of a folder at hand and answers whom a condition fits, beside the thread that works: a
 * question while somebody types must hold up nobody. The facts are those of the last look; a look that is older than half
 * a minute answers once more and is then renewed.
 */
const freshMs = 30_000;
const path: string = workerData.path;

let looked: { population: Population; live: LiveLibrary; tookAt: number } | undefined;
let looking: Promise<void> | undefined;

parentPort?.on('message', (asked: Asked) => {
  const { id } = asked;
  answer(asked)
    .then((answered): Told => ({ id, ...answered }))
    .catch((error: unknown): Told => ({ id, error: error instanceof Error ? error.message : String(error) }))
    .then((told) => parentPort?.postMessage(told));
});

async function answer(asked: Asked) {
  if (!looked) await look();
  if (!looked) throw new Error('the contacts could not be read');
  const { population, live } = looked;
  const answered =
    asked.kind === 'reach'
      ? { view: reachView(asked.ask, population, rootsOf(live)) }
      : { matches: matchesIn(asked.ask, population) };
  if (Date.now() - looked.tookAt > freshMs) setTimeout(() => void look());
  return answered;
}

function look(): Promise<void> {
  looking ??= read().finally(() => {
    looking = undefined;
  });
  return looking;
}

async function read(): Promise<void> {
  const sql = new DatabaseSync(path, { readOnly: true });
  try {
    const now = new Date();
    const refuse = () => {
      throw new Error('this thread only reads');
    };
    const tables = { sql, write: () => undefined as never, durable: async () => {}, close: refuse };
    const store = createSqliteStore(tables);
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const documents = await createDocuments({ store, log, clock: { now: () => now } });
    const live = await documents.live();
    looked = { population: peopleIn(sql, live, now.toISOString()), live, tookAt: Date.now() };
  } finally {
    sql.close();
  }
}

function peopleIn(sql: DatabaseSync, live: LiveLibrary, at: string): Population {
  const rows = sql.prepare('SELECT body FROM core WHERE g1pk = ? ORDER BY g1sk DESC');
  const stages = new Map<string, Facts[]>();
  const people = new Map<string, Person[]>();
  for (const stage of [...live.stages.keys(), 'none']) {
    const facts: Facts[] = [];
    const those: Person[] = [];
    for (const { body } of rows.iterate(`STG#${stage}`)) {
      const head = parseRow(HeadRow, JSON.parse(String(body)));
      facts.push(factsOf({ head, live, now: at }));
      those.push(personOf(head));
    }
    stages.set(stage, facts);
    people.set(stage, those);
  }
  return { at, stages, people, partial: false };
}
