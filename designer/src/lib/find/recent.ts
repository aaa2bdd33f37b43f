/** What was chosen last, newest first: ids of pages, commands and documents. Never contacts: whom somebody looked up is nobody's business. */
const isKept = (id: unknown): id is string => typeof id === 'string' && /^(page|command|document):/.test(id);
const kept = 'baton-recent';
const most = 5;

export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export function recentIn(shelf: Shelf): string[] {
  try {
    const ids: unknown = JSON.parse(shelf.getItem(kept) ?? '[]');
    return Array.isArray(ids) ? ids.filter(isKept).slice(0, most) : [];
  } catch {
    return []; // a shelf that is closed, or holds something else
  }
}

export function rememberIn(shelf: Shelf, id: string): void {
  if (!isKept(id)) return;
  const ids = [id, ...recentIn(shelf).filter((one) => one !== id)].slice(0, most);
  try {
    shelf.setItem(kept, JSON.stringify(ids));
  } catch {
    // Full or closed: then the next search begins without it.
  }
}
