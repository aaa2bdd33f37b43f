import type { CycleView } from '@baton/functions/api/views.ts';
import { type RulesFixture, rulesFixture } from './rules-fixture.ts';
import { home } from './ui-fixture-data.ts';

const day = 86_400;
const medians = [21, 9, 12, 34, 182, 47, 2];

const view = (stages: readonly { id: string; count: number; overdue: number }[]): CycleView => ({
  contacts: home.contacts,
  outsideCycle: home.outsideCycle,
  days: 30,
  stages: Object.fromEntries(
    stages.map(({ id, count, overdue }, index) => [
      id,
      { count, overdue, median: { seconds: (medians[index] ?? 1) * day } },
    ]),
  ),
  handovers: {
    'marketing-to-inside-sales': {
      ready: 14,
      blocked: 6,
      overdue: 2,
      accepted: 201,
      returned: 39,
      expired: 4,
    },
    'inside-sales-to-sales-representative': {
      ready: 5,
      blocked: 0,
      overdue: 0,
      accepted: 88,
      returned: 7,
      expired: 0,
    },
    'onboarding-to-order-desk': { ready: 9, blocked: 3, overdue: 0, accepted: 73, returned: 2, expired: 1 },
    'first-order-to-account-owner': {
      ready: 0,
      blocked: 0,
      overdue: 0,
      accepted: 61,
      returned: 0,
      expired: 0,
    },
    'win-back-to-account-owner': { ready: 0, blocked: 0, overdue: 0, accepted: 0, returned: 0, expired: 0 },
  },
});

/** What the page of the contact cycle needs besides documents: how it goes. */
export async function cycleFixture(): Promise<RulesFixture> {
  const fixture = await rulesFixture();
  const inner = fixture.gate;
  fixture.gate = async (request, response) => {
    if (request.url !== '/api/cycle') return inner(request, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(view(home.stages)));
    return true;
  };
  return fixture;
}
