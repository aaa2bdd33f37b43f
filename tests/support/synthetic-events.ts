import { createHash } from 'node:crypto';
import type { CloudEvent } from '@baton/functions/ports.ts';
import type { JsonObject } from '@baton/rules/json.ts';

/** Numbers from 0 to 1 that a seed decides. */
export function seededRandom(seed: string): () => number {
  let drawn = 0;
  return () => {
    const hash = createHash('sha256').update(`${seed}:${drawn++}`).digest();
    return hash.readUIntBE(0, 6) / 2 ** 48;
  };
}

const day = 86_400_000;
const firstDay = Date.parse('2026-01-05T08:00:00Z');

type Story = (contact: Contact) => void;

/** What happens to one made-up contact; `after` moves its time on and `happens` notes an event at that time. */
type Contact = {
  name: string;
  pick<T>(values: readonly T[]): T;
  chance(share: number): boolean;
  after(days: number): void;
  happens(type: string, data: JsonObject): void;
};

/**
 * The events of made-up contacts over some months, from the event types of the shipped library: leads and deals, orders
 * late, in time and cancelled, reviews, enquiries, complaints, contracts, carts and consent. The same seed gives the same
 * events. Some share an instant, some contacts are known by e-mail address, and the order is not that of time.
 */
export function syntheticEvents(seed: string, contacts = 300): CloudEvent[] {
  const random = seededRandom(seed);
  const events = Array.from({ length: contacts }, (_, at) => lifeOf(at, random)).flat();
  return events
    .map((event) => ({ event, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ event }) => event);
}

function lifeOf(at: number, random: () => number): CloudEvent[] {
  const name = `person-${String(at).padStart(4, '0')}`;
  const subject = at % 3 === 0 ? `email:${name}@example.com` : `crm:${name}`;
  const events: CloudEvent[] = [];
  let now = firstDay + Math.floor(random() * 60 * 24 * 60) * 60_000;

  const contact: Contact = {
    name,
    pick: (values) => values[Math.floor(random() * values.length)] ?? (values[0] as (typeof values)[number]),
    chance: (share) => random() < share,
    after: (days) => {
      now += Math.round((days * day) / 1000) * 1000;
    },
    happens: (type, data) => {
      events.push({
        specversion: '1.0',
        id: `${name}.${events.length}`,
        source: 'synthetic',
        type,
        time: new Date(now).toISOString(),
        subject,
        data,
      });
    },
  };
  introduce(contact);
  const chapters = 1 + Math.floor(random() * 4);
  for (let chapter = 0; chapter < chapters; chapter++) {
    contact.after(random() * 12);
    contact.pick(stories)(contact);
  }
  return events;
}

/** A number of their own: two contacts with one number would be taken for one person. */
const phoneOf = (name: string): string => `+49 30 55${name.slice(-4)}`;

const introduce: Story = ({ name, pick, chance, happens }) => {
  happens('contact.updated', {
    name,
    ...(chance(0.7) ? { email: `${name}@mail.example` } : {}),
    ...(chance(0.6) ? { phone: phoneOf(name), city: 'Berlin' } : {}),
    ...(chance(0.5) ? { language: 'en', timeZone: pick(['Europe/Berlin', 'America/Sao_Paulo']) } : {}),
    ...(chance(0.6) ? { valueTier: pick(['a', 'b', 'c']) } : {}),
    ...(chance(0.6)
      ? { productsOwned: pick([['current-account'], ['current-account', 'credit-card']]), yearsAsCustomer: 4 }
      : {}),
  });
  if (chance(0.7)) happens('consent.given', { channel: 'email', purpose: 'marketing' });
};

const lead: Story = ({ name, pick, chance, after, happens }) => {
  const leadId = `lead-${name}`;
  happens('lead.created', {
    leadId,
    ...(chance(0.8) ? { origin: pick(['paid-search', 'display', 'social', 'email']) } : {}),
  });
  after(2);
  if (chance(0.3))
    for (let call = 0; call < 3; call++) happens('call.unanswered', { callId: `${leadId}-${call}` });
  if (chance(0.5))
    happens('interaction.enquiry', { enquiryId: `${leadId}-q`, topic: 'product', channel: 'web' });
  after(1);
  happens('lead.qualified', { leadId, insideSales: pick(['ines', 'ivo']), score: 60 });
  if (chance(0.3)) return;
  after(chance(0.5) ? 3 : 40);
  happens('deal.won', {
    ...{ leadId, insideSales: 'ines', salesRepresentative: pick(['sergio', 'sara']) },
    ...{
      billingAddress: 'as ordered',
      contactPerson: 'the buyer',
      promisedDates: 'none',
      openPoints: 'none',
    },
  });
  after(chance(0.3) ? 2 : 0.2);
  happens(
    ...pick<[string, JsonObject]>([
      ['handover.accepted', { handover: 'inside-sales-to-sales-representative', person: 'sara' }],
      [
        'handover.returned',
        { handover: 'inside-sales-to-sales-representative', reason: 'information-missing' },
      ],
    ]),
  );
};

