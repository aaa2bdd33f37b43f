import type { OutgoingMessage, Store } from '@baton/functions/ports.ts';
import { getRow, rowsOf, sendsOf } from '@baton/functions/repositories/read.ts';
import { ConsentRow, consentKey, EventRow, headKey } from '@baton/functions/repositories/rows.ts';
import { acceptEvents } from '@baton/functions/use-cases/accept-events.ts';
import { commitChange } from '@baton/functions/use-cases/contact-change.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import type { MessageChannel } from '@baton/rules/documents/common.ts';
import type { ChannelDocument, Journey } from '@baton/rules/documents/index.ts';
import { addDuration, parseDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ignoredMetrics } from '../support/ignored-metrics.ts';
import { journeyOf } from '../support/journeys.ts';
import { aChannel, liveWith, openPermits } from '../support/permit-bench.ts';
import { aTemplate } from '../support/publishing-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const ana = 'email:ana@example.com';
const evening = '2026-03-02T21:00:00.000Z';
const night = [{ from: '20:00', to: '08:00' }];
const marketing = { channel: 'email', purpose: 'marketing' };

const done = { kind: 'end', title: 'Done', reason: 'done' } as const;
/** Every order brings one message of marketing, or of service; an order that is delivered needs none. */
const greeting = (purpose: 'marketing' | 'service', channel: MessageChannel): Journey =>
  journeyOf(
    {
      say: { kind: 'send', title: 'Say hello', template: 'hello', channel, purpose, next: 'pause' },
      pause: { kind: 'wait', title: 'Wait', wait: { after: 'P1D' }, next: 'done' },
      done,
    },
    {
      id: 'greeting',
      start: 'say',
      trigger: { event: 'order.placed' },
      key: '$.orderId',
      reEntry: { policy: 'always' },
      exits: [
        {
          event: 'order.delivered',
          match: [{ path: '$.orderId', equals: { fact: 'event', path: '$.orderId' } }],
          reason: 'delivered',
        },
      ],
    },
  );

async function aHost(
  channels: readonly ChannelDocument[],
  {
    start = evening,
    purpose = 'marketing',
    channel = 'email',
  }: { start?: string; purpose?: 'marketing' | 'service'; channel?: MessageChannel } = {},
) {
  const library = await shippedLibrary();
  const host = await openVirtualHost(start, {
    ...library,
    'best-practice': new Map(),
    campaigns: new Map(),
    journeys: new Map([['greeting', greeting(purpose, channel)]]),
    templates: new Map([['hello', aTemplate({ channel, body: 'Hello. {{ unsubscribe }}' })]]),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
  });
  const id = (subject = ana) => resolveContact(host.ports, subject);
  const pass = (span: string) => host.passUntil(addDuration(host.clock.now().toISOString(), span));
  const click = async (link: string, method: 'GET' | 'POST' = 'POST', more = '') => {
    const token = new URL(link).pathname.split('/')[2] ?? '';
    const answer = await host.api({
      routeKey: `${method} /u/{token}${more}`,
      pathParameters: { token },
      body: 'List-Unsubscribe=One-Click',
    });
    return z
      .object({ statusCode: z.number(), body: z.string(), headers: z.record(z.string(), z.string()) })
      .parse(answer);
  };
  const consent = async () =>
    getRow(host.ports.store, consentKey(await id(), 'email', 'marketing'), ConsentRow);
  return {
    ...host,
    id,
    pass,
    click,
    consent,
    agrees: (more = {}) => host.happens(ana, 'consent.given', { ...marketing, ...more }),
    orders: (orderId: string, subject = ana) => host.happens(subject, 'order.placed', { orderId }),
    messages: async () =>
      (await sendsOf(host.ports.store, await id())).sort((a, b) => a.at.localeCompare(b.at)),
    events: async (type: string) =>
      (await rowsOf(host.ports.store, await id(), 'EVT#', EventRow)).filter((event) => event.type === type),
    line: async () =>
      (await contactView(host.ports, await id()))?.timeline.find(({ kind }) => kind === 'message'),
  };
}

