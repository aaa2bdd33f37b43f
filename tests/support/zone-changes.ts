import { Temporal } from 'temporal-polyfill';

/** Every zone of this runtime, and every change of its offset from 2024 to 2030, by another implementation of the zones. */
export const zones = [...Intl.supportedValuesOf('timeZone')];

export function changesOf(zone: string): number[] {
  const found: number[] = [];
  let at = Temporal.Instant.from('2024-01-01T00:00:00Z').toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.year > 2030) return found;
    found.push(next.epochMilliseconds);
    at = next;
  }
}