const order: Story = ({ name, pick, chance, after, happens }) => {
  const orderId = `order-${name}-${pick(['a', 'b', 'c', 'd'])}${Math.floor(firstDay / day)}`;
  happens('order.placed', {
    orderId,
    total: 80,
    ...(chance(0.9) ? { promisedAt: '2026-03-01T00:00:00.000Z' } : {}),
  });
  if (chance(0.9)) happens('order.approved', { orderId });
  after(2);
  happens('order.shipped', { orderId, carrier: 'post' });
  if (chance(0.15)) return happens('order.delayed', { orderId, reason: 'carrier strike' });
  if (chance(0.1)) return happens('order.cancelled', { orderId });
  after(pick([3, 20, 60]));
  happens('order.delivered', { orderId });
  after(pick([0, 1, 5, 30]));
  if (chance(0.7))
    happens('review.received', { reviewId: `${orderId}-r`, orderId, stars: pick([1, 2, 3, 4, 5]) });
  else if (chance(0.5))
    happens('survey.answered', { surveyId: `${orderId}-s`, orderId, score: pick([3, 8, 10]) });
};

const enquiry: Story = ({ name, pick, chance, after, happens }) => {
  const enquiryId = `enquiry-${name}-${pick(['a', 'b', 'c', 'd'])}`;
  for (let times = pick([1, 1, 3]); times > 0; times--) {
    happens('interaction.enquiry', {
      enquiryId: `${enquiryId}${times}`,
      topic: pick(['interest-rate', 'price', 'invoice']),
      channel: 'phone',
      product: 'credit-card',
    });
    after(0.5);
  }
  if (chance(0.4)) happens('rate.locked', { contractId: `contract-${name}`, rate: 9.9 });
  if (chance(0.4)) for (const page of ['price-list', 'cards']) happens('price-list.viewed', { page });
};

const complaint: Story = ({ name, pick, after, happens }) => {
  happens('interaction.complaint', {
    complaintId: `complaint-${name}-${pick(['a', 'b', 'c'])}`,
    topic: 'invoice',
    channel: 'email',
    severity: pick(['low', 'normal', 'high']),
  });
  after(4);
  happens('survey.answered', { surveyId: `survey-${name}`, score: pick([2, 9]) });
};

const contract: Story = ({ name, pick, chance, after, happens }) => {
  const contractId = `contract-${name}`;
  happens('contract.signed', { contractId, product: 'current-account' });
  after(pick([1, 9]));
  happens('contact.updated', { phone: phoneOf(name), city: 'Hamburg', valueTier: 'a' });
  if (chance(0.5)) happens('survey.answered', { surveyId: `${contractId}-s`, score: 9 });
  if (chance(0.5)) return;
  after(pick([5, 40]));
  happens('contract.cancelled', {
    cancellationId: `${contractId}-c`,
    contractId,
    reason: pick(['price', 'service', 'moved']),
  });
};

const cart: Story = ({ name, pick, chance, after, happens }) => {
  const cartId = `cart-${name}-${pick(['a', 'b'])}`;
  happens('cart.updated', { cartId, items: pick([0, 1, 2]), total: 30 });
  after(pick([0, 0.5, 2]));
  if (chance(0.3)) happens('cart.emptied', { cartId });
  else if (chance(0.5)) happens('cart.checked-out', { cartId });
};

const changeOfMind: Story = ({ pick, happens }) =>
  happens(pick(['consent.withdrawn', 'consent.given']), {
    channel: pick(['email', 'sms']),
    purpose: 'marketing',
  });

/** A content customer with a card who is asked for the rate, or is happy enough for another product. */
const goodCustomer: Story = ({ name, pick, after, happens }) => {
  const orderId = `order-${name}-good`;
  const products = pick([['current-account'], ['current-account', 'credit-card']]);
  happens('contact.updated', { email: `${name}@mail.example`, productsOwned: products, valueTier: 'a' });
  happens('order.placed', { orderId, promisedAt: '2026-07-01T00:00:00.000Z' });
  after(3);
  happens('order.delivered', { orderId });
  happens('review.received', { reviewId: `${orderId}-r`, orderId, stars: 5 });
  after(pick([0, 5]));
  happens('interaction.enquiry', { enquiryId: `${orderId}-q`, topic: 'interest-rate', channel: 'phone' });
  happens('survey.answered', { surveyId: `${orderId}-s`, score: 9 });
  after(pick([0.001, 2, 10]));
  happens('rate.locked', { contractId: `contract-${name}`, rate: 9.9 });
};

const stories: readonly Story[] = [
  lead,
  order,
  order,
  enquiry,
  complaint,
  contract,
  cart,
  goodCustomer,
  changeOfMind,
];
