import { type DocumentKind, documentKinds, type Library } from '@baton/rules/documents/index.ts';
import type { Ports } from '../ports.ts';
import {
  goLive,
  livePointers,
  makeMachine,
  planRuns,
  putVersion,
  type Retired,
  type Version,
} from './versions.ts';

export type Published = { live: Version[]; retired: Retired[]; left: Retired[] };

/**
 * Makes the documents of a folder live. A document whose content has not changed keeps its version; what the folder no
 * longer holds is retired. Documents that the designer manages are left as they are (`left`): whoever edited them there
 * would lose the edit. Whatever is interrupted is finished by repeating it.
 */
export async function publishLibrary(
  ports: Pick<Ports, 'store' | 'workflows' | 'clock' | 'documents'>,
  library: Library,
): Promise<Published> {
  const pointers = await livePointers(ports);
  const designed = new Set(
    pointers.filter(({ managedBy, retired }) => managedBy === 'designer' && !retired).map(({ sk }) => sk),
  );
  const live: Version[] = [];
  const left: Retired[] = [];
  for (const kind of kinds()) {
    for (const document of library[kind].values()) {
      if (designed.has(`${kind}#${document.id}`)) {
        left.push({ kind, id: document.id });
        continue;
      }
      const version = await putVersion(ports, kind, document);
      if (version) live.push(version);
    }
  }
  for (const version of live) await makeMachine(ports, version);
  const retired = pointers
    .filter(
      (pointer) => !pointer.retired && !designed.has(pointer.sk) && !library[pointer.kind].has(pointer.id),
    )
    .map(({ kind, id }) => ({ kind, id }));
  if (live.length + retired.length > 0) await goLive(ports, { versions: live, retire: retired });
  await planRuns(ports, await livePointers(ports));
  return { live, retired, left };
}

export const kinds = (): DocumentKind[] =>
  Object.keys(documentKinds).filter((kind): kind is DocumentKind => kind in documentKinds);
