/** What an edit answers: the document as it is then, or why it cannot be made. No edit throws, and none changes what it was given. */
export type Edited<D> = { ok: true; document: D } | { ok: false; reason: string };

export const edited = <D>(document: D): Edited<D> => ({ ok: true, document });
export const refused = <D>(reason: string): Edited<D> => ({ ok: false, reason });
