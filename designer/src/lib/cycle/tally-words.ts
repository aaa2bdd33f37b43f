import type { CycleView } from '@baton/functions/api/views.ts';
import Ban from '@lucide/svelte/icons/ban';
import ClockAlert from '@lucide/svelte/icons/clock-alert';
import Inbox from '@lucide/svelte/icons/inbox';
import { sayLength } from '#lib/time/spans.ts';

export type HandoverNumbers = CycleView['handovers'][string];
export type StageNumbers = CycleView['stages'][string];

/** What stands on an arrow, with what each of the figures means. */
export const tallies = [
  {
    name: 'ready',
    icon: Inbox,
    look: 'text-ink',
    about: 'Offered, and not yet accepted or returned by the receiving team.',
  },
  {
    name: 'blocked',
    icon: Ban,
    look: 'text-risk',
    about: 'Ready but for something in the pack that somebody must find out first.',
  },
  {
    name: 'overdue',
    icon: ClockAlert,
    look: 'text-bad',
    about: 'Nobody answered in time, and nobody has seen to it since.',
  },
] as const;

/** "12 days": half of those who are here have been here so long or longer. */
export const sayMedian = ({ seconds, atLeast }: NonNullable<StageNumbers['median']>): string =>
  `${atLeast ? 'over ' : ''}${sayLength(seconds * 1000)}`;

export const medianAbout = 'Half of those who are in the stage now have been in it for so long or longer.';