describe('marketing in quiet hours', () => {
  const berlin = aChannel({ timeZone: 'Europe/Berlin', quietHours: night });

  test("is held until the contact's own clock lets it go, and says so on the timeline", async () => {
    const { agrees, happens, orders, sent, line, messages, pass } = await aHost([berlin]);
    await agrees();
    await happens(ana, 'contact.updated', { timeZone: 'Asia/Tokyo' });
    await orders('o-1');

    expect(sent).toEqual([]);
    expect(await line()).toMatchObject({
      title: expect.stringContaining('E-mail is held'),
      text: 'Held until 08:00 on 2026-03-03 (quiet hours, Asia/Tokyo).',
    });
    await pass('PT1H59M');
    expect(sent).toEqual([]);
    await pass('PT1M');
    expect(await messages()).toMatchObject([{ status: 'SENT', at: '2026-03-02T23:00:00.000Z' }]);
    expect(sent).toHaveLength(1);
  });

  test("goes by the company's zone where the contact's is not known, or is no zone", async () => {
    const { agrees, happens, orders, messages, pass } = await aHost([berlin]);
    await agrees();
    await happens(ana, 'contact.updated', { timeZone: 'Mars/Olympus' });
    await orders('o-1');

    expect(await messages()).toMatchObject([{ status: 'HELD', until: '2026-03-03T07:00:00.000Z' }]);
    await pass('P1D');
    expect(await messages()).toMatchObject([{ status: 'SENT' }]);
  });

  test('is not sent where the consent is withdrawn meanwhile', async () => {
    const { agrees, happens, orders, messages, pass, sent } = await aHost([berlin]);
    await agrees();
    await orders('o-1');
    await happens(ana, 'consent.withdrawn', marketing);
    await pass('P1D');

    expect(await messages()).toMatchObject([{ status: 'SKIPPED', reason: 'consent-withdrawn' }]);
    expect(sent).toEqual([]);
  });

  test('is given up where the contact leaves the journey meanwhile', async () => {
    const { agrees, happens, orders, messages, pass, sent, id, ports } = await aHost([berlin]);
    await agrees();
    await orders('o-1');
    const [{ enrolmentId } = { enrolmentId: '' }] = await messages();
    await happens(ana, 'order.delivered', { orderId: 'o-1' });
    // A machine that was not stopped asks once more, and is not told to ask for ever.
    const call = { enrolments: [{ contactId: await id(), enrolmentId }], step: 'say', visit: 'later' };
    expect(await runStep(ports, { ...call, phase: 'enter' })).toEqual({ results: [{ to: '$ended' }] });
    await pass('P1D');

    expect(await messages()).toMatchObject([{ status: 'SKIPPED', reason: 'left-journey' }]);
    expect(sent).toEqual([]);
  });

  test('a channel without a document is quiet from 20:00 to 08:00 UTC', async () => {
    const { agrees, orders, messages } = await aHost([]);
    await agrees();
    await orders('o-1');

    expect(await messages()).toMatchObject([{ status: 'HELD', until: '2026-03-03T08:00:00.000Z' }]);
  });
});

test('a service message needs no consent, knows no cap and no night, and has no link', async () => {
  const caps = [{ messages: 1, within: 'P7D' }];
  const { orders, sent } = await aHost([aChannel({ quietHours: night, caps })], { purpose: 'service' });

  await orders('o-1');
  await orders('o-2');

  expect(sent.map(({ unsubscribe, body }) => [unsubscribe, body])).toEqual([
    [undefined, 'Hello. '],
    [undefined, 'Hello. '],
  ]);
});

test('of several caps each counts in its own window', async () => {
  const caps = [
    { messages: 1, within: 'P1D' },
    { messages: 2, within: 'P7D' },
  ];
  const { agrees, orders, messages, pass } = await aHost([aChannel({ caps })]);
  await agrees();
  for (const [order, span] of [
    ['o-1', 'PT23H59M59S'],
    ['o-2', 'PT1S'],
    ['o-3', 'P2D'],
    ['o-4', 'P4D'],
    ['o-5', 'P1D'],
  ] as const) {
    await orders(order);
    await pass(span);
  }

  expect((await messages()).map(({ status, reason }) => reason ?? status)).toEqual([
    'SENT',
    'frequency-cap',
    'SENT',
    'frequency-cap',
    'SENT',
  ]);
});

