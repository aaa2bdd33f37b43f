import { Root } from '@baton/rules/conditions/condition.ts';

/** Longer filters are no addresses any more that people can send each other. */
const longest = 6000;

/** The condition that stands in an address; nothing where somebody wrote something else there. */
export function readFilter(text: string): Root | undefined {
  if (text === '' || text.length > longest) return undefined;
  try {
    const read = Root.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** What an address says of a condition; nothing where it is too long for one. */
export function writeFilter(root: Root): string | undefined {
  const text = JSON.stringify(root);
  return text.length > longest ? undefined : text;
}
