import type { Explored } from './explore.ts';

/** What was found, turn by turn, with ids as short as they can be told apart by; nothing where nothing was. */
export function told({ violation }: Explored): string {
  if (!violation) return '';
  const turns = violation.schedule.map((turn, at) => `${String(at + 1).padStart(4)}  ${turn}`);
  return [violation.what, ...turns].join('\n').replace(/([a-z0-9]{5})[a-z0-9]{20,}/g, '$1');
}
