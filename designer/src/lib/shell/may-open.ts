import { mayDo } from '#lib/session/me.svelte.ts';
import { type Place, placeOf } from './places.ts';

/** An address, if whoever works here may open it: nobody is led to where they may do nothing. */
export function ifOpen(href: string | undefined): string | undefined {
  const path = href?.split('?')[0] ?? '';
  const place = placeOf(path);
  return place && !mayOpen(place, path) ? undefined : href;
}

export const mayOpen = ({ right, opens = right, within }: Place, path: string): boolean =>
  mayDo(opens) || (within?.[path] !== undefined && mayDo(within[path]));
