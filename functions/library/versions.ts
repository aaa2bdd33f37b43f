import { createHash } from 'node:crypto';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { type DocumentKind, documentKinds, type Template } from '@baton/rules/documents/index.ts';
import type { DocumentOf } from '@baton/rules/documents/parse.ts';
import { compile } from '@baton/rules/journey/compile.ts';
import * as z from 'zod';
import {
  type Item,
  type Key,
  type Manager,
  type Operation,
  type Ports,
  Rejected,
  Transient,
} from '../ports.ts';
import { toItem } from '../repositories/rows.ts';
import { runAt } from '../use-cases/start-run.ts';
import { JourneyState } from './journey-state.ts';

/**
 * Versions of documents, in the Design table.
 *
 * 1. `DOC#<kind>#<id>` / `V#<n>` is a version: immutable, numbered, with the hash of its canonical text.
 * 2. `LIVE` / `<kind>#<id>` says which version is live, who manages the document, and the machine of a journey and
 *    whether it runs. All pointers stand in one partition, so that a consistent read gives one state of the library.
 * 3. `LIVE` / `#` counts the changes of any pointer; whoever remembers the library looks there whether it still holds.
 * 4. A version is published in steps that can each be repeated: put the version, make its machine, flip the pointer.
 *    The pointer is flipped last and only from the version that the new one follows, so an interrupted publication is
 *    finished by repeating it, and of two publications at once one is refused.
 * 5. `V#<n>#HTML#<language>` beside the version of a template is its mail compiled from MJML, put with the version and as
 *    immutable. It is read by whoever sends.
 */
export type Version = { kind: DocumentKind; id: string; version: number };

const Kind = z.custom<DocumentKind>(
  (value) => typeof value === 'string' && Object.hasOwn(documentKinds, value),
);

export const VersionRow = z.object({
  pk: z.string(),
  sk: z.string(),
  hash: z.string(),
  body: z.json(),
  publishedAt: z.string(),
  /** The version that was live when this one was written; 0: none. */
  follows: z.number().default(0),
  machine: z.string().optional(),
  /** Who manages the document once this version is live. */
  managedBy: z.enum(['code', 'designer']).optional(),
  /** Who published it, and why. */
  by: z.string().optional(),
  note: z.string().optional(),
});
export type VersionRow = z.infer<typeof VersionRow>;

export const LiveRow = z.object({
  pk: z.literal('LIVE'),
  sk: z.string(),
  kind: Kind,
  id: z.string(),
  version: z.number(),
  hash: z.string(),
  managedBy: z.enum(['code', 'designer']),
  machine: z.string().optional(),
  retired: z.literal(true).optional(),
  state: JourneyState.optional(),
  stateChanges: z.number().optional(),
});
export type LiveRow = z.infer<typeof LiveRow>;

export const versionsPartition = ({ kind, id }: Pick<Version, 'kind' | 'id'>): string => `DOC#${kind}#${id}`;
export const versionKey = ({ kind, id, version }: Version): Key => ({
  pk: versionsPartition({ kind, id }),
  sk: `V#${String(version).padStart(6, '0')}`,
});
const htmlKey = (version: Version, language: string): Key => {
  const { pk, sk } = versionKey(version);
  return { pk, sk: `${sk}#HTML#${language}` };
};
const liveKey = ({ kind, id }: Pick<Version, 'kind' | 'id'>) => ({
  pk: 'LIVE' as const,
  sk: `${kind}#${id}`,
});
export const changesKey: Key = { pk: 'LIVE', sk: '#' };

type Publishing = Pick<Ports, 'store' | 'workflows' | 'clock' | 'documents'>;

/** Every pointer, retired ones included, in one consistent state. */
export async function livePointers({ store }: Pick<Ports, 'store'>): Promise<LiveRow[]> {
  const pointers: LiveRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ table: 'design', pk: 'LIVE', from: '$', limit: 1000, cursor });
    pointers.push(...page.items.map((item) => LiveRow.parse(item)));
    cursor = page.cursor;
  } while (cursor);
  return pointers;
}

