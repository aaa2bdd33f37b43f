import type { Library } from '@baton/rules/documents/index.ts';
import { type Assumptions, assumptions, describeAssumptions, notIncluded } from './assumptions.ts';
import { idleUsage } from './idle-usage.ts';
import { journeyUsage, type Trip } from './journey-usage.ts';
import type { Prices } from './prices.ts';
import type { Messages } from './step-usage.ts';
import { type Bill, billFor, timesUsage } from './usage.ts';

/** `platform`: all but messages. `emails`: the price of the e-mails. SMS, webhooks and push messages are counted, not priced. */
export type TripCost = { platform: Bill; emails: number; messages: Messages };
export type JourneyCost = {
  id: string;
  title: string;
  cheapest: TripCost;
  mean: TripCost;
  dearest: TripCost;
};
export type Cost = {
  region: string;
  currency: string;
  contacts: number;
  /** Absent where there are no templates to read. */
  idle?: Bill & { resources: number; free: Record<string, { count: number; why: string }> };
  journeys: JourneyCost[];
  assumptions: string[];
  notIncluded: readonly string[];
};

/** What the stacks cost per month while nothing happens, and what so many contacts cost in each journey. */
export function costOf({
  templates,
  library,
  prices,
  contacts = 1_000_000,
  given = assumptions,
}: {
  templates: readonly unknown[];
  library: Pick<Library, 'journeys'>;
  prices: Prices;
  contacts?: number;
  given?: Assumptions;
}): Cost {
  const journeys = [...library.journeys.values()].map((journey): JourneyCost => {
    const { cheapest, mean, dearest } = journeyUsage(journey, prices, given);
    const cost = (trip: Trip) => tripCost(trip, contacts, prices);
    return {
      id: journey.id,
      title: journey.title,
      cheapest: cost(cheapest),
      mean: cost(mean),
      dearest: cost(dearest),
    };
  });
  return {
    region: prices.region,
    currency: prices.currency,
    contacts,
    ...(templates.length > 0 ? { idle: idleCost(templates, prices, given) } : {}),
    journeys,
    assumptions: describeAssumptions(given),
    notIncluded,
  };
}

function idleCost(templates: readonly unknown[], prices: Prices, given: Assumptions): Cost['idle'] {
  const { usage, resources, free } = idleUsage(templates, given);
  return { ...billFor(usage, prices), resources, free };
}

function tripCost({ usage, messages }: Trip, contacts: number, prices: Prices): TripCost {
  const { emails = 0, ...platform } = usage;
  return {
    platform: billFor(timesUsage(platform, contacts), prices),
    emails: billFor({ emails: emails * contacts }, prices).list,
    messages: {
      email: messages.email * contacts,
      sms: messages.sms * contacts,
      webhook: messages.webhook * contacts,
      push: messages.push * contacts,
    },
  };
}
