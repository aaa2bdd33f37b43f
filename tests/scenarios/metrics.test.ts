import { type Channel, type CloudEvent, type Store, Transient } from '@baton/functions/ports.ts';
import { enrolmentsOf, offersOf, sendsOf } from '@baton/functions/repositories/read.ts';
import { answerOffer } from '@baton/functions/use-cases/answers.ts';
import { publishStep } from '@baton/functions/use-cases/publish-step.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { runStep } from '@baton/functions/use-cases/run-step.ts';
import { sweep } from '@baton/functions/use-cases/sweep.ts';
import { createLocalMetrics } from '@baton/infra/local/metrics.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, test } from 'vitest';
import { openDeafHost } from '../support/deaf-host.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const after = (span: string) => addDuration(start, span);
const everything = '9999-12-31T00:00:00.000Z';
const ana = 'email:ana@example.com';

type Counts = () => Record<string, number>;

/** What was counted while something was done. What is measured rather than counted depends on the number of steps. */
async function countedBy(counts: Counts, act: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = counts();
  await act();
  return Object.fromEntries(
    Object.entries(counts())
      .filter(([name]) => !/Seconds|Milliseconds/.test(name))
      .map(([name, value]): [string, number] => [name, value - (before[name] ?? 0)])
      .filter(([, value]) => value !== 0),
  );
}

