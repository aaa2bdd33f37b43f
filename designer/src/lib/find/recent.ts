import * as z from 'zod';

/** What was chosen last, newest first: ids of pages, commands and documents. Never contacts: whom somebody looked up is nobody's business. */
const Recent = z.array(z.string().regex(/^(page|command|document):/)).max(50);
const kept = 'baton-recent';
const most = 5;

export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export function recentIn(shelf: Shelf): string[] {
  try {
    return Recent.parse(JSON.parse(shelf.getItem(kept) ?? '[]')).slice(0, most);
  } catch {
    return []; // a shelf that is closed, or holds something else
  }
}

export function rememberIn(shelf: Shelf, id: string): void {
  if (!Recent.safeParse([id]).success) return;
  const ids = [id, ...recentIn(shelf).filter((one) => one !== id)].slice(0, most);
  try {
    shelf.setItem(kept, JSON.stringify(ids));
  } catch {
    // Full or closed: then the next search begins without it.
  }
}
