import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContactsView, DocumentView, StatusView, TasksView } from '@baton/functions/api/views.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { expect } from 'vitest';
import { hostileMarkup } from '../support/hostile-markup.ts';
import type { Answer, RunningHost } from '../support/running-host.ts';

/*
 * Puts hostile markup wherever a host keeps a text that its pages show: by its API, as systems and people do.
 */

const library = join(import.meta.dirname, '../../rules/library');

/** Deals the payloads out, each once before any of them again. */
export type Deal = { one(atMost: number): string; many(atMost: number): string };

export function dealOut(): Deal {
  let dealt: string[] = [];
  const one = (atMost: number): string => {
    if (dealt.length === 0) dealt = [...hostileMarkup];
    const index = dealt.findIndex((payload) => payload.length <= atMost);
    return index < 0
      ? (hostileMarkup.find(({ length }) => length <= atMost) ?? '')
      : (dealt.splice(index, 1)[0] ?? '');
  };
  const many = (atMost: number): string => {
    const all: string[] = [];
    for (let left = atMost; left > 80; left -= (all.at(-1)?.length ?? 0) + 3) all.push(one(78));
    return all.join(' · ');
  };
  return { one, many };
}

/** What documents say to people, and how long it may be. */
const spoken: Readonly<Record<string, number>> = {
  ...{ title: 60, label: 80, unit: 24, note: 400, why: 900, instruction: 400, question: 400, wording: 900 },
};
/** What decides, or is compared with what a catalogue says. */
const silent = ['facts', 'events', 'data', 'expect', 'sample', 'payload', 'languages'];

function spokenIn(value: Json, deal: Deal, key = ''): Json {
  if (typeof value === 'string') {
    const atMost = spoken[key];
    if (atMost === undefined) return value;
    return atMost > 100 ? deal.many(atMost) : deal.one(atMost);
  }
  if (Array.isArray(value)) return value.map((entry) => spokenIn(entry, deal));
  if (typeof value !== 'object' || value === null || silent.includes(key)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, spokenIn(inner, deal, name)]),
  );
}

/** Also what documents compare with, and the names of tests: no such document is sound, but a draft may be as it likes. */
function comparedIn(value: Json, deal: Deal, key = ''): Json {
  if (typeof value === 'string') return key === 'value' || key === 'name' ? deal.one(78) : value;
  if (Array.isArray(value)) return value.map((entry) => comparedIn(entry, deal, key));
  if (typeof value !== 'object' || value === null || key === 'facts') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, comparedIn(inner, deal, name)]),
  );
}

const documentsOf = (kind: string): JsonObject[] =>
  readdirSync(join(library, kind)).map((file) => JSON.parse(readFileSync(join(library, kind, file), 'utf8')));

const shownKinds = [
  'stages',
  'handovers',
  'best-practice',
  'tables',
  'journeys',
  'campaigns',
  'facts',
  'templates',
];

/** Nothing is sown by a request that was refused. */
function taken({ status, body }: Answer): void {
  if (status >= 300) throw new Error(`refused with ${status}: ${JSON.stringify(body).slice(0, 2000)}`);
}

/** The library that ships, published again with other words. */
async function publish(host: RunningHost, deal: Deal): Promise<void> {
  for (const kind of [...shownKinds, 'channels', 'service-levels', 'calendars']) {
    const documents = documentsOf(kind).map((document) => ({ kind, document: worded(kind, document, deal) }));
    taken(await host.post('/api/code/publications', { documents }));
  }
}

function worded(kind: string, document: JsonObject, deal: Deal): Json {
  const said = spokenIn(document, deal);
  if (kind !== 'templates' || document.channel !== 'email' || typeof said !== 'object' || said === null)
    return said;
  return {
    ...said,
    language: 'en',
    languages: { en: { subject: `${deal.one(78).replace(/[{%]/g, '')} {{ contact.name }}`, body: mail } },
  };
}