describe('a card customer asks about the interest rate', () => {
  /** A customer who has had a delivery and likes it; the journey that presents an offer waits for the answer. */
  async function asked() {
    const host = await openVirtualHost(start);
    await host.happens(ana, 'contact.updated', { productsOwned: ['credit-card'], valueTier: 'b' });
    await host.happens(ana, 'order.placed', { orderId: 'o-1' });
    await host.happens(ana, 'order.delivered', { orderId: 'o-1' });
    await host.happens(ana, 'review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
    const enquiry = { enquiryId: 'q-1', topic: 'interest-rate', channel: 'phone' };
    const counted = await countedBy(host.counts, () => host.happens(ana, 'interaction.enquiry', enquiry));
    return { ...host, counted };
  }

  test('one event, one wait for the answer and one for a second contact about the same', async () => {
    expect((await asked()).counted).toEqual({ EventsAccepted: 1, WaitOpened: 2 });
  });

  test('an answer claims the wait', async () => {
    const host = await asked();
    const contactId = await resolveContact(host.ports, ana);
    const [offer] = await offersOf(host.ports.store, contactId);

    const counted = await countedBy(host.counts, async () => {
      await answerOffer(host.ports, { contactId, offerId: offer?.id ?? '', answer: 'accepted' });
      await host.settle();
    });

    expect(counted).toMatchObject({ WaitClaimed: 1 });
    expect(counted).not.toHaveProperty('WaitExpired');
  });

  test('without an answer the wait expires, and one message is allowed and sent', async () => {
    const host = await asked();

    const counted = await countedBy(host.counts, () => host.passUntil(after('PT1H')));

    expect(counted).toEqual({ WaitExpired: 1, PermitGranted: 1, SendSent: 1 });
    expect(host.sent).toHaveLength(2);
    expect(host.counts()['TimerLatenessSeconds.max']).toBe(0);
  });
});

describe('what is repeated is counted as that, or not at all', () => {
  test('an event', async () => {
    const host = await openVirtualHost(start);
    const event: CloudEvent = {
      specversion: '1.0',
      id: 'event-1',
      source: 'tests',
      type: 'contact.updated',
      time: start,
      subject: ana,
      data: { city: 'Lund' },
    };

    const counted = await countedBy(host.counts, async () => {
      await host.ports.bus.put([event]);
      await host.ports.bus.put([event]);
      await host.ports.bus.put([{ ...event, data: { city: 'Malmö' } }]);
      await host.settle();
    });

    expect(counted).toEqual({ EventsAccepted: 1, EventsDuplicate: 1, EventsRejected: 1 });
  });

  test('a call of the step function', async () => {
    const { ports, call, counts } = await ordered();

    expect(await countedBy(counts, () => runStep(ports, call))).toEqual({ PermitGranted: 1 });
    expect(await countedBy(counts, () => runStep(ports, call))).toEqual({});
    expect(counts().StepMilliseconds).toBe(2);
  });

  test('a look of the sweeper', async () => {
    const { ports, call, counts } = await ordered();
    await runStep(ports, call);

    const counted = await countedBy(counts, () => sweep(ports, everything));

    expect(counted).toEqual({ Swept: expect.any(Number), SendSent: 1 });
    expect(await countedBy(counts, () => sweep(ports, everything))).toEqual({});
  });
});

test('a change that loses against another counts nothing, and what it comes to in the end is counted once', async () => {
  const { metrics, counts } = createLocalMetrics();
  const { ports, store, call } = await ordered();
  const losing = { ...ports, metrics, store: losingTimes(store, 3) };

  const counted = await countedBy(counts, () => runStep(losing, call));

  expect(counted).toEqual({ PermitGranted: 1 });
});

test('every try to apply an event that another change beats is a conflict', async () => {
  const { ports, store, record, pending } = await openDeafHost(start);
  const { metrics, counts } = createLocalMetrics();
  const contactId = await record('order.placed', { orderId: 'o-1' });
  expect(await pending(contactId)).toHaveLength(1);

  const counted = await countedBy(counts, () =>
    sweep({ ...ports, metrics, store: losingTimes(store, 3) }, everything),
  );

  expect(counted).toMatchObject({ ApplyConflict: 3 });
  expect((await pending(contactId)).map(({ type }) => type)).toEqual(['stage.entered']);
});

describe('a message', () => {
  test('that is not allowed is counted by its reason', async () => {
    const host = await openVirtualHost(start);

    const counted = await countedBy(host.counts, () =>
      host.happens('crm:7', 'order.placed', { orderId: 'o-1' }),
    );

    expect(counted).toMatchObject({ 'PermitDenied.no-address': 1 });
    expect(counted).not.toHaveProperty('PermitGranted');
  });

  test('that the channel refuses is failed', async () => {
    expect(await sentBy(async () => ({ kind: 'refused', reason: 'no such address' }))).toEqual({
      SendFailed: 1,
    });
  });

  test('of which nobody knows whether it went out is unknown, and counted once', async () => {
    const lost: Channel['send'] = async () => {
      throw new Transient('the line went dead');
    };

    expect(await sentBy(lost, { recognisesSendId: false })).toEqual({ SendUnknown: 1 });
  });

  /** What sending one permitted message counts, looked at by the sweeper three times, a quarter of an hour apart. */
  async function sentBy(send: Channel['send'], { recognisesSendId = true } = {}) {
    const { ports, clock, call, counts, contactId } = await ordered();
    const email: Channel = { recognisesSendId, send };
    const sending = { ...ports, channels: { ...ports.channels, email } };
    await runStep(sending, call);
    expect(await sendsOf(ports.store, contactId)).toHaveLength(1);
    return countedBy(counts, async () => {
      for (let look = 0; look < 3; look++) {
        await sweep(sending, everything);
        clock.moveTo(clock.now().getTime() + 15 * 60_000);
      }
    }).then(({ Swept: _, ...counted }) => counted);
  }
});

test.each([
  ['go-live', 'live'],
  ['give-up', 'failed'],
] as const)('a publication is counted once by how it ended: %s', async (step, result) => {
  const { ports, store } = await openDeafHost(start);
  const { metrics, counts } = createLocalMetrics();
  const row = {
    pk: 'PUB#p-1',
    sk: 'PUBLICATION',
    id: 'p-1',
    status: 'publishing',
    tries: 1,
    requestedAt: start,
  };
  const retire = [{ kind: 'campaigns', id: 'spring-check-in' }];
  await store.transact([{ kind: 'put', table: 'design', item: { ...row, documents: [], retire } }]);

  const counted = await countedBy(counts, async () => {
    for (let time = 0; time < 2; time++)
      await publishStep({ ...ports, metrics }, { publication: 'p-1', do: step, reason: 'Transient' });
  });

  expect(counted).toEqual({ [`PublishResult.${result}`]: 1 });
});

/** A contact whose order is to be confirmed by mail in the next step, on a host where nothing goes on by itself. */
async function ordered() {
  const host = await openDeafHost(start);
  const { metrics, counts } = createLocalMetrics();
  const contactId = await host.record('order.placed', { orderId: 'o-1' });
  await host.applyAll(contactId);
  const [enrolment] = await enrolmentsOf(host.store, contactId);
  const enrolments = [{ contactId, enrolmentId: enrolment?.id ?? '' }];
  const call = { enrolments, step: 'confirm', phase: 'enter', visit: 'v-1' } as const;
  return { ...host, ports: { ...host.ports, metrics }, call, counts, contactId };
}

/** A store whose changes of contacts come too late so many times. */
function losingTimes(store: Store, times: number): Store {
  let left = times;
  return {
    ...store,
    transact: async (operations) => {
      const changesHead = operations.some((op) => op.kind === 'put' && op.item.sk === 'HEAD');
      if (changesHead && left-- > 0) return { ok: false, failed: [0] };
      return store.transact(operations);
    },
  };
}
