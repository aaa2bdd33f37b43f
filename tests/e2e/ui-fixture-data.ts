import type {
  CampaignsView,
  ContactLine,
  ContactsView,
  ContactView,
  DeskLine,
  DeskView,
  DocumentsView,
  DocumentView,
  ErrorView,
  HomeView,
  MessagesView,
  MessageView,
  MeView,
  TasksView,
  TaskView,
  TimelineLine,
  TraceView,
} from '@baton/functions/api/views.ts';

/** Tuesday half past nine; every instant below counts from it. */
const now = Date.parse('2026-03-10T09:30:00Z');

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (offset: number): string => new Date(now + offset).toISOString();

const stages = [
  { id: 'targeted', title: 'Targeted', order: 1, owner: 'marketing' },
  { id: 'converted', title: 'Converted', order: 2, owner: 'inside-sales' },
  { id: 'welcomed', title: 'Welcomed', order: 3, owner: 'onboarding' },
  { id: 'first-order', title: 'First order', order: 4, owner: 'order-desk' },
  { id: 'developed', title: 'Developed', order: 5, owner: 'account-owner' },
  { id: 'problem-managed', title: 'Problem managed', order: 6, owner: 'service' },
  { id: 'won-back', title: 'Won back', order: 7, owner: 'retention' },
];

const counts = [3120, 1416, 512, 388, 4093, 61, 410];

export const me: MeView = { person: 'Owner', roles: ['admin'] };

/** Who is in which team. */
export const program: DocumentView = {
  ...{ kind: 'settings', id: 'program', versions: [] },
  live: {
    ...{ version: 1, hash: 'h1', managedBy: 'designer' },
    document: {
      ...{
        id: 'program',
        title: 'The program as a whole',
        why: 'Who is asked.',
        owner: { team: 'marketing' },
      },
      teams: [
        { team: 'service-desk', lead: 'Carla Diaz', members: ['Ines Vogt', 'Tomas Brandt'] },
        { team: 'onboarding', lead: 'Aoife Byrne', members: [] },
      ],
    },
  },
};

/** One document waits for whoever approves it. */
export const documents: DocumentsView = {
  documents: [
    {
      ...{ kind: 'journeys', id: 'welcome', title: 'Welcome a new customer', team: 'onboarding' },
      ...{ version: 3, hash: 'h3', managedBy: 'designer' },
      draft: { state: 'in-review', rev: 4, base: 3, editedBy: 'edda', editedAt: at(-2 * day) },
    },
  ],
};

export const home: HomeView = {
  now: at(0),
  clock: 'virtual',
  contacts: counts.reduce((sum, count) => sum + count, 0),
  stages: stages.map((stage, index) => ({
    ...stage,
    count: counts[index] ?? 0,
    overdue: [0, 12, 3, 0, 0, 4, 0][index] ?? 0,
  })),
  outsideCycle: 42,
  journeys: [
    {
      id: 'rate-enquiry-retention',
      title: 'Rate enquiry: keep the customer',
      count: 3,
      completed: 128,
      exited: 14,
    },
    { id: 'lead-qualification', title: 'Lead qualification', count: 214, completed: 1902, exited: 377 },
    { id: 'welcome', title: 'Welcome', count: 96, completed: 804, exited: 21 },
    { id: 'first-order-care', title: 'First order care', count: 61, completed: 610, exited: 9 },
  ],
  queues: [
    { id: 'service-desk', title: 'Service desk', count: 18, overdue: 2, cases: 1 },
    { id: 'inside-sales', title: 'Inside sales', count: 41, overdue: 1, cases: 0 },
    { id: 'onboarding', title: 'Onboarding', count: 9, overdue: 0, cases: 0 },
    { id: 'data-quality', title: 'Data quality', count: 23, overdue: 0, cases: 0 },
  ],
  cases: { open: 61, overdue: 4 },
  handovers: { offered: 7, accepted: 322, returned: 18, expired: 2 },
  messages: { sent: 12480, skipped: 934, waiting: 120 },
  dataQuality: [
    { id: 'contact.tier', title: 'Value tier', fact: 'contact', owner: 'marketing', count: 17 },
    { id: 'contact.region', title: 'Region', fact: 'contact', owner: 'inside-sales', count: 6 },
  ],
  deadLetters: 3,
};

