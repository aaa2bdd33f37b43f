import { type Meter, meters, type Prices } from './prices.ts';

/** How much of what is metered; what is absent is not used. */
export type Usage = Partial<Record<Meter, number>>;

export function addUsage(...parts: readonly Usage[]): Usage {
  const sum: Usage = {};
  for (const part of parts)
    for (const meter of meters) if (part[meter]) sum[meter] = (sum[meter] ?? 0) + part[meter];
  return sum;
}

export function timesUsage(usage: Usage, factor: number): Usage {
  const product: Usage = {};
  for (const meter of meters) if (usage[meter]) product[meter] = usage[meter] * factor;
  return product;
}

export type Bill = {
  lines: { meter: Meter; used: number; list: number; afterFree: number }[];
  list: number;
  afterFree: number;
};

/** Prices a usage twice: by the list, and after what AWS gives every account each month for ever. */
export function billFor(usage: Usage, { prices }: Prices): Bill {
  const lines = meters.flatMap((meter) => {
    const used = usage[meter];
    if (!used) return [];
    const { price, per, free = 0 } = prices[meter];
    return [{ meter, used, list: (used * price) / per, afterFree: (Math.max(0, used - free) * price) / per }];
  });
  const sum = (of: 'list' | 'afterFree') => lines.reduce((total, line) => total + line[of], 0);
  return { lines, list: sum('list'), afterFree: sum('afterFree') };
}

export const listPrice = (usage: Usage, prices: Prices): number => billFor(usage, prices).list;
