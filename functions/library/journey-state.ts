import * as z from 'zod';
import type { Key, Ports } from '../ports.ts';

/** What people decided about a whole journey, whichever version is live. */
export const JourneyStatus = z.enum(['running', 'paused', 'stopped']);
export type JourneyStatus = z.infer<typeof JourneyStatus>;

/**
 * Stands in the journey's `LIVE` pointer; a journey without one runs. Publishing leaves it alone. `settledAt`: what
 * follows from it is done, nobody is left to be let go on or to leave. `stoppedAt`: the last stop, whose messages are
 * not sent any more, also after the journey was started again.
 */
export const JourneyState = z.object({
  status: JourneyStatus,
  since: z.string(),
  by: z.string(),
  reason: z.string(),
  settledAt: z.string().optional(),
  stoppedAt: z.string().optional(),
});
export type JourneyState = z.infer<typeof JourneyState>;

const Pointer = z.object({
  state: JourneyState.optional(),
  /** How often the state has changed: of two changes at once one is refused. */
  stateChanges: z.number().default(0),
});
export type StatePointer = z.infer<typeof Pointer>;

export const statePointerKey = (journey: string): Key => ({ pk: 'LIVE', sk: `journeys#${journey}` });

/** The state as it is stored this moment; `undefined` where no such journey was ever published. */
export async function readStatePointer(
  { store }: Pick<Ports, 'store'>,
  journey: string,
): Promise<StatePointer | undefined> {
  const item = await store.get('design', statePointerKey(journey));
  return item && Pointer.parse(item);
}

/** Who changed the state of a journey when and why, the earliest first. */
export const AuditRow = z.object({
  pk: z.string(),
  sk: z.string(),
  at: z.string(),
  by: z.string(),
  reason: z.string(),
  from: JourneyStatus,
  to: JourneyStatus,
});
export type AuditRow = z.infer<typeof AuditRow>;

export const auditPartition = (journey: string): string => `DOC#journeys#${journey}`;
export const auditPrefix = 'AUDIT#';