const names = [
  'Ana Duarte',
  'Jonas Weber',
  'Meike Brandt',
  'Tomás Reis',
  'Lena Hoffmann',
  'Paul Ritter',
  'Ines Vogt',
];

/** Contact number `index` of as many as one likes. */
function contactLine(index: number): ContactLine {
  const stage = stages[index % stages.length] ?? { id: 'targeted', title: 'Targeted', owner: 'marketing' };
  return {
    id: `ct-${index}`,
    name: index < names.length ? (names[index] ?? '') : `${names[index % names.length]} ${index}`,
    stage: stage.id,
    stageTitle: stage.title,
    since: at(-(index + 1) * 5 * hour),
    overlay: null,
    owner: { team: stage.owner, ...(index % 3 === 0 && { person: 'M. Okafor' }) },
    lastEventAt: at(-(index + 1) * 7 * minute),
  };
}

/** A page of fifty out of `total`; the cursor is the number of the next contact. */
export function contactsPage(total: number, query: URLSearchParams): ContactsView {
  const q = (query.get('q') ?? '').toLowerCase();
  const stage = query.get('stage');
  const start = Number(query.get('cursor') ?? 0);
  const contacts: ContactLine[] = [];
  let index = start;
  while (index < total && contacts.length < 50) {
    const line = contactLine(index);
    if ((!q || line.name.toLowerCase().includes(q)) && (!stage || line.stage === stage)) contacts.push(line);
    index += 1;
  }
  return { contacts, ...(index < total && { cursor: String(index) }) };
}

function task(id: string, over: Partial<TaskView> = {}): TaskView {
  return {
    id,
    contactId: 'ct-ana',
    contactName: 'Ana Duarte',
    kind: 'task',
    queue: 'service-desk',
    title: 'Call about the card’s rate',
    status: 'open',
    dueAt: at(2 * hour),
    createdAt: at(-hour),
    outcomes: [
      { id: 'reached', title: 'Reached' },
      { id: 'not-reached', title: 'Not reached' },
    ],
    ...over,
  };
}

export const tasks: TaskView[] = [
  task('t.late-1', {
    title: 'Answer the complaint about the late delivery',
    contactId: 'ct-1',
    contactName: 'Jonas Weber',
    dueAt: at(-3 * hour),
    instruction: 'Say what happened and when the parcel arrives. No voucher before the cause is known.',
    script: 'I am sorry that you had to wait. <b>This</b> is what happened, and this is when it arrives.',
  }),
  task('t.late-2', {
    title: 'First call to a new lead',
    queue: 'inside-sales',
    contactId: 'ct-2',
    contactName: 'Meike Brandt',
    dueAt: at(-20 * minute),
  }),
  task('t.offer-1', {
    kind: 'offer',
    title: 'Rate offer for Ana Duarte',
    valueTier: 'a',
    dueAt: at(10 * minute),
    outcomes: [],
  }),
  task('t.handover-1', {
    kind: 'handover',
    title: 'Accept the handover to onboarding',
    queue: 'onboarding',
    outcomes: [],
  }),
  task('t.data-1', {
    kind: 'data-quality',
    title: 'Value tier is not known',
    queue: 'marketing',
    contactId: 'ct-4',
    contactName: 'Lena Hoffmann',
    dueAt: at(2 * day),
    outcomes: [{ id: 'known-now', title: 'Known now' }],
  }),
];

export function tasksPage(query: URLSearchParams, all: TaskView[]): TasksView {
  const queue = query.get('queue');
  const late = query.get('overdue') === 'true';
  return {
    tasks: all.filter((one) => (!queue || one.queue === queue) && (!late || Date.parse(one.dueAt) < now)),
  };
}

