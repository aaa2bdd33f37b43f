import { isTimeZone, nextOpen, outside, scheduleOf } from '../time/local-schedule.ts';
import type { ChannelRules } from './channel-rules.ts';

/** The zone by whose clock quiet hours are kept: the contact's own where it is known, else the company's. */
export const zoneFor = ({ timeZone }: Pick<ChannelRules, 'timeZone'>, own: unknown): string =>
  isTimeZone(own) ? own : timeZone;

/**
 * Until when nothing may be sent at an instant (epoch ms), because the wall clock of a zone shows quiet hours; `undefined`
 * where it may be sent now. `null`: it never may.
 */
export function quietUntil(
  quietHours: ChannelRules['quietHours'],
  timeZone: string,
  at: number,
): number | null | undefined {
  if (quietHours.length === 0) return undefined;
  const until = nextOpen(outside(scheduleOf(quietHours)), timeZone, at);
  if (until === undefined) return null;
  return until === at ? undefined : until;
}
