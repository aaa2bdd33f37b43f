import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What is counted, in the order in which it is printed; each has one price. */
export const meters = [
  'transitions',
  'lambdaRequests',
  'lambdaGbSeconds',
  'writeUnits',
  'readUnits',
  'streamReads',
  'busEvents',
  'scheduledRuns',
  'queueRequests',
  'alarmMetrics',
  'fastAlarmMetrics',
  'compositeAlarms',
  'dashboards',
  'keys',
  'emails',
] as const;
const Meter = z.enum(meters);
export type Meter = z.infer<typeof Meter>;

const Price = z.strictObject({
  label: z.string(),
  /** `price` is for `per` units; without a free allowance nothing is free each month. */
  price: z.number().nonnegative(),
  per: z.number().positive(),
  free: z.number().positive().optional(),
  /** Where AWS publishes it. */
  page: z.url(),
  /** Where the price was read, and when. Absent: remembered, and to be looked up before anybody relies on it. */
  confirmed: z.strictObject({ at: z.url(), on: z.string() }).optional(),
});

export const Prices = z.strictObject({
  region: z.string(),
  currency: z.string(),
  prices: z.record(Meter, Price),
});
export type Prices = z.infer<typeof Prices>;

export const shippedPrices = join(import.meta.dirname, '../prices.json');

export const readPrices = (file = shippedPrices): Prices =>
  Prices.parse(JSON.parse(readFileSync(file, 'utf8')));