const spentOf = (one: TaskView): number => {
  const from = Date.parse(one.createdAt);
  return Math.floor(((now - from) / (Date.parse(one.dueAt) - from)) * 100);
};
function slaOf(one: TaskView): DeskLine['sla'] {
  const spent = Date.parse(one.dueAt) < now ? 130 : spentOf(one);
  return { state: spent > 100 ? 'breached' : spent >= 80 ? 'at-risk' : 'met', spent };
}
const caseLines: DeskLine[] = [
  {
    ...{ id: 'case-1', contactId: 'ct-1', contactName: 'Jonas Weber', kind: 'case', queue: 'service-desk' },
    ...{ title: 'Complaint about the late delivery', dueAt: at(4 * hour), sla: { state: 'met', spent: 40 } },
  },
  {
    ...{ id: 'case-2', contactId: 'ct-3', contactName: 'Ines Prado', kind: 'case', queue: 'service-desk' },
    ...{ title: 'The invoice is wrong', dueAt: at(-day), sla: { state: 'paused' }, person: 'Tomas Brandt' },
  },
];

/** As the host sorts: the order that is asked for, over all that waits. */
export function deskPage(query: URLSearchParams, open: TaskView[]): DeskView {
  const queues = query.get('queue')?.split(',').filter(Boolean) ?? [];
  const tasks = open.map((one): DeskLine => {
    const { id, contactId, contactName, valueTier, kind, queue, title, dueAt } = one;
    const line = { id, contactId, contactName, valueTier, kind, queue, title, dueAt, sla: slaOf(one) };
    return kind === 'offer' ? { ...line, person: 'Ines Vogt' } : line;
  });
  const states = ['breached', 'at-risk', 'met', 'paused'];
  const order = query.get('order') ?? 'due';
  const place = ({ sla, dueAt, valueTier = '~' }: DeskLine): string =>
    (order === 'due' ? '' : order === 'sla' ? states.indexOf(sla.state) : valueTier) +
    (sla.state === 'paused' ? '9' : dueAt);
  const lines = [...tasks, ...(open.length > 0 ? caseLines : [])]
    .filter((line) => queues.length === 0 || queues.includes(line.queue))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return { lines, ...(order === 'due' ? {} : { sorted: lines.length }) };
}

export const messages: MessageView[] = [
  {
    id: 'm.1',
    contactId: 'ct-ana',
    contactName: 'Ana Duarte',
    channel: 'email',
    template: 'rate-offer',
    purpose: 'marketing',
    status: 'sent',
    subject: 'Your new rate, as just discussed',
    body: '<html><body style="color:red"><h1>Hello Ana</h1><p onclick="alert(1)">Your rate is <b>9.9 %</b> for twelve months.</p><script>document.title="owned"</script></body></html>',
    at: at(-2 * day),
    journey: 'rate-enquiry-retention',
  },
  {
    id: 'm.2',
    contactId: 'ct-1',
    contactName: 'Jonas Weber',
    channel: 'email',
    template: 'cross-sell',
    purpose: 'marketing',
    status: 'skipped',
    reason: 'Selling is suspended while a case is open.',
    subject: 'More for your workshop',
    at: at(-5 * hour),
  },
  {
    id: 'm.3',
    contactId: 'ct-2',
    contactName: 'Meike Brandt',
    channel: 'sms',
    template: 'delivery-notice',
    purpose: 'service',
    status: 'waiting',
    reason: 'Quiet hours until 8:00 in Meike’s time.',
    body: 'Your parcel arrives today between 14 and 16 h.',
    at: at(-10 * minute),
  },
];

export function messagesPage(query: URLSearchParams, all: MessageView[]): MessagesView {
  const status = query.get('status');
  return { messages: all.filter((one) => !status || one.status === status) };
}

const holds = (label: string, operator: string, value: unknown, seen: unknown): TraceView => ({
  fact: 'contact',
  path: '$.any',
  label,
  operator,
  value,
  seen,
  outcome: 'true',
});

const startRule = [
  holds('Topic of the enquiry', 'equal', 'interest-rate', 'interest-rate'),
  holds('Products owned', 'contains', 'credit-card', ['giro', 'credit-card']),
  holds('A case is open', 'equal', false, false),
  holds('Days since the last retention offer', 'greaterThanInclusive', 90, 214),
];

