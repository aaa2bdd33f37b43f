import type { InsightsView } from '@baton/functions/api/views.ts';
import { type RulesFixture, rulesFixture } from './rules-fixture.ts';

const day = 86_400;
const now = '2026-03-10T09:30:00Z';

const stage = (entered: number, left: number, median: number, ninety: number, atLeast?: true) => ({
  ...{ entered, left, median: { seconds: median * day } },
  ninety: { seconds: ninety * day, ...(atLeast ? { atLeast } : {}) },
});

/** Three months of a company of ten thousand contacts. */
export const insights: InsightsView = {
  now,
  days: 90,
  most: 2000,
  funnel: {
    from: '2025-12-10T09:30:00Z',
    stages: [
      { id: 'targeted', title: 'Targeted', count: 1840 },
      { id: 'converted', title: 'Converted', count: 742 },
      { id: 'welcomed', title: 'Welcomed', count: 511 },
      { id: 'first-order', title: 'First order', count: 388 },
      { id: 'developed', title: 'Developed', count: 201 },
    ],
  },
  stages: {
    targeted: { ...stage(2000, 1120, 9, 41), more: true },
    converted: stage(742, 540, 12, 38),
    welcomed: stage(511, 404, 8, 27),
    'first-order': stage(388, 230, 16, 61, true),
    developed: stage(201, 3, 70, 90, true),
    'problem-managed': stage(64, 58, 2, 6),
    'won-back': stage(19, 4, 30, 60),
  },
  handovers: {
    lines: [
      {
        ...{ id: 'marketing-to-inside-sales', title: 'Marketing hands a lead with a need to inside sales' },
        ...{ automatic: false, offered: 14, accepted: 601, returned: 92, expired: 31 },
        ...{ median: { seconds: 5400 }, ninety: { seconds: 3 * day } },
      },
      {
        ...{ id: 'onboarding-to-order-desk', title: 'Onboarding hands the first order to the order desk' },
        ...{ automatic: false, offered: 3, accepted: 380, returned: 8, expired: 0 },
        ...{ median: { seconds: 1800 }, ninety: { seconds: 9000 } },
      },
      {
        ...{
          id: 'first-order-to-account-owner',
          title: 'The order desk hands a satisfied first customer to the account owner',
        },
        ...{ automatic: true, offered: 0, accepted: 201, returned: 0, expired: 0 },
        ...{ median: { seconds: 0 }, ninety: { seconds: 0 } },
      },
      {
        ...{ id: 'win-back-to-account-owner', title: 'Retention hands a customer who orders again over' },
        ...{ automatic: false, offered: 0, accepted: 3, returned: 1, expired: 0 },
        ...{ median: { seconds: 7200 }, ninety: { seconds: day } },
      },
    ],
  },
  cases: {
    opened: 211,
    clocks: [
      { id: 'accept', met: 168, missed: 31, running: 12 },
      { id: 'answer', met: 180, missed: 16, running: 15 },
      { id: 'solve', met: 160, missed: 24, running: 27 },
    ],
  },
  rules: {
    lines: [
      {
        id: 'lead-enters-cycle',
        title: 'A new lead enters the contact cycle',
        action: 'stage.enter',
        count: 1840,
      },
      { id: 'ask-for-consent', title: 'Ask once whether we may write', action: 'journey.enrol', count: 720 },
      {
        id: 'call-paid-leads',
        title: 'Leads from paid sources are called the same day',
        action: 'task.create',
        count: 402,
      },
      { id: 'complaint-case', title: 'Every complaint becomes a case', action: 'case.open', count: 130 },
      { id: 'usage-drop', title: 'Call good customers whose usage drops', action: 'task.create', count: 0 },
      {
        id: 'recycle-unreachable-lead',
        title: 'After three calls a lead goes back',
        action: 'contact.update',
      },
    ],
  },
  offers: {
    lines: [
      {
        ...{ id: 'rate-enquiry-retention', title: 'Keep a customer who asks about the rate' },
        ...{ accepted: 88, declined: 41, expired: 12, open: 5 },
      },
      {
        ...{ id: 'win-back', title: 'Win back a customer who has left' },
        ...{ accepted: 9, declined: 22, expired: 30, open: 2 },
      },
    ],
  },
  effects: [
    {
      ...{
        kind: 'journeys',
        id: 'cross-sell-card',
        title: 'Offer the credit card',
        from: '2025-12-10T09:30:00Z',
      },
      ...{
        event: 'contract.signed',
        treated: { of: 500, with: 61 },
        heldOut: { of: 92, with: 3 },
        more: true,
      },
    },
    {
      ...{ kind: 'campaigns', id: 'spring-check-in', title: 'Spring check-in with good customers' },
      ...{ from: '2025-12-10T09:30:00Z', event: 'order.placed' },
      ...{ treated: { of: 180, with: 30 }, heldOut: { of: 19, with: 2 } },
    },
  ],
};

export const noInsights: InsightsView = {
  ...insights,
  funnel: {
    from: insights.funnel.from,
    stages: insights.funnel.stages.map((line) => ({ ...line, count: 0 })),
  },
  stages: {},
  handovers: { lines: [] },
  cases: { opened: 0, clocks: [] },
  rules: { lines: [] },
  offers: { lines: [] },
  effects: [],
};

export type InsightsFixture = RulesFixture & { insights: InsightsView | 'broken'; asked: string[] };

/** What the pages of figures and of campaigns need besides documents and reach. */
export async function insightsFixture(): Promise<InsightsFixture> {
  const rules = await rulesFixture();
  const inner = rules.gate;
  const fixture: InsightsFixture = Object.assign(rules, { insights, asked: [] });
  fixture.gate = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (url.pathname !== '/api/insights') return inner(request, response);
    fixture.asked.push(url.search);
    const days = Number(url.searchParams.get('days'));
    const [status, body] =
      fixture.insights === 'broken'
        ? [503, { error: 'the store does not answer', problems: [] }]
        : [200, { ...fixture.insights, days }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
  return fixture;
}
