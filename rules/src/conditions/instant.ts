const day = '(\\d{4})-(\\d{2})-(\\d{2})';
const form = new RegExp(`^${day}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?$`);

/**
 * Epoch milliseconds of `2026-03-01T09:00:00+02:00`, or of a bare day `2026-03-01` at its start in UTC. A time of day
 * without a zone names no moment, and the 31st of February is not a day: both are `undefined`.
 */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = form.exec(text);
  if (!match) return undefined;

  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || date < 1 || date > new Date(Date.UTC(year, month, 0)).getUTCDate())
    return undefined;

  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
