import { rulesOf } from '@baton/rules/sending/channel-rules.ts';
import type { LiveLibrary } from '../ports.ts';
import type { OutboxRow, SendRow } from '../repositories/rows.ts';
import { cappedSlots } from './frequency-cap.ts';

/** What still binds a permitted message when it leaves: the pace of its channel, and for marketing quiet hours and caps. */
export function departureOf(
  live: LiveLibrary,
  { channel, purpose }: Pick<SendRow, 'channel' | 'purpose'>,
  timeZone: string,
): Pick<Extract<OutboxRow, { kind: 'DISPATCH' }>, 'rate' | 'quiet' | 'caps'> {
  const { rate, quietHours } = rulesOf(live.channels, channel);
  if (purpose !== 'marketing') return { rate };
  const caps = cappedSlots(live, channel);
  return {
    rate,
    ...(quietHours.length > 0 ? { quiet: { timeZone, hours: quietHours } } : {}),
    ...(caps.length > 0 ? { caps } : {}),
  };
}
