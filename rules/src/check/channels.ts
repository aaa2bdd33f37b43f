import type { ChannelDocument, Library } from '../documents/index.ts';
import { quietUntil } from '../sending/quiet-hours.ts';
import { parseDuration } from '../time/duration.ts';
import { type Problem, problem } from './problems.ts';

/** Longest windows that are counted: what a cap remembers stands in one row. */
const longestCapMs = 366 * 86_400_000;
const longestRateMs = 86_400_000;

export function checkChannels(library: Library): Problem[] {
  return [...library.channels.values()].flatMap((channel) => [
    ...checkQuietHours(channel),
    ...channel.caps.flatMap(({ within }, index) =>
      checkSpan(within, longestCapMs, '366 days', channel.id, `caps.${index}.within`),
    ),
    ...(channel.rate ? checkSpan(channel.rate.per, longestRateMs, 'a day', channel.id, 'rate.per') : []),
  ]);
}

/** In UTC, because whether there is an open minute in a week does not depend on the zone. */
function checkQuietHours({ id, quietHours }: ChannelDocument): Problem[] {
  if (quietUntil(quietHours, 'UTC', 0) !== null) return [];
  return [
    problem('always-quiet', `channels/${id}`, 'quietHours', 'The quiet hours leave no minute of the week.'),
  ];
}

function checkSpan(span: string, longest: number, name: string, id: string, path: string): Problem[] {
  const ms = parseDuration(span);
  if (ms > 0 && ms <= longest) return [];
  const what = ms === 0 ? `"${span}" lasts no time.` : `"${span}" is longer than ${name}.`;
  return [problem('span-out-of-range', `channels/${id}`, path, what)];
}