test('a cap across channels counts what went by another channel', async () => {
  const across = [{ messages: 1, within: 'P7D', acrossChannels: true }];
  const { agrees, orders, messages, ports, id } = await aHost([
    aChannel(),
    aChannel({ id: 'sms', caps: across }),
  ]);
  await agrees();
  await orders('o-1');

  const counted = await ports.store.get('core', { pk: `C#${await id()}`, sk: 'CAP#all' });
  expect(counted).toMatchObject({ sentAt: [evening] });
  expect(await messages()).toMatchObject([{ status: 'SENT' }]);
});

describe('a rate', () => {
  const rate = { messages: 3, per: 'PT1M' };

  test('is never exceeded; whoever has no room waits, and all leave as soon as there is', async () => {
    const left: { at: number; message: OutgoingMessage }[] = [];
    const { orders, sent, pass, clock, ports, happens } = await aHost([aChannel({ rate })], {
      purpose: 'service',
    });
    const { send } = ports.channels.email;
    ports.channels.email = {
      send: (message) => {
        left.push({ at: clock.now().getTime(), message });
        return send(message);
      },
    };
    for (let at = 0; at < 10; at++) {
      await happens(`email:c${at}@example.com`, 'contact.updated', { city: 'Recife' });
      await orders(`o-${at}`, `email:c${at}@example.com`);
    }
    expect(sent).toHaveLength(3);

    await pass('PT5M');

    expect(sent).toHaveLength(10);
    const times = left.map(({ at }) => at);
    for (const at of times)
      expect(
        times.filter((other) => other >= at && other < at + parseDuration(rate.per)).length,
      ).toBeLessThanOrEqual(3);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(parseDuration('PT3M30S'));
  });

  test('makes a message wait, which says so and is asked again whether it may be sent', async () => {
    const { agrees, orders, messages, line, happens, pass, sent } = await aHost([
      aChannel({ rate: { messages: 1, per: 'PT1H' } }),
    ]);
    await agrees();
    await orders('o-1');
    await pass('PT1M');
    await orders('o-2');

    expect((await messages())[1]).toMatchObject({ status: 'PERMITTED', reason: 'rate-limit' });
    expect((await line())?.text).toMatch(/^Waits for its turn until 2026-03-02T22:0.*no more at a time\./);
    await happens(ana, 'consent.withdrawn', marketing);
    await pass('PT2H');

    expect((await messages())[1]).toMatchObject({ status: 'SKIPPED', reason: 'consent-withdrawn' });
    expect(sent).toHaveLength(1);
  });

  test.each(['left-journey', 'problem-open'])(
    'does not send what has waited when it is not wanted any more: %s',
    async (reason) => {
      const { agrees, orders, messages, happens, pass, sent, id, ports } = await aHost([
        aChannel({ rate: { messages: 1, per: 'PT1H' } }),
      ]);
      await agrees();
      await orders('o-1');
      await pass('PT2M');
      await orders('o-2');
      expect((await messages())[1]).toMatchObject({ status: 'PERMITTED', reason: 'rate-limit' });

      if (reason === 'left-journey') await happens(ana, 'order.delivered', { orderId: 'o-2' });
      else await layOver(ports.store, await id());
      await pass('PT2H');

      expect((await messages())[1]).toMatchObject({ status: 'SKIPPED', reason });
      expect(sent).toHaveLength(1);
    },
  );

  test('sends what has waited although its journey went on to its end meanwhile', async () => {
    const { agrees, orders, messages, pass } = await aHost([aChannel({ rate: { messages: 1, per: 'P2D' } })]);
    await agrees();
    await orders('o-1');
    await pass('PT2M');
    await orders('o-2');
    await pass('P3D');

    expect((await messages()).map(({ status }) => status)).toEqual(['SENT', 'SENT']);
  });

  test('gives the room under a cap back with a message that is not sent', async () => {
    const { agrees, orders, messages, happens, pass } = await aHost([
      aChannel({ caps: [{ messages: 1, within: 'P7D' }], rate: { messages: 1, per: 'PT1H' } }),
    ]);
    await happens('email:bea@example.com', 'consent.given', marketing);
    await orders('other', 'email:bea@example.com');
    await agrees();
    await orders('o-1');
    await pass('PT2M');
    await happens(ana, 'order.delivered', { orderId: 'o-1' });
    await pass('PT2H');
    await orders('o-2');
    await pass('PT2H');

    expect((await messages()).map(({ status, reason }) => reason ?? status)).toEqual([
      'left-journey',
      'SENT',
    ]);
  });

  test('does not carry a message into the night', async () => {
    const { agrees, orders, messages, pass } = await aHost(
      [aChannel({ rate: { messages: 1, per: 'PT1H' }, quietHours: night })],
      { start: '2026-03-02T19:30:00.000Z' },
    );
    await agrees();
    await orders('o-1');
    await pass('PT1M');
    await orders('o-2');
    await pass('PT2H');
    expect((await messages())[1]).toMatchObject({
      status: 'PERMITTED',
      reason: 'quiet-hours',
      timeZone: 'UTC',
    });

    await pass('P1D');
    expect(await messages()).toMatchObject([
      { status: 'SENT' },
      { status: 'SENT', sentAt: '2026-03-03T08:00:00.000Z' },
    ]);
    expect((await messages())[1]?.until).toBeUndefined();
  });

  test('does not bring two messages closer together than a cap allows', async () => {
    const caps = [{ messages: 1, within: 'PT1H' }];
    const { agrees, happens, orders, messages, pass } = await aHost([
      aChannel({ caps, rate: { messages: 1, per: 'PT40M' } }),
    ]);
    await agrees();
    await happens('email:bea@example.com', 'consent.given', marketing);
    await orders('other', 'email:bea@example.com');
    await orders('o-1');
    await pass('PT1H');
    await orders('o-2');

    expect((await messages()).map(({ status, reason }) => reason ?? status)).toEqual([
      'SENT',
      'frequency-cap',
    ]);
  });
});

