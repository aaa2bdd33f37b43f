import type { Journey, Settings } from '../documents/index.ts';

/** Which draw keeps a contact out of a journey. */
export type Holdout = 'global' | 'journey';

type Draw = { percent: number; salt: string };

/** Whether a journey sends marketing or presents offers; what only serves is for everybody. */
export const isMarketing = ({ steps }: Pick<Journey, 'steps'>): boolean =>
  Object.values(steps).some(
    (step) => step.kind === 'offer' || (step.kind === 'send' && step.purpose === 'marketing'),
  );

/**
 * The draw that keeps a contact out of a journey for ever, the global one first. `dice` gives the contact's own sticky
 * number for a salt, so draws by different salts are independent.
 */
export function heldOutBy(
  journey: Pick<Journey, 'steps' | 'holdout' | 'globalHoldout'>,
  settings: Iterable<Settings>,
  dice: (salt: string) => number,
): Holdout | undefined {
  const concerned = journey.globalHoldout !== false && isMarketing(journey);
  if (concerned && inGlobalHoldout(settings, dice)) return 'global';
  return journey.holdout && isDrawn(journey.holdout, dice) ? 'journey' : undefined;
}

/** Whether a contact belongs to the share that gets no marketing at all. */
export function inGlobalHoldout(settings: Iterable<Settings>, dice: (salt: string) => number): boolean {
  for (const { globalHoldout } of settings) if (globalHoldout && isDrawn(globalHoldout, dice)) return true;
  return false;
}

const isDrawn = ({ percent, salt }: Draw, dice: (salt: string) => number): boolean => dice(salt) < percent;