/** How often what is live has changed. */
export async function changesSoFar({ store }: Pick<Ports, 'store'>): Promise<number> {
  const item = await store.get('design', changesKey);
  return typeof item?.changes === 'number' ? item.changes : 0;
}

export async function livePointer(
  { store }: Pick<Ports, 'store'>,
  document: Pick<Version, 'kind' | 'id'>,
): Promise<LiveRow | undefined> {
  const item = await store.get('design', liveKey(document));
  return item && LiveRow.parse(item);
}

export async function readVersion({ store }: Pick<Ports, 'store'>, version: Version): Promise<VersionRow> {
  const item = await store.get('design', versionKey(version));
  if (!item) throw new Rejected(`no version ${version.version} of ${version.kind}/${version.id}`);
  return VersionRow.parse(item);
}

/** The mail of a template's version in one language, as HTML; `undefined` for plain text. */
export async function readHtml(
  { store }: Pick<Ports, 'store'>,
  version: Version,
  language: string,
): Promise<string | undefined> {
  const item = await store.get('design', htmlKey(version, language));
  return typeof item?.html === 'string' ? item.html : undefined;
}

/** The one text of a document, and the hash by which two versions are known to be the same. */
export function contentOf<K extends DocumentKind>(
  kind: K,
  document: DocumentOf<K>,
): { text: string; hash: string } {
  const text = canonicalText(kind, document);
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

/** Where a version comes from. A document may name another manager, and hands itself over by that. */
export type Origin = { manager: Manager; by?: string; note?: string };

/**
 * Puts the next version of a document where its content differs from what is live; `undefined`: it is live already.
 * Throws `Rejected` for a template whose texts cannot be sent.
 */
export async function putVersion<K extends DocumentKind>(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  kind: K,
  document: DocumentOf<K>,
  { manager, by, note }: Origin = { manager: 'code' },
): Promise<Version | undefined> {
  const { id } = document;
  const { text, hash } = contentOf(kind, document);
  const live = await livePointer({ store }, { kind, id });
  if (live?.hash === hash && !live.retired) return undefined;

  const html = kind === 'templates' ? await htmlOf(documentKinds.templates.parse(document)) : [];
  const follows = live?.version ?? 0;
  for (let number = follows + 1; ; number++) {
    const version = { kind, id, version: number };
    const row: VersionRow = {
      ...versionKey(version),
      hash,
      body: JSON.parse(text),
      publishedAt: clock.now().toISOString(),
      follows,
      managedBy: document.managedBy ?? manager,
      by,
      note,
    };
    const mails = html.map(([language, text]) => ({ ...htmlKey(version, language), html: text }));
    if (await holds(store, row, mails)) return version;
  }
}

/** Loaded by whoever puts a template: MJML is four times as much code as all the rest. */
async function htmlOf(template: Template): Promise<[language: string, html: string][]> {
  const { compileTemplate } = await import('../templates/check-templates.ts');
  const { html, problems } = await compileTemplate(template);
  const [first] = problems;
  if (first) throw new Rejected(`${first.document} ${first.path}: ${first.message}`);
  return [...html];
}

/**
 * Whether a number holds this content now: it was free, or an interrupted publication of the same put it there. What
 * somebody else put under the number stays as it is, and so does the machine that was made for it.
 */
async function holds(store: Ports['store'], row: VersionRow, mails: readonly Item[]): Promise<boolean> {
  const { pk, sk, hash, follows } = row;
  const put = await store.transact(
    [toItem(row), ...mails].map((item) => ({ kind: 'put', table: 'design', item, if: { absent: true } })),
  );
  if (put.ok) return true;
  const taken = await store.transact([
    { kind: 'update', table: 'design', key: { pk, sk }, set: { follows }, if: { equals: { hash } } },
  ]);
  return taken.ok;
}

/** Gives a journey's version a machine of its own; other documents need none. */
export async function makeMachine(
  { store, workflows }: Pick<Ports, 'store' | 'workflows'>,
  version: Version,
): Promise<void> {
  if (version.kind !== 'journeys') return;
  const row = await readVersion({ store }, version);
  const journey = documentKinds.journeys.parse(row.body);
  const machine = await workflows.publish({
    journey: journey.id,
    version: version.version,
    definition: compile(journey, { version: version.version }),
  });
  await store.transact([
    { kind: 'update', table: 'design', key: versionKey(version), set: { machine }, if: { present: true } },
  ]);
}

export type Retired = Pick<Version, 'kind' | 'id'>;

/** How many documents can change together: a transaction holds 100 rows, and two more tell of the change. */
export const togetherAtMost = 98;

export type Change = {
  versions: readonly Version[];
  retire: readonly Retired[];
  /** Written in the transaction of the (last) documents. */
  along?: Operation;
  /** Only if what is live has changed so often. */
  changes?: number;
};

/**
 * Makes versions live and retires documents, as many in one transaction as it holds, so that documents which need each
 * other change together. What is retired decides nothing any more; its versions stay for those who are inside them.
 */
export async function goLive(ports: Publishing, { versions, retire, along, changes }: Change): Promise<void> {
  const operations = [
    ...(await Promise.all(versions.map((version) => flip(ports, version)))),
    ...(await Promise.all(retire.map((document) => retirement(ports, document)))),
    along,
  ].filter((operation) => operation !== undefined);
  const atOnce = togetherAtMost + 1;
  for (let from = 0; from < operations.length; from += atOnce) {
    const { ok } = await ports.store.transact([
      ...operations.slice(from, from + atOnce),
      {
        kind: 'update',
        table: 'design',
        key: changesKey,
        add: { changes: 1 },
        ...(changes === undefined ? {} : { if: { equals: { changes: changes || null } } }),
      },
    ]);
    if (!ok) throw new Transient('one of the documents was published by somebody else meanwhile');
  }
  await ports.documents.refresh();
}

/** Plans the runs of those among the documents that are campaigns, by what is live of them; repeating it is harmless. */
export async function planRuns(
  { documents, workflows }: Pick<Publishing, 'documents' | 'workflows'>,
  changed: readonly Retired[],
): Promise<void> {
  await documents.refresh();
  const { campaigns } = await documents.live();
  for (const { kind, id } of changed) {
    if (kind !== 'campaigns') continue;
    const at = campaigns.get(id)?.schedule.at ?? null;
    // The machine claims the run by its time, so it takes place once.
    await workflows.plan(id, at === null ? undefined : runAt(id, new Date(at).toISOString()));
  }
}

async function flip(ports: Publishing, version: Version): Promise<Operation | undefined> {
  const live = await livePointer(ports, version);
  if (live?.version === version.version && !live.retired) return undefined;
  const row = await readVersion(ports, version);
  if ((live?.version ?? 0) !== row.follows && live?.version !== version.version)
    throw new Rejected(
      `${version.kind}/${version.id}: version ${live?.version} was published meanwhile; look at it and publish again`,
    );
  const key = liveKey(version);
  const set = {
    kind: version.kind,
    id: version.id,
    version: version.version,
    hash: row.hash,
    managedBy: row.managedBy ?? 'code',
    ...(row.machine === undefined ? {} : { machine: row.machine }),
  };
  if (!live) return { kind: 'put', table: 'design', item: { ...key, ...set }, if: { absent: true } };
  // Whatever else the pointer says, such as that the journey is paused, a new version does not change.
  const remove = ['retired', ...(row.machine === undefined ? ['machine'] : [])];
  return { kind: 'update', table: 'design', key, set, remove, if: { equals: { version: live.version } } };
}

async function retirement(ports: Publishing, document: Retired): Promise<Operation | undefined> {
  const live = await livePointer(ports, document);
  if (!live || live.retired) return undefined;
  return {
    kind: 'update',
    table: 'design',
    key: liveKey(document),
    set: { retired: true },
    if: { equals: { version: live.version } },
  };
}