describe('the link in a message', () => {
  test('ends marketing at once where it is posted to, as often as one likes, and journeys hear of it', async () => {
    const { agrees, orders, sent, click, consent, events, messages, settle, pass } = await aHost([
      aChannel(),
    ]);
    await agrees({ method: 'form', text: 'a-text' });
    await orders('o-1');
    const link = sent[0]?.unsubscribe ?? '';
    expect(sent[0]?.body).toBe(`Hello. ${link}`);

    const answer = await click(link);
    // Before anything else has been done: the answer is the moment.
    expect(await consent()).toMatchObject({ given: false, method: 'unsubscribe-link', text: 'a-text' });
    await click(link);
    await settle();
    await pass('PT1M');
    await orders('o-2');

    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('You are unsubscribed') });
    expect(await events('consent.withdrawn')).toMatchObject([
      {
        data: { ...marketing, method: 'unsubscribe-link', journey: 'greeting' },
        source: 'baton.unsubscribe',
      },
    ]);
    expect((await events('consent.withdrawn'))[0]?.pend).toBeUndefined();
    expect((await messages())[1]).toMatchObject({ status: 'SKIPPED', reason: 'consent-withdrawn' });
  });

  test('only shows a page where it is looked at', async () => {
    const { agrees, orders, sent, click, consent, settle } = await aHost([aChannel()]);
    await agrees();
    await orders('o-1');

    const answer = await click(sent[0]?.unsubscribe ?? '', 'GET');
    await settle();

    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<form method="post"');
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(answer.body).not.toContain('ana@');
    expect(await consent()).toMatchObject({ given: true });
  });

  test('takes a withdrawal back that it made, but none that was made otherwise', async () => {
    const { agrees, orders, sent, click, consent, settle, happens, pass } = await aHost([aChannel()]);
    await agrees({ method: 'double-opt-in', text: 'a-text' });
    await orders('o-1');
    const link = sent[0]?.unsubscribe ?? '';

    expect((await click(link, 'POST', '/undo')).statusCode).toBe(409);
    await click(link);
    expect((await click(link, 'POST', '/undo')).statusCode).toBe(200);
    await settle();
    expect(await consent()).toMatchObject({
      given: true,
      method: 'unsubscribe-undone',
      wording: 'Yes, write to me.',
    });

    await pass('PT1M');
    await happens(ana, 'consent.withdrawn', { ...marketing, method: 'call' });
    expect((await click(link, 'POST', '/undo')).statusCode).toBe(409);
    expect(await consent()).toMatchObject({ given: false, method: 'call' });
  });

  test('leads nowhere where a letter of it is changed', async () => {
    const { agrees, orders, sent, click, consent } = await aHost([aChannel()]);
    await agrees();
    await orders('o-1');
    const link = sent[0]?.unsubscribe ?? '';

    const answer = await click(`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`);

    expect(answer.statusCode).toBe(404);
    expect(await consent()).toMatchObject({ given: true });
  });
});

