import { createHash } from 'node:crypto';
import type { DocumentKind } from '@baton/rules/documents/index.ts';
import type { Operation } from '../ports.ts';

/**
 * Who changed what, and why: `CHANGE#<instant>#<hash>` beside the document that was changed, and all of it by time in one
 * list (`views/audit.ts`). An entry is written in the transaction of the change, and never changed or removed.
 */
export type Audited = {
  at: string;
  by: string;
  /** A sentence without its subject: "sent it for review". */
  what: string;
  about?: { kind: DocumentKind; id: string };
  note?: string;
};

export const auditList = 'AUDIT';

/** `cause` tells entries of one instant apart; the same change written again is the same entry. */
export function auditOperation({ about, at, by, what, note }: Audited, cause: string): Operation {
  const pk = about ? `DOC#${about.kind}#${about.id}` : auditList;
  const hash = createHash('sha256').update(`${pk} ${what} ${cause}`).digest('hex').slice(0, 12);
  return {
    kind: 'put',
    table: 'design',
    item: {
      pk,
      sk: `CHANGE#${at}#${hash}`,
      ...listed(at, hash),
      at,
      by,
      what,
      ...(about ? { kind: about.kind, document: about.id } : {}),
      ...(note === undefined ? {} : { note }),
    },
  };
}

/** What places an entry in the list of all. */
export const listed = (at: string, name: string) => ({ g1pk: auditList, g1sk: `${at}#${name}` });
