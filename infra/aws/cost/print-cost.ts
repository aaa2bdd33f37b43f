import type { Cost, JourneyCost, TripCost } from './cost-of.ts';
import { meters, type Prices } from './prices.ts';
import type { Bill } from './usage.ts';

/** The cost as lines for people, every assumption named. */
export function printCost(cost: Cost, prices: Prices): string {
  return [
    ...idleLines(cost, prices),
    ...journeyLines(cost, prices),
    ...priceLines(prices),
    '',
    'Assumed',
    ...cost.assumptions.map((line) => `  - ${line}`),
    '',
    'Not included',
    ...cost.notIncluded.map((line) => `  - ${line}`),
    '',
    `Prices are those of ${cost.region}. For another region copy infra/aws/prices.json, change "region" and each "price",`,
    'and name the copy: npm run cost -- --prices my-prices.json',
    '',
  ].join('\n');
}

function idleLines({ idle, currency }: Cost, prices: Prices): string[] {
  if (!idle) return ['Idle cost per month: no templates found; "npx cdk synth" writes them into cdk.out', ''];
  const free = Object.values(idle.free).reduce((sum, { count }) => sum + count, 0);
  return [
    `Idle cost per month in ${currency}, from ${idle.resources} resources (${free} bill nothing while idle)`,
    ...billLines(idle, prices),
    '',
  ];
}

function billLines(bill: Bill, prices: Prices): string[] {
  return [
    row(['', 'used', 'list price', 'after free tier'], idleWidths),
    ...bill.lines.map(({ meter, used, list, afterFree }) =>
      row([prices.prices[meter].label, count(used), money(list), money(afterFree)], idleWidths),
    ),
    row(['total', '', money(bill.list), money(bill.afterFree)], idleWidths),
  ];
}

const idleWidths = [50, 14, 12, 16];

function journeyLines({ journeys, contacts, currency }: Cost, prices: Prices): string[] {
  return [
    `Cost of ${count(contacts)} contacts in each journey in ${currency}, list price (cheapest way · mean · dearest way)`,
    row(
      ['', 'cheapest', 'mean', 'dearest', 'e-mails (mean)', 'SES (mean)', 'SMS (mean)', 'hooks, push'],
      widths,
    ),
    ...journeys.map((journey) => row(journeyCells(journey), widths)),
    '',
    `What the mean is made of, per contact`,
    row(['', ...shown.map(({ head }) => head)], usageWidths),
    ...journeys.map(({ id, mean }) =>
      row([id, ...shown.map(({ of }) => perContact(mean, of, contacts))], usageWidths),
    ),
    '',
    `  ${shown.map(({ head, of }) => `${head}: ${prices.prices[of].label}`).join(' · ')}`,
    '',
  ];
}

const widths = [26, 12, 12, 12, 16, 12, 12, 17];
const usageWidths = [26, 13, 11, 11, 11, 11, 11, 11];

const shown = [
  { head: 'transitions', of: 'transitions' },
  { head: 'calls', of: 'lambdaRequests' },
  { head: 'GB-s', of: 'lambdaGbSeconds' },
  { head: 'writes', of: 'writeUnits' },
  { head: 'reads', of: 'readUnits' },
  { head: 'events', of: 'busEvents' },
  { head: 'queue', of: 'queueRequests' },
] as const;

function journeyCells({ id, cheapest, mean, dearest }: JourneyCost): string[] {
  return [
    id,
    ...[cheapest, mean, dearest].map(({ platform }) => money(platform.list)),
    count(mean.messages.email),
    money(mean.emails),
    count(mean.messages.sms),
    count(mean.messages.webhook + mean.messages.push),
  ];
}

function perContact({ platform }: TripCost, meter: (typeof shown)[number]['of'], contacts: number): string {
  const used = platform.lines.find((line) => line.meter === meter)?.used ?? 0;
  return (used / contacts).toFixed(2);
}

function priceLines({ prices }: Prices): string[] {
  const [confirmed, remembered] = [true, false].map((wanted) =>
    meters.filter((meter) => (prices[meter].confirmed !== undefined) === wanted),
  );
  return [
    'Prices',
    ...(confirmed ?? []).map((meter) => {
      const { label, price, per, confirmed: read } = prices[meter];
      return `  ${label}: ${price} per ${count(per)}, read at ${read?.at} (${read?.on})`;
    }),
    ...(remembered ?? []).map((meter) => {
      const { label, price, per, page } = prices[meter];
      return `  ${label}: ${price} per ${count(per)}, REMEMBERED, look it up at ${page}`;
    }),
  ];
}

function row([first = '', ...rest]: readonly string[], [width = 0, ...others]: readonly number[]): string {
  return `  ${first.padEnd(width)}${rest.map((cell, index) => cell.padStart(others[index] ?? 0)).join('')}`;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const money = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
