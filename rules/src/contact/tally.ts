/**
 * A sum that does not depend on the order in which amounts arrive: amounts are whole ten-thousandths, written as text,
 * because sums of fractions differ by their order and storage counts in other digits than JavaScript. `days` holds the
 * sums of the latest UTC days on which there was something; a day that is among them has its whole sum.
 */
export type Tally = { total: string; days?: Record<string, string> };

const scale = 10_000;
const dayInMs = 86_400_000;
/** No single amount counts for more: beyond it a mistake is likelier than a sale. */
const largest = 1e15;

/** `limit`: how many of the latest days are kept. */
export function addToTally(tally: Tally | undefined, amount: number, at: string, limit: number): Tally {
  const scaled = BigInt(Math.round(Math.max(-largest, Math.min(largest, amount)) * scale));
  const total = plus(tally?.total, scaled);
  if (limit === 0) return { total };
  const day = at.slice(0, 10);
  const days = { ...tally?.days, [day]: plus(tally?.days?.[day], scaled) };
  return { total, days: latest(days, limit) };
}

/** The sum of two histories that have no amount in common. */
export function joinTallies(a: Tally, b: Tally, limit: number): Tally {
  const total = plus(a.total, BigInt(b.total));
  if (limit === 0) return { total };
  const days = { ...a.days };
  for (const [day, amount] of Object.entries(b.days ?? {})) days[day] = plus(days[day], BigInt(amount));
  return { total, days: latest(days, limit) };
}

const plus = (sum: string | undefined, amount: bigint): string => (BigInt(sum ?? 0) + amount).toString();

function latest(days: Record<string, string>, limit: number): Record<string, string> {
  const names = Object.keys(days);
  if (names.length <= limit) return days;
  const kept = names.sort().slice(-limit);
  return Object.fromEntries(kept.map((day) => [day, days[day] ?? '0']));
}

/** The whole sum, for ever. */
export const totalOf = (tally: Tally | undefined): number => Number(BigInt(tally?.total ?? 0)) / scale;

/** The sum of whole UTC days: `days` of them, the last one `ago` days before that of `now`. */
export function sumOfDays(tally: Tally | undefined, now: string, days: number, ago = 0): number {
  if (!tally?.days) return 0;
  const last = dayBefore(now, ago);
  const first = dayBefore(now, ago + days - 1);
  let sum = 0n;
  for (const [day, amount] of Object.entries(tally.days))
    if (day >= first && day <= last) sum += BigInt(amount);
  return Number(sum) / scale;
}

/** The UTC day that lies some days before an instant's own, as `2026-03-01`. */
export const dayBefore = (at: string, days: number): string =>
  new Date(Date.parse(at) - days * dayInMs).toISOString().slice(0, 10);