function timelinePage(cursor: string | null): { timeline: TimelineLine[]; timelineCursor?: string } {
  const start = Number(cursor ?? 0);
  const lines = Array.from({ length: 60 }, (_, index): TimelineLine => {
    return {
      id: `old-${index}`,
      at: at(-(index + 3) * 9 * hour),
      kind: index % 4 === 0 ? 'interaction' : 'event',
      title: index % 4 === 0 ? 'Called the service desk' : 'Viewed a page',
      text: index % 4 === 0 ? 'Spoke with R. Lang for 4 minutes.' : 'Price list, from the newsletter.',
      ...(index % 4 !== 0 && { detail: { page: '/prices', source: 'newsletter', seconds: 40 + index } }),
    };
  });
  const all = [...recent, ...lines];
  const end = start + 25;
  return { timeline: all.slice(start, end), ...(end < all.length && { timelineCursor: String(end) }) };
}

const recent: TimelineLine[] = [
  {
    id: 'decision-1',
    at: at(-90_000),
    kind: 'decision',
    title: 'Rules looked at interaction.enquiry',
    text: '1 of 4 rules fires.',
    decision: {
      eventId: 'evt-1',
      eventType: 'interaction.enquiry',
      at: at(-90_000),
      rules: [
        {
          id: 'r01',
          title: 'Keep the customer who asks about the rate',
          version: 3,
          verdict: 'fires',
          because: startRule,
        },
        {
          id: 'r17',
          title: 'Offer insurance to card customers',
          version: 1,
          verdict: 'masked',
          reason: '“Keep the customer who asks about the rate” comes first in the group “offers”.',
          because: [],
        },
        {
          id: 'r18',
          title: 'Named account owner for tier A',
          version: 2,
          verdict: 'unknown',
          reason: 'Value tier is not known; marketing has a task.',
          because: [
            {
              fact: 'contact',
              path: '$.tier',
              label: 'Value tier',
              operator: 'equal',
              value: 'A',
              outcome: 'unknown',
            },
          ],
        },
        {
          id: 'r23',
          title: 'Churn risk: longer without an order than usual',
          version: 1,
          verdict: 'no',
          because: [{ ...holds('Days since the last order', 'greaterThan', 45, 12), outcome: 'false' }],
        },
      ],
      handover: {
        id: 'sales-to-onboarding',
        title: 'Sales to onboarding',
        kind: 'blocked',
        missing: ['billing-data'],
        because: [],
      },
    },
  },
  {
    id: 'interaction-1',
    at: at(-95_000),
    kind: 'interaction',
    title: 'Asked about the interest rate',
    text: 'By telephone, service desk.',
    detail: { topic: 'interest-rate', channel: 'phone', agent: 'R. Lang' },
  },
  {
    id: 'journey-1',
    at: at(-88_000),
    kind: 'journey',
    title: 'Entered “Rate enquiry: keep the customer”',
    text: '',
  },
  {
    id: 'message-1',
    at: at(-2 * day),
    kind: 'message',
    title: 'Email sent: Your new rate',
    text: 'To ana@example.org.',
  },
  {
    id: 'stage-1',
    at: at(-40 * day),
    kind: 'stage',
    title: 'Moved to Developed',
    text: 'Owner: account owner.',
  },
];

