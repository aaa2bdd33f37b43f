import type { Way } from '@baton/rules/cycle/ways.ts';

/** Where the document is edited that leads contacts along a way. */
export const pageOfWay = ({ kind, id }: Pick<Way, 'kind' | 'id'>): string =>
  `${kind === 'handover' ? '/cycle/handovers' : '/rules'}/${encodeURIComponent(id)}`;
