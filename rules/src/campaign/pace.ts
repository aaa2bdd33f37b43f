import type { Campaign } from '../documents/index.ts';

type Pacing = Campaign['pacing'];

/** Seconds between two pages of contacts, so that no minute sees more than the pace allows. */
export const pauseSeconds = ({ batch, perMinute }: Pacing): number => Math.ceil((batch / perMinute) * 60);

/** Pages in which so many contacts enter. */
export const pagesOf = (contacts: number, { batch }: Pick<Pacing, 'batch'>): number =>
  Math.ceil(contacts / batch);

/**
 * How long a run takes at the least: its pauses alone. `audience` contacts fit; the share of the holdout does not enter. What
 * storage and machines need comes on top.
 */
export function leastSeconds(
  audience: number,
  { pacing, holdout }: Pick<Campaign, 'pacing' | 'holdout'>,
): number {
  const entering = Math.round(audience * (1 - holdout.percent / 100));
  return pagesOf(entering, pacing) * pauseSeconds(pacing);
}