describe('the address', () => {
  test('of a webhook is the contact itself, because there is one receiver for all', async () => {
    const { orders, sent, id, line } = await aHost([], { purpose: 'service', channel: 'webhook' });
    await orders('o-1');

    expect(sent).toMatchObject([{ channel: 'webhook', to: await id() }]);
    expect((await line())?.text).not.toContain(await id());
  });

  test('of a push message is the token that the app reported', async () => {
    const { happens, orders, sent, messages } = await aHost([], { purpose: 'service', channel: 'push' });
    await orders('o-1');
    await happens(ana, 'contact.updated', { pushToken: 'token-1' });
    await orders('o-2');

    expect((await messages()).map(({ reason, status }) => reason ?? status)).toEqual(['no-address', 'SENT']);
    expect(sent).toMatchObject([{ channel: 'push', to: 'token-1' }]);
  });
});

/** A case has laid its stage over the contact's own. */
const layOver = (store: Store, contactId: string) =>
  store.transact([
    {
      kind: 'update',
      table: 'core',
      key: headKey(contactId),
      set: { overlay: { stage: 'problem-managed', stay: 1, since: evening } },
    },
  ]);

describe('a consent', () => {
  test('that came from a clock ahead does not outlive a withdrawal that was heard after it', async () => {
    const { ports, pass, happens, consent } = await aHost([aChannel()]);
    const accepted = await acceptEvents(ports, [
      {
        specversion: '1.0',
        id: 'ahead',
        source: 'tests',
        type: 'consent.given',
        subject: ana,
        time: addDuration(evening, 'PT4M'),
        data: marketing,
      },
    ]);
    expect(accepted.ok).toBe(true);
    await pass('PT1M');
    expect(await consent()).toMatchObject({ given: true });
    await happens(ana, 'consent.withdrawn', marketing);

    expect(await consent()).toMatchObject({ given: false });
  });

  test('is kept with its proof: who reported it, how, where and to which words', async () => {
    const { agrees, consent, id, ports } = await aHost([aChannel()]);
    await agrees({ method: 'double-opt-in', source: 'newsletter form', text: 'a-text' });

    const proof = {
      method: 'double-opt-in',
      where: 'newsletter form',
      text: 'a-text',
      wording: 'Yes, write to me.',
    };
    expect(await consent()).toMatchObject({ given: true, at: evening, source: 'tests', ...proof });
    expect((await contactView(ports, await id()))?.contact.consent).toMatchObject([
      { given: true, ...proof, method: 'Double opt in' },
    ]);
  });

  test.each(['given first', 'withdrawn first'])(
    'that was given and withdrawn at one moment is withdrawn: %s',
    async (order) => {
      const { happens, consent } = await aHost([aChannel()]);
      const types = ['consent.given', 'consent.withdrawn'];
      for (const type of order === 'given first' ? types : types.toReversed())
        await happens(ana, type, marketing);

      expect(await consent()).toMatchObject({ given: false });
    },
  );

  test('that is withdrawn while a permit is on its way keeps it from being written', async () => {
    const { ask, consent, store } = await openPermits();
    const live = liveWith([aChannel()]);
    const ports = { store, metrics: ignoredMetrics };
    const { permit, change } = await ask(live, Date.parse(evening));
    expect(permit).toEqual({ kind: 'permitted' });

    await consent(false);

    expect(await commitChange(ports, change)).toBe(false);
    expect((await ask(live, Date.parse(evening))).permit).toEqual({
      kind: 'skipped',
      reason: 'consent-withdrawn',
    });
  });

  test('is not needed where the channel asks for none, but its withdrawal counts', async () => {
    const channel = aChannel();
    const { orders, messages, happens } = await aHost([
      { ...channel, consent: { ...channel.consent, purposes: [] } },
    ]);
    await orders('o-1');
    await happens(ana, 'consent.withdrawn', marketing);
    await orders('o-2');

    expect((await messages()).map(({ status, reason }) => reason ?? status)).toEqual([
      'SENT',
      'consent-withdrawn',
    ]);
  });
});