/** A mail that is sound, in which everything that is known of a contact comes to stand. */
const mail =
  '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.name }} of {{ contact.city }}, {{ event.product }} ' +
  '<a href="{{ contact.landingPage }}" title="{{ contact.segment }}">your page</a> <a href="{{ unsubscribe }}">Stop</a>' +
  '</mj-text><mj-button href="{{ contact.landingPage }}">{{ contact.country }}</mj-button></mj-column></mj-section></mj-body></mjml>';

/** A mail that nobody should publish; a preview of it is asked for all the same. */
const mjml = (deal: Deal): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.name }} <a href="{{ unsubscribe }}">Stop</a></mj-text><mj-raw>${deal
    .many(900)
    .replace(
      /[{%]/g,
      '',
    )}</mj-raw><mj-text><a href="javascript:ran(1)" onclick="ran(1)">x</a><img src="x" onerror="ran(1)"></mj-text></mj-column></mj-section></mj-body></mjml>`;

const asObject = (value: Json): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Some drafts hold a mail that can be previewed, for somebody made up of payloads; the others one that must not be. */
function mailIn({ id, channel }: JsonObject, deal: Deal): JsonObject {
  if (channel !== 'email') return {};
  const texts = (body: string) => ({ language: 'en', languages: { en: { subject: deal.one(78), body } } });
  if (typeof id === 'string' && id > 'm') return texts(mjml(deal));
  const contact = {
    name: deal.many(900),
    city: deal.many(400),
    country: deal.one(78),
    landingPage: 'javascript:ran(1)',
  };
  return {
    ...texts(mail),
    languages: { en: { subject: 'Hello {{ contact.name }}', body: mail } },
    sample: { contact: { ...contact, segment: '" onmouseover="ran(1)' }, event: { product: deal.one(78) } },
  };
}

/** Drafts of every document that has a page, with more than a sound one may say. */
async function draft(host: RunningHost, deal: Deal): Promise<void> {
  for (const kind of ['stages', 'handovers', 'best-practice', 'tables', 'journeys', 'campaigns', 'templates'])
    for (const document of documentsOf(kind)) {
      const said = comparedIn(spokenIn(document, deal), deal);
      const drafted = kind === 'templates' ? { ...asObject(said), ...mailIn(document, deal) } : said;
      taken(
        await host.post(`/api/documents/${kind}/${document.id}/draft`, {
          rev: 0,
          document: drafted,
        }),
      );
    }
}

/** A review of a document with hostile words, returned with hostile words, by other people than its editor. */
async function review(host: RunningHost, deal: Deal): Promise<void> {
  const place = '/api/documents/best-practice/ask-for-consent';
  const rev = async () => (await host.view<DocumentView>(place)).draft?.rev ?? 0;
  const sound = documentsOf('best-practice').find(({ id }) => id === 'ask-for-consent') ?? {};
  const told = async (what: string, body: JsonObject) => {
    taken(await host.post(`${place}/draft${what}`, { rev: await rev(), ...body }));
  };
  await told('', { document: spokenIn(sound, deal) });
  await told('/review', { note: deal.many(1900) });
  await told('/answer', { answer: 'returned', note: deal.many(1900) });
  await told('/review', { note: deal.many(1900) });
}

const texts = {
  ...{ city: 78, country: 78, insideSales: 78, landingPage: 78, leadType: 78, postalCode: 78, pushToken: 78 },
  ...{ salesRepresentative: 78, segment: 78, sellerId: 78, state: 78, language: 78, timeZone: 78, phone: 78 },
};

const contactsInAll = 14;

function eventsOf(number: number, deal: Deal): JsonObject[] {
  const subject = `crm:hostile-${number}`;
  let count = 0;
  const told = (type: string, data: JsonObject): JsonObject => ({
    ...{
      specversion: '1.0',
      id: `${number}-${count++} ${deal.one(78)}`,
      source: deal.one(78),
      type,
      subject,
      data,
    },
  });
  const of = (name: string) => `${name}-${number}`;
  const known = Object.fromEntries(Object.entries(texts).map(([name, atMost]) => [name, deal.one(atMost)]));
  const email = `hostile-${number}@${deal.one(78).replace(/[\s@]/g, '')}`;
  return [
    told('contact.updated', {
      ...known,
      email,
      name: deal.one(78),
      productsOwned: ['credit-card', deal.one(78)],
    }),
    told('lead.created', { leadId: of('lead'), need: deal.one(78), landingPage: deal.one(78), via: 'form' }),
    told('contract.signed', { contractId: deal.one(78), product: deal.one(78) }),
    told('interaction.enquiry', {
      ...{
        enquiryId: deal.one(78),
        topic: 'interest-rate',
        channel: 'phone',
        note: deal.many(400),
        product: deal.one(78),
      },
    }),
    told('interaction.complaint', {
      ...{
        complaintId: of('complaint'),
        topic: 'other',
        channel: 'email',
        note: deal.many(400),
        orderId: deal.one(78),
      },
    }),
    told('review.received', {
      reviewId: deal.one(78),
      orderId: of('o'),
      stars: 1,
      title: deal.one(78),
      message: deal.many(400),
    }),
    told('survey.answered', { surveyId: deal.one(78), score: 2, message: deal.many(400) }),
    told('discount.requested', {
      requestId: of('discount'),
      percent: 40,
      requestedBy: deal.one(78),
      dealId: deal.one(78),
    }),
    told('order.delayed', { orderId: of('o'), reason: deal.many(300) }),
  ];
}

/** Until nothing is on its way any more. */
const settled = (host: RunningHost) =>
  expect
    .poll(
      async () => {
        const { pendingEvents, outbox } = await host.view<StatusView>('/api/status');
        return pendingEvents + outbox;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBe(0);

/** Two events of one name for somebody new, at the very same moment: one of them is not taken, and its reason quotes it. */
async function quarantineSome(host: RunningHost, deal: Deal): Promise<void> {
  const [id, source, subject] = [deal.one(78), deal.one(78), `crm:${deal.one(78).replaceAll('\n', ' ')}`];
  const told = () => ({
    ...{ specversion: '1.0', id, source, type: 'contact.updated', subject, data: { name: deal.one(78) } },
  });
  await Promise.all(Array.from({ length: 8 }, () => host.post('/api/events', told())));
}

async function completeSome(host: RunningHost, deal: Deal): Promise<void> {
  const { tasks } = await host.view<TasksView>('/api/tasks');
  for (const { contactId, id } of tasks.filter(({ kind }) => kind === 'task').slice(0, 6))
    await host.post(`/api/contacts/${contactId}/tasks/${id}/completion`, {
      outcome: 'done',
      note: deal.many(900),
    });
}

let enquiries = 0;

/** One payload, asked by somebody new. Answers with the contact. */
export async function enquire(host: RunningHost, payload: string): Promise<string> {
  const subject = `crm:enquiry-${++enquiries}`;
  const data = { enquiryId: subject, topic: 'interest-rate', channel: 'phone', note: payload };
  taken(
    await host.post('/api/events', {
      ...{ specversion: '1.0', id: subject, source: 'crm', type: 'interaction.enquiry', subject, data },
    }),
  );
  await settled(host);
  const { contacts } = await host.view<ContactsView>(`/api/contacts?q=${encodeURIComponent(subject)}`);
  return contacts[0]?.id ?? '';
}

/** Everything, on a host that has its example. Answers where the contacts are. */
export async function sow(host: RunningHost, deal: Deal): Promise<void> {
  await publish(host, deal);
  for (let number = 0; number < contactsInAll; number++) {
    taken(await host.post('/api/events', eventsOf(number, deal)));
  }
  await quarantineSome(host, deal);
  for (const id of ['edda', 'arno', 'ines', 'vera', 'mallory'])
    await host.post(`/api/people/${id}`, {
      name: deal.one(78),
      roles: id === 'arno' ? ['approver'] : ['editor'],
    });
  await settled(host);
  await completeSome(host, deal);
  await draft(host, deal);
  await review(host, deal);
  await settled(host);
}