/** Ana, on the line right now: the reference case with everything at once. */
export function ana(older: string | null): ContactView {
  return {
    contact: {
      id: 'ct-ana',
      name: 'Ana Duarte',
      stage: 'developed',
      stageTitle: 'Developed',
      since: at(-40 * day),
      overlay: null,
      owner: { team: 'account-owner', person: 'M. Okafor' },
      lastEventAt: at(-95_000),
      attributes: [
        { path: '$.city', label: 'City', value: 'Köln', at: at(-300 * day) },
        {
          path: '$.productsOwned',
          label: 'Products owned',
          value: ['giro', 'credit-card'],
          at: at(-200 * day),
        },
        { path: '$.customerSince', label: 'Customer since', value: '2019-05-02', at: at(-300 * day) },
        { path: '$.creditLimit', label: 'Credit limit', value: 7500, at: at(-90 * day) },
        { path: '$.newsletter', label: 'Newsletter', value: true, at: at(-90 * day) },
      ],
      milestones: [
        { id: 'second-order', title: 'Second order', reachedAt: at(-20 * day) },
        { id: 'review-held', title: 'Review held' },
      ],
      identifiers: ['ana.duarte@example.org', '+49 221 5550134'],
      consent: [
        { channel: 'email', purpose: 'marketing', given: true, at: at(-300 * day) },
        { channel: 'sms', purpose: 'marketing', given: false, at: at(-30 * day) },
      ],
    },
    offers: [
      {
        id: 'of.ct-ana-rate.1',
        taskId: 't.offer-1',
        table: 'retention-rates',
        row: 'r2',
        offer: {
          offer: 'rate-minus-1',
          label: 'One point off the rate for twelve months',
          rate: 9.9,
          months: 12,
          fee: false,
        },
        status: 'presented',
        presentedAt: at(-88_000),
        expiresAt: at(8 * minute + 32_000),
        queue: 'service-desk',
        script:
          'You asked about your rate, and I can answer that right now.\nShall I set it up for you while we talk?',
        because: [
          holds('Current rate', 'greaterThan', 10, 10.9),
          {
            fact: 'contact',
            path: '$.tier',
            label: 'Value tier',
            operator: 'orUnknown:in',
            value: ['A', 'B'],
            outcome: 'unknown',
          },
        ],
        rule: {
          id: 'r01',
          title: 'Keep the customer who asks about the rate',
          why: 'Who asks about the rate is comparing prices. An offer at once keeps twice as many as a letter next week.',
          because: startRule,
        },
      },
    ],
    tasks: [
      task('t.offer-1', { kind: 'offer', title: 'Rate offer for Ana Duarte', outcomes: [] }),
      task('t.call-1', {
        title: 'Agree a date for the yearly review',
        queue: 'account-owner',
        dueAt: at(-hour),
      }),
    ],
    cases: [],
    handovers: [
      {
        id: 'ho.sales-to-onboarding.1',
        handover: 'sales-to-onboarding',
        title: 'Sales to onboarding',
        status: 'offered',
        from: { stage: 'converted', team: 'inside-sales', person: 'K. Meier' },
        to: { stage: 'welcomed', team: 'onboarding' },
        offeredAt: at(-hour),
        acceptBy: at(3 * hour),
        returnReasons: ['information-missing', 'not-qualified'],
        pack: { billingAddress: 'Domstraße 4, Köln', promisedDate: '2026-03-20', openPoints: [] },
      },
    ],
    enrolments: [
      {
        id: 'en-1',
        journey: 'rate-enquiry-retention',
        title: 'Rate enquiry: keep the customer',
        version: 3,
        key: 'enq-77',
        status: 'active',
        enteredAt: at(-88_000),
        step: 'answer',
        stepTitle: 'The customer’s answer',
        waiting: {
          text: `Waits for accept or decline until ${at(8 * minute + 32_000)}.`,
          until: at(8 * minute + 32_000),
        },
      },
      {
        id: 'en-0',
        journey: 'welcome',
        title: 'Welcome',
        version: 1,
        key: 'ctr-5',
        status: 'completed',
        enteredAt: at(-300 * day),
        endedAt: at(-290 * day),
        reason: 'Goal reached: welcome call held.',
        step: 'end',
        stepTitle: 'End',
      },
    ],
    messages: messages.filter(({ contactId }) => contactId === 'ct-ana'),
    ...timelinePage(older),
  };
}

/** A contact of whom only one event is known. */
export function stranger(): ContactView {
  return {
    contact: {
      ...contactLine(0),
      id: 'ct-new',
      name: 'new@example.org',
      stage: null,
      stageTitle: 'Outside the cycle',
      since: null,
      owner: null,
      attributes: [],
      milestones: [],
      identifiers: ['new@example.org'],
      consent: [],
    },
    offers: [],
    tasks: [],
    cases: [],
    handovers: [],
    enrolments: [],
    messages: [],
    timeline: [],
  };
}

