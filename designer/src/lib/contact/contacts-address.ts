/** The address of the list with what it is narrowed to. */
export function contactsAddress(to: { stage: string; q: string; filter?: string }): string {
  const search = new URLSearchParams(Object.entries(to).filter(([, value]) => value !== '')).toString();
  return search ? `/contacts?${search}` : '/contacts';
}
