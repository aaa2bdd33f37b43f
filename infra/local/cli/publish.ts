import { setTimeout } from 'node:timers/promises';
import { isDocumentKind } from '@baton/rules/documents/index.ts';
import * as z from 'zod';
import { Refusal } from './failure.ts';
import { askOwnHost } from './own-host.ts';

const Documents = z.object({
  documents: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      draft: z.object({ state: z.string(), rev: z.number() }).optional(),
    }),
  ),
});
const Publication = z.object({
  id: z.string(),
  status: z.enum(['scheduled', 'publishing', 'live', 'failed', 'cancelled']),
  reason: z.string().optional(),
  startAt: z.string().optional(),
  documents: z.array(z.object({ kind: z.string(), id: z.string(), version: z.number() })),
});
type Publication = z.infer<typeof Publication>;

/** Publishes approved drafts of the host that runs on a data folder: those named, or all. */
export async function publishCommand(
  named: readonly string[],
  { data, at }: { data: string; at?: string },
): Promise<number> {
  const { documents } = await askOwnHost(data, Documents, '/api/documents');
  const wanted = new Set(named.map((place) => namesOf(place).join('/')));
  const chosen = documents.filter(
    ({ kind, id, draft }) =>
      draft !== undefined &&
      (wanted.size === 0 ? draft.state === 'approved' : wanted.delete(`${kind}/${id}`)),
  );
  const [unknown] = wanted;
  if (unknown !== undefined)
    throw new Refusal(`${unknown} has no draft; draft it in the designer, or push a file`);
  if (chosen.length === 0) throw new Refusal('nothing is approved and waits to be published');
  const drafts = chosen.map(({ kind, id, draft }) => ({ kind, id, rev: draft?.rev ?? 0 }));
  return follow(
    data,
    await askOwnHost(data, Publication, '/api/publications', { drafts, ...(at ? { startAt: at } : {}) }),
  );
}

/** Makes an earlier version live again. */
export async function rollbackCommand(
  place: string,
  { data, to, reason }: { data: string; to: string; reason: string },
): Promise<number> {
  const [kind, id] = namesOf(place);
  const version = Number(to);
  if (!Number.isInteger(version) || version < 1) throw new Refusal(`"${to}" is no version; give its number`);
  const path = `/api/documents/${kind}/${encodeURIComponent(id)}/rollback`;
  return follow(data, await askOwnHost(data, Publication, path, { version, note: reason }));
}

function namesOf(place: string): [kind: string, id: string] {
  const [kind = '', id = '', ...more] = place.split('/');
  if (!isDocumentKind(kind) || id === '' || more.length > 0)
    throw new Refusal(`"${place}" names no document; write it as its file, for example journeys/welcome`);
  return [kind, id];
}

const lookEveryMs = 500;

async function follow(data: string, begun: Publication): Promise<number> {
  let publication = begun;
  while (publication.status === 'publishing') {
    await setTimeout(lookEveryMs);
    publication = await askOwnHost(data, Publication, `/api/publications/${publication.id}`);
  }
  const { status, reason, startAt, documents } = publication;
  if (status === 'failed') throw new Refusal(`it was not published: ${reason ?? 'nobody knows why'}`);
  for (const { kind, id, version } of documents)
    process.stdout.write(
      `${status === 'live' ? 'live' : `scheduled for ${startAt}`}  ${kind}/${id} version ${version}\n`,
    );
  return 0;
}
