import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ContactsView, ContactView, StatusView, TasksView } from '@baton/functions/api/views.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/refusals.ts';
import { type Answer, type RunningHost, startHost } from '../support/running-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-bad-input-'));
let host: RunningHost;
let events = 0;
/** What hosts that were started anew in between had said. */

beforeAll(async () => {
  host = await startHost(folder, { empty: true });
});
afterAll(async () => {
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const json = { 'content-type': 'application/json' };
const send = (body: string, headers: Record<string, string> = json): Promise<Answer> =>
  host.ask('/api/events', { method: 'POST', headers, body });

function anEvent(own: JsonObject = {}): JsonObject {
  return {
    specversion: '1.0',
    id: `bad-input-${++events}`,
    source: 'tests',
    type: 'page.viewed',
    time: '2026-03-01T09:00:00Z',
    subject: 'email:ana@example.com',
    data: { page: 'credit-cards' },
    ...own,
  };
}
const without = (name: string): JsonObject =>
  Object.fromEntries(Object.entries(anEvent()).filter(([key]) => key !== name));

/** Sends a good event and asks until it is on its contact's page: everything sent before it has then had its effect. */
async function flows(): Promise<ContactView> {
  const time = new Date(Date.parse('2026-03-02T00:00:00Z') + ++events).toISOString();
  expect((await host.post('/api/events', anEvent({ subject: 'crm:marker', time }))).status).toBe(202);
  return contactWhere('crm:marker', ({ contact }) => contact.lastEventAt === time);
}

async function contactWhere(
  identifier: string,
  awaited: (view: ContactView) => boolean,
): Promise<ContactView> {
  const limit = performance.now() + 20_000;
  for (;;) {
    const { contacts } = await host.view<ContactsView>(`/api/contacts?q=${encodeURIComponent(identifier)}`);
    const view = contacts[0] && (await host.view<ContactView>(`/api/contacts/${contacts[0].id}`));
    if (view && awaited(view)) return view;
    if (performance.now() > limit)
      throw new Error(`${identifier} is not as awaited: ${JSON.stringify(view)}`);
  }
}

type Figures = Omit<StatusView, 'now' | 'counts'>;

/** What there is when the machines have come to rest too: nothing is under way, and it is still the same after another event. */
async function figures(before?: Figures): Promise<Figures> {
  await flows();
  const { now: _, counts: __, ...present } = await host.view<StatusView>('/api/status');
  const atRest = present.pendingEvents + present.outbox === 0 && isDeepStrictEqual(present, before);
  return atRest ? present : figures(present);
}

/** Whatever was asked, nobody is there afterwards who was not there before, and good events still flow. */
async function changesNothing<T>(act: () => Promise<T>): Promise<T> {
  const before = await figures();
  const answer = await act();
  expect(await figures()).toEqual(before);
  return answer;
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const withData = (data: string) => JSON.stringify(anEvent({ data: 0 })).replace('"data":0', `"data":${data}`);

describe('an event that cannot be taken is refused with place, reason and remedy', () => {
  const refused: [name: string, body: () => string, path: string, reason: RegExp, remedy: RegExp][] = [
    ['malformed JSON', () => '{\n  "id": "x",\n  oops\n}', '(body)', /Line 3, column 3/, /JSON/],
    ['JSON that ends early', () => '{"id":', 'id', /Line 1, column 7/, /JSON/],
    ['a field that stands twice', () => '{"id":"a","id":"b"}', 'id', /second time/, /once/],
    ['no body', () => '', '(event)', /object/, /CloudEvents 1\.0/],
    ['a number', () => '5', '(event)', /object/, /CloudEvents 1\.0/],
    ['null', () => 'null', '(event)', /object/, /CloudEvents 1\.0/],
    ['an empty batch', () => '[]', '(batch)', /empty/, /at least one/],
    [
      'an id that is a number',
      () => JSON.stringify(anEvent({ id: 7 })),
      'id',
      /must be a text/,
      /CloudEvents/,
    ],
    ['no id', () => JSON.stringify(without('id')), 'id', /names this event/, /CloudEvents/],
    ['no source', () => JSON.stringify(without('source')), 'source', /producer/, /CloudEvents/],
    ['data that is a text', () => withData('"text"'), 'data', /must be an object/, /CloudEvents/],
    ['another version', () => JSON.stringify(anEvent({ specversion: '0.3' })), 'specversion', /1\.0/, /1\.0/],
    [
      'an unknown type',
      () => JSON.stringify(anEvent({ type: 'page.vewed' })),
      'type',
      /page\.vewed.*catalogue/,
      /known type|events\/page\.vewed\.json/,
    ],
    [
      'a type that is none',
      () => JSON.stringify(anEvent({ type: '../../etc/passwd' })),
      'type',
      /noun\.what-happened/,
      /./,
    ],
    ['no subject', () => JSON.stringify(without('subject')), 'subject', /must name the contact/, /subject/],
    [
      'a subject without scheme',
      () => JSON.stringify(anEvent({ subject: 'ana' })),
      'subject',
      /scheme:value/,
      /./,
    ],
    [
      'a blank subject',
      () => JSON.stringify(anEvent({ subject: 'email: ' })),
      'subject',
      /names nobody/,
      /./,
    ],
    [
      'a phone number without digits',
      () => JSON.stringify(anEvent({ subject: 'phone:unknown' })),
      'subject',
      /without digits/,
      /./,
    ],
    [
      'a contact id that nobody has',
      () => JSON.stringify(anEvent({ subject: 'contact:nobody' })),
      'subject',
      /no contact "nobody"/,
      /existing contact/,
    ],
    ['a required value that is missing', () => withData('{}'), 'data.page', /missing/, /a text/],
    ['a value of another type', () => withData('{"page":7}'), 'data.page', /7 does not fit/, /a text/],
    ['a value nobody knows', () => withData('{"page":"a","pge":1}'), 'data.pge', /no field "pge"/, /page/],
    [
      'a number too large for anybody',
      () => withData('{"page":1e999}'),
      '(body)',
      /number is too large/,
      /1e308/,
    ],
    ['values nested far too deep', () => nested(5_000), '', /deeper than/, /flatter/],
    ['values nested too deep', () => withData(nested(25)), '(body)', /deeper than/, /flatter/],
    [
      '__proto__',
      () => withData('{"page":"a","__proto__":{"admin":true}}'),
      'data.__proto__',
      /not allowed/,
      /leave/,
    ],
    [
      'constructor',
      () => withData('{"constructor":{"prototype":{}}}'),
      'data.constructor',
      /not allowed/,
      /leave/,
    ],
    [
      'a time without zone',
      () => JSON.stringify(anEvent({ time: '2026-03-01T09:00:00' })),
      'time',
      /zone/,
      /./,
    ],
    [
      'a day that is none',
      () => JSON.stringify(anEvent({ time: '2026-02-30T09:00:00Z' })),
      'time',
      /zone/,
      /./,
    ],
    [
      'a time to come',
      () => JSON.stringify(anEvent({ time: '2999-01-01T00:00:00Z' })),
      'time',
      /future/,
      /clock/,
    ],
    [
      'a date without zone in the data',
      () =>
        JSON.stringify(anEvent({ type: 'meeting.booked', data: { meetingId: 'm', startsAt: '2026-03-01' } })),
      'data.startsAt',
      /does not fit/,
      /zone/,
    ],
  ];
  test.each(refused)('%s', async (_, body, path, reason, remedy) => {
    const answer = await changesNothing(() => send(body()));

    const { problems } = expectRefusal(answer, 400);
    const problem = path === '' ? problems[0] : problems.find((found) => found.path === path);
    expect(problem, JSON.stringify(problems)).toMatchObject({
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('a batch with one bad event: none of it is recorded, and every problem names its event', async () => {
    const batch = [anEvent(), anEvent({ type: 'no.such' }), anEvent({ subject: 'ana', id: 7 })];

    const { problems } = expectRefusal(await changesNothing(() => host.post('/api/events', batch)), 400);

    expect(problems.map(({ path }) => path)).toEqual(['[1].type', '[2].id', '[2].subject']);
  });

  test('a batch that is too large', async () => {
    const batch = Array.from({ length: 501 }, () => anEvent());

    const { problems } = expectRefusal(await changesNothing(() => host.post('/api/events', batch)), 400);

    expect(problems).toEqual([
      { path: '(batch)', reason: 'the batch has 501 events', remedy: expect.stringContaining('at most 500') },
    ]);
  });

  test.each([300_000, 1_000_000, 6_000_000])('a body of %i bytes', async (size) => {
    const answer = await changesNothing(() => send(withData(JSON.stringify({ page: 'x'.repeat(size) }))));

    expect(expectRefusal(answer, 413).problems[0]?.reason).toMatch(/256 kB/);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'content type %s',
    async (type) => {
      const answer = await changesNothing(() => send(JSON.stringify(anEvent()), { 'content-type': type }));

      expect(expectRefusal(answer, 415).problems[0]).toMatchObject({ path: 'content-type' });
    },
  );
});

describe('an event id is used once', () => {
  test('the same event again is accepted and is still one event', async () => {
    const event = anEvent({ subject: 'email:twice@example.com' });

    for (let times = 0; times < 3; times++) expect((await host.post('/api/events', event)).status).toBe(202);
    await flows();

    expect(eventLines(await contactWhere('twice@example.com', () => true))).toHaveLength(1);
  });

  test('another event under the same id is refused, in a later request and in one batch', async () => {
    const id = `reused-${++events}`;
    const first = anEvent({ id, subject: 'email:reused@example.com', data: { page: 'first' } });
    const second = anEvent({ id, subject: 'email:reused@example.com', data: { page: 'second' } });

    expect((await host.post('/api/events', [first])).status).toBe(202);
    await flows();
    const later = await host.post('/api/events', [second]);
    const batch = await host.post('/api/events', [
      { ...first, id: `${id}-b` },
      { ...second, id: `${id}-b` },
    ]);
    await flows();

    expectRefusal(later, 409);
    expectRefusal(batch, 409);
    expect(eventLines(await contactWhere('reused@example.com', () => true))).toHaveLength(1);
  });
});

const eventLines = ({ timeline }: ContactView) => timeline.filter(({ kind }) => kind === 'event');

describe('a request that leads nowhere', () => {
  test('an unknown address', async () => {
    for (const path of ['/api/', '/api/nothing', '/api/contacts/a/b/c', '/api/events/1'])
      expectRefusal(await host.get(path), 404);
  });

  test.each([
    ['GET', '/api/events', 'POST'],
    ['DELETE', '/api/contacts', 'GET'],
    ['PUT', '/api/campaigns/spring-check-in/runs', 'POST'],
    ['POST', '/', 'GET, HEAD'],
  ])('%s %s is refused and says that %s works', async (method, path, allow) => {
    const answer = await host.ask(path, { method });

    expectRefusal(answer, 405);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test('broken percent-encoding', async () => {
    expect(expectRefusal(await host.get('/api/contacts/%E0%A4%A'), 400).problems[0]?.reason).toMatch(
      /percent-encoding/,
    );
    expect((await host.get('/contacts/%E0%A4%A')).status).toBe(200);
    expect((await host.get('/api/contacts?q=%E0%A4%A')).status).toBe(200);
  });

  test('a file outside the designer', async () => {
    for (const path of ['/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/....//package.json']) {
      const { body } = await host.get(path);

      expect(String(body)).toMatch(/^<!doctype html>/);
    }
  });

  test('a cursor that no list gave out', async () => {
    const lists = ['/api/contacts?', '/api/tasks?', '/api/messages?'];
    for (const list of lists)
      for (const cursor of ['garbage', '%00', 'WyJvdGhlciIsIngiLDFd', 'e30']) {
        const { problems } = expectRefusal(await host.get(`${list}cursor=${cursor}`), 400);
        expect(problems[0]).toMatchObject({ path: 'cursor' });
      }
  });

  test('a stage, a status, a contact or a campaign that is not there', async () => {
    expect(expectRefusal(await host.get('/api/contacts?stage=nowhere'), 400).problems[0]).toMatchObject({
      path: 'stage',
      remedy: expect.stringContaining('targeted'),
    });
    expect(expectRefusal(await host.get('/api/messages?status=nowhere'), 400).problems[0]).toMatchObject({
      path: 'status',
    });
    expectRefusal(await host.get('/api/contacts/nobody'), 404);
    expectRefusal(await host.get('/api/contacts/%00'), 404);
    expectRefusal(await host.get(`/api/contacts/${'x'.repeat(5000)}`), 400);
    expectRefusal(await host.post('/api/campaigns/nothing/runs', {}), 404);
  });
});

describe('a stranger', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.'])(
    'a page that calls this machine "%s" is refused',
    async (name) => {
      expect(expectRefusal(await asHost(name, 'GET', '/api/home'), 403).problems[0]).toMatchObject({
        path: 'host',
      });
      expectRefusal(await asHost(name, 'GET', '/'), 403);
    },
  );

  test.each(['https://evil.example', 'null', 'http://localhost:1'])(
    'a page of %s may not send',
    async (origin) => {
      const answer = await changesNothing(() => send(JSON.stringify(anEvent()), { ...json, origin }));

      expect(expectRefusal(answer, 403).problems[0]).toMatchObject({
        path: 'origin',
        reason: expect.stringContaining(origin),
      });
    },
  );
});

/** `fetch` lets nobody choose the Host header. */
function asHost(name: string, method: string, path: string): Promise<Pick<Answer, 'status' | 'body'>> {
  return new Promise((resolve, reject) => {
    const asked = request(host.url + path, { method, headers: { host: name } }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const body: Json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      resolve({ status: response.statusCode ?? 0, body });
    });
    asked.on('error', reject).end();
  });
}

describe('an answer that comes too late, or for nothing', () => {
  const answerOf = (contactId: string, what: string, body: Json) =>
    host.post(`/api/contacts/${contactId}/${what}`, body);
  const happened = (subject: string, list: [type: string, data: JsonObject][]) =>
    host.post(
      '/api/events',
      list.map(([type, data], index) =>
        anEvent({
          type,
          subject,
          data,
          time: new Date(Date.parse('2026-03-01T00:00:00Z') + index).toISOString(),
        }),
      ),
    );

  test('task, offer and handover that do not exist', async () => {
    const { contact } = await flows();
    const unknown: [string, Json][] = [
      ['tasks/none/completion', { outcome: 'done' }],
      ['offers/none/answer', { answer: 'accepted' }],
      ['handovers/none/answer', { answer: 'accepted' }],
    ];
    for (const [what, body] of unknown)
      for (const id of [contact.id, 'nobody'])
        expectRefusal(await changesNothing(() => answerOf(id, what, body)), 404);
  });

  test('bodies that do not fit', async () => {
    const { contact } = await flows();
    const bad: [string, Json][] = [
      ['tasks/x/completion', {}],
      ['tasks/x/completion', { outcome: 7 }],
      ['tasks/x/completion', { outcome: 'done', extra: 1 }],
      ['offers/x/answer', { answer: 'perhaps' }],
      ['handovers/x/answer', { answer: 'returned' }],
      ['handovers/x/answer', []],
    ];
    for (const [what, body] of bad) expectRefusal(await answerOf(contact.id, what, body), 400);
  });

  test('a task takes its own outcomes, once', async () => {
    const subject = 'email:task@example.com';
    await happened(subject, [['lead.created', { leadId: 'l-task', origin: 'paid-search' }]]);
    const { contact, tasks } = await contactWhere(subject, (view) => view.tasks.length > 0);
    const completion = `tasks/${tasks[0]?.id}/completion`;

    const wrong = await changesNothing(() => answerOf(contact.id, completion, { outcome: 'no-such' }));
    expect(expectRefusal(wrong, 422).problems[0]).toMatchObject({ path: 'outcome', remedy: 'use done' });
    expect((await answerOf(contact.id, completion, { outcome: 'done' })).status).toBe(200);

    expectRefusal(await changesNothing(() => answerOf(contact.id, completion, { outcome: 'done' })), 409);
  });

  test('a handover takes its own return reasons, and one answer', async () => {
    const subject = 'email:handover@example.com';
    await happened(subject, [
      ['lead.qualified', { leadId: 'l-handover', insideSales: 'ines' }],
      [
        'deal.won',
        {
          ...{ leadId: 'l-handover', salesRepresentative: 'sergio', billingAddress: 'Main Street 1' },
          ...{ contactPerson: 'Ana', promisedDates: 'week 12', openPoints: 'none' },
        },
      ],
    ]);
    const { contact, handovers } = await contactWhere(subject, (view) => view.handovers.length > 0);
    const answer = `handovers/${handovers[0]?.id}/answer`;

    const wrong = await changesNothing(() =>
      answerOf(contact.id, answer, { answer: 'returned', reason: 'no-such' }),
    );
    expect(expectRefusal(wrong, 422).problems[0]).toMatchObject({
      path: 'reason',
      remedy: expect.stringContaining('information-missing'),
    });
    expect((await answerOf(contact.id, answer, { answer: 'accepted' })).status).toBe(200);
    await contactWhere(subject, (view) => view.contact.stage === 'welcomed');

    const late: Json = { answer: 'returned', reason: 'information-missing' };
    expectRefusal(await changesNothing(() => answerOf(contact.id, answer, late)), 409);
  });

  test('an offer takes one answer, whichever way it comes', async () => {
    const subject = 'email:offer@example.com';
    await happened(subject, [
      ['contact.updated', { productsOwned: ['credit-card'], valueTier: 'a' }],
      ['order.placed', { orderId: 'o-1' }],
      ['order.delivered', { orderId: 'o-1' }],
      ['review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 }],
    ]);
    await contactWhere(subject, (view) => view.contact.stage === 'developed');
    const enquiry = { enquiryId: 'enquiry-1', topic: 'interest-rate', channel: 'phone' };
    await happened(subject, [['interaction.enquiry', enquiry]]);
    const { contact, offers } = await contactWhere(subject, (view) => view.offers.length > 0);
    const offer = `offers/${offers[0]?.id}/answer`;
    const completion = `tasks/${offers[0]?.taskId}/completion`;

    const wrong = await changesNothing(() => answerOf(contact.id, completion, { outcome: 'perhaps' }));
    expectRefusal(wrong, 422);
    expect((await answerOf(contact.id, offer, { answer: 'accepted' })).status).toBe(200);
    await contactWhere(subject, ({ enrolments }) =>
      enrolments.some(
        ({ journey, status }) => journey === 'rate-enquiry-retention' && status === 'completed',
      ),
    );

    expectRefusal(await changesNothing(() => answerOf(contact.id, offer, { answer: 'declined' })), 409);
    expectRefusal(await answerOf(contact.id, completion, { outcome: 'declined' }), 409);
    const { tasks } = await host.view<TasksView>('/api/tasks?queue=retention');
    expect(tasks.filter(({ contactId }) => contactId === contact.id)).toEqual([]);
  });
});

test('the host has said nothing about its code', () => {
  const said = host.stderr();
  expect(said).not.toMatch(/^\s+at /m);
  expect(said).not.toContain('request failed');
});
