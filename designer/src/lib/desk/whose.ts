import type { DeskLine } from '@baton/functions/api/views.ts';

/** What of some lines is for somebody whom records call by these names, and how many of them somebody else of the team has. */
export function forMe(
  lines: readonly DeskLine[],
  names: readonly string[],
): { lines: DeskLine[]; withOthers: number } {
  const mine = lines.filter(({ person }) => person === undefined || names.includes(person));
  return { lines: mine, withOthers: lines.length - mine.length };
}

/** What waits of one contact: the first line leads, the others stand under it. */
export type OfContact = { lead: DeskLine; others: DeskLine[] };

/** Contacts in the order of the first line of each, and in each group its lines in their order. */
export function byContact(lines: readonly DeskLine[]): OfContact[] {
  const groups = new Map<string, OfContact>();
  for (const line of lines) {
    const group = groups.get(line.contactId);
    if (group) group.others.push(line);
    else groups.set(line.contactId, { lead: line, others: [] });
  }
  return [...groups.values()];
}