/** Jonas, with a complaint open. */
/** What a cart of his says, and what it says of him. */
const cart = (type: string, hours: number, data: Record<string, unknown>) => ({
  id: `${type}-${hours}`,
  at: at(hours * hour),
  kind: 'event' as const,
  title: type === 'cart.updated' ? 'Cart updated' : 'Cart checked out',
  text: '',
  event: { type, data },
});
const fact = (path: string, label: string, value: unknown) => ({ fact: 'contact', path, label, value });

export function jonas(): ContactView {
  return {
    ...stranger(),
    timeline: [
      cart('cart.checked-out', -40, { cartId: 'jonas-cart-7' }),
      cart('cart.updated', -60, { cartId: 'jonas-cart-7', items: 12, note: 'Jonas Weber, +49 40 1234567' }),
    ],
    asOf: {
      at: at(0),
      facts: [
        fact('$.name', 'Name', 'Jonas Weber'),
        fact('$.email', 'E-mail', 'jonas.weber@example.com'),
        fact('$.phone', 'Phone', '+49 40 1234567'),
        fact('$.timeZone', 'Time zone', 'Europe/Berlin'),
      ],
    },
    contact: {
      ...stranger().contact,
      ...contactLine(1),
      id: 'ct-1',
      stage: 'developed',
      stageTitle: 'Developed',
      overlay: 'problem-managed',
    },
    cases: [
      {
        id: 'case-1',
        title: 'Complaint: the delivery came six days late',
        status: 'open',
        state: 'accepted',
        stateText: 'Accepted by carla-diaz.',
        person: 'carla-diaz',
        priority: 'high',
        queue: 'service-desk',
        openedAt: at(-day),
        dueAt: at(-3 * hour),
        running: true,
        key: 'ord-9',
        clocks: [
          { name: 'accept', state: 'met', text: 'Accepted after 12 minutes of 30 minutes' },
          { name: 'answer', state: 'running', text: 'To be answered within 2 hours' },
        ],
      },
    ],
    tasks: tasks.filter(({ contactId }) => contactId === 'ct-1'),
  };
}

export const campaigns: CampaignsView = {
  campaigns: [
    {
      id: 'spring-service',
      title: 'Spring service check',
      why: 'Customers who book a check in spring order 18 % more by autumn.',
      audience: 'Developed customers in tier A or B without an open case',
      journey: 'spring-service',
      holdoutPercent: 10,
      perMinute: 600,
      runs: [
        {
          id: 'run-2',
          startedAt: at(-20 * minute),
          status: 'running',
          audience: 4093,
          enrolled: 1810,
          heldOut: 212,
        },
        {
          id: 'run-1',
          startedAt: at(-365 * day),
          status: 'done',
          audience: 3870,
          enrolled: 3490,
          heldOut: 380,
        },
      ],
    },
    {
      id: 'win-back-price',
      title: 'Win back: left for the price',
      why: 'The price they left for has changed since.',
      audience: 'Cancelled for the price in the last 12 months',
      journey: 'win-back',
      holdoutPercent: 20,
      perMinute: 60,
      runs: [],
    },
  ],
};

export const emptyHome: HomeView = {
  ...home,
  contacts: 0,
  stages: home.stages.map((stage) => ({ ...stage, count: 0, overdue: 0 })),
  outsideCycle: 0,
  journeys: [],
  queues: [],
  cases: { open: 0, overdue: 0 },
  handovers: { offered: 0, accepted: 0, returned: 0, expired: 0 },
  messages: { sent: 0, skipped: 0, waiting: 0 },
  dataQuality: [],
  deadLetters: 0,
};

export const broken: ErrorView = {
  error: 'the store cannot be read',
  problems: [
    {
      path: '$',
      reason: 'the store cannot be read',
      remedy: 'stop the other host',
    },
  ],
};
