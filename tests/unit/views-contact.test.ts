import { Rejected } from '@baton/functions/ports.ts';
import { waitsOf } from '@baton/functions/repositories/read.ts';
import { answerHandover, answerOffer } from '@baton/functions/use-cases/answers.ts';
import { campaignsView } from '@baton/functions/views/campaigns.ts';
import { contactView } from '@baton/functions/views/contact.ts';
import { contactsView } from '@baton/functions/views/contacts.ts';
import { homeView } from '@baton/functions/views/home.ts';
import { messagesView } from '@baton/functions/views/messages.ts';
import { statusView } from '@baton/functions/views/status.ts';
import { tasksView } from '@baton/functions/views/tasks.ts';
import { expect, test } from 'vitest';
import { daysAgo, now, viewPorts } from '../support/view-rows.ts';
import { openVirtualHost } from '../support/virtual-host.ts';

type Host = Awaited<ReturnType<typeof openVirtualHost>>;

const ana = 'email:ana@example.com';

/** A card customer in stage Developed, who has just asked about the interest rate. */
async function enquiry() {
  const host = await openVirtualHost('2026-03-02T09:00:00Z');
  await host.happens(ana, 'contact.updated', {
    name: 'Ana Duarte',
    valueTier: 'b',
    yearsAsCustomer: 6,
    productsOwned: ['current-account', 'credit-card'],
  });
  await host.happens(ana, 'order.placed', { orderId: 'o-1', promisedAt: '2026-03-05T00:00:00Z' });
  await host.passUntil('2026-03-03T09:00:00Z');
  await host.happens(ana, 'order.delivered', { orderId: 'o-1' });
  await host.passUntil('2026-03-04T09:00:00Z');
  await host.happens(ana, 'review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await host.passUntil('2026-03-05T09:00:00Z');
  await host.happens(ana, 'interaction.enquiry', {
    enquiryId: 'q-1',
    channel: 'phone',
    topic: 'interest-rate',
  });
  return { host, contactId: await idOf(host, 'Ana Duarte') };
}

async function idOf({ ports }: Host, name: string): Promise<string> {
  const { contacts } = await contactsView(ports, { q: name });
  return contacts[0]?.id ?? '';
}

async function read({ ports }: Host, contactId: string) {
  const view = await contactView(ports, contactId);
  if (!view) throw new Error(`there is no contact ${contactId}`);
  return view;
}

test('there is no view of a contact that does not exist', async () => {
  expect(await contactView(viewPorts(), 'nobody')).toBeUndefined();
  expect(await contactView(viewPorts(), '')).toBeUndefined();
});

test('shows the next best action with its why while the customer is on the line', async () => {
  const { host, contactId } = await enquiry();

  const { contact, offers, enrolments, tasks } = await read(host, contactId);

  expect(contact).toMatchObject({
    name: 'Ana Duarte',
    stage: 'developed',
    stageTitle: 'Developed',
    owner: { team: 'account-owners' },
    identifiers: ['email:ana@example.com'],
  });
  expect(contact.attributes).toContainEqual({
    path: '$.valueTier',
    label: 'Value tier',
    value: 'b',
    at: '2026-03-02T09:00:00.000Z',
  });
  expect(contact.milestones).toContainEqual({
    id: 'second-order',
    title: 'Second order',
    reachedAt: undefined,
  });
  expect(offers).toMatchObject([
    { status: 'presented', table: 'retention-offers', expiresAt: '2026-03-05T09:10:00.000Z' },
  ]);
  expect(offers[0]?.because.map(({ label, seen, outcome }) => [label, seen, outcome])).toEqual([
    ['Value tier', 'b', 'true'],
    ['Years as a customer', 6, 'true'],
  ]);
  expect(offers[0]?.rule?.because.map(({ label, outcome }) => [label, outcome])).toEqual([
    ['Topic', 'true'],
    ['Products owned', 'true'],
    ['Open cases', 'true'],
    ['Days since the last retention offer', 'true'],
  ]);
  expect(enrolments[0]).toMatchObject({
    status: 'active',
    stepTitle: 'Present the best offer now',
    waiting: {
      text: 'Waits for accept or decline until 2026-03-05T09:10:00.000Z.',
      until: '2026-03-05T09:10:00.000Z',
    },
  });
  const script = expect.stringMatching(/^You asked about your rate/);
  expect(offers[0]?.script).toEqual(script);
  expect(tasks).toMatchObject([{ kind: 'offer', status: 'open', contactName: 'Ana Duarte', script }]);
});

test('tells what happened newest first, a decision on the line of its event', async () => {
  const { host, contactId } = await enquiry();

  const { timeline: all, timelineCursor } = await read(host, contactId);
  // Every enquiry is also watched for a week, in case it is asked again.
  const timeline = all.filter(({ title }) => !title.includes('Two enquiries'));

  expect(timeline.map(({ kind, title }) => [kind, title]).slice(0, 6)).toEqual([
    ['task', expect.stringContaining('Offer: ')],
    ['journey', 'Entered “Rate enquiry: keep the card customer”'],
    ['interaction', 'Customer asked something'],
    ['stage', 'Entered Developed'],
    ['handover', expect.stringContaining('Handover: ')],
    ['interaction', 'Review received'],
  ]);
  expect(timeline[1]?.text).toMatch(/^By the rule “.+”\. Under way\.$/);
  expect(timeline[2]).toMatchObject({
    text: 'Channel: phone. Topic: interest rate.',
    detail: { 'Enquiry number': 'q-1', Source: 'tests' },
    decision: { eventType: 'interaction.enquiry' },
  });
  expect(timeline[2]?.decision?.rules[0]).toMatchObject({ id: 'rate-enquiry-retention', verdict: 'fires' });
  expect(timeline[3]?.text).toMatch(/^Owned by Account owners\. By the handover “.+”\.$/);
  expect(timeline.filter(({ kind }) => kind === 'decision')).toEqual([]);
  expect(timeline.map(({ at }) => at)).toEqual(
    timeline
      .map(({ at }) => at)
      .sort()
      .reverse(),
  );
  expect(timelineCursor).toBeUndefined();
});

test('tells the answer to an offer by what was offered', async () => {
  const { host, contactId } = await enquiry();
  const offerId = (await read(host, contactId)).offers[0]?.id ?? '';
  await host.passUntil('2026-03-05T09:05:00Z');

  await answerOffer(host.ports, { contactId, offerId, answer: 'declined', reason: 'too dear' });
  await host.settle();

  const { offers, timeline } = await read(host, contactId);
  expect(offers[0]?.status).toBe('declined');
  const answer = timeline.find(({ title }) => title === 'Offer declined');
  expect(answer?.text).toMatch(/^Two points less.+\. Too dear\.$/);
  expect(timeline.find(({ title }) => title.startsWith('Offer: '))?.text).toBe('For Retention. Declined.');
});

test('says what a complaint does: a case, and a stage laid over the present one', async () => {
  const { host, contactId } = await enquiry();

  await host.happens(ana, 'interaction.complaint', {
    complaintId: 'k-1',
    channel: 'phone',
    topic: 'order-status',
    severity: 'low',
  });

  const { contact, cases, timeline, enrolments } = await read(host, contactId);
  expect(contact).toMatchObject({ stage: 'developed', overlay: 'problem-managed' });
  expect(cases).toMatchObject([{ title: 'Complaint', status: 'open', queue: 'service' }]);
  expect(timeline).toContainEqual(
    expect.objectContaining({
      kind: 'case',
      title: 'Case: Complaint',
      text: expect.stringMatching(
        /^Low priority, for Service\. Opened by the rule “.+”\. Not accepted yet, due 2026-03-\d\dT[\d:.]+Z\.$/,
      ),
    }),
  );
  expect(timeline).toContainEqual(
    expect.objectContaining({
      kind: 'stage',
      title: 'Entered Problem managed',
      text: 'Owned by Service. Selling is suspended.',
    }),
  );
  const left = enrolments.find(({ status }) => status === 'exited');
  expect(left).toMatchObject({ reason: 'Case opened', waiting: undefined });
  expect((await contactsView(host.ports, { stage: 'problem-managed' })).contacts).toMatchObject([
    { id: contactId },
  ]);
});

test('says what a journey waits for, and until when', async () => {
  const host = await openVirtualHost('2026-03-02T09:00:00Z');
  await host.happens('email:bo@example.com', 'cart.updated', { cartId: 'cart-1', items: 2 });
  const contactId = await idOf(host, 'bo@example.com');

  const settling = (await read(host, contactId)).enrolments[0];
  await host.passUntil('2026-03-02T10:00:00Z');
  const waiting = (await read(host, contactId)).enrolments[0];

  expect(settling?.waiting).toEqual({
    text: 'Waits for cart checked out or cart changed until 2026-03-02T10:00:00.000Z.',
    until: '2026-03-02T10:00:00.000Z',
  });
  expect(waiting?.waiting).toEqual({
    text: 'Waits for cart checked out or cart changed until 2026-03-03T09:00:00.000Z.',
    until: '2026-03-03T09:00:00.000Z',
  });
});

test('shows an offered handover with its pack by label, and who took it', async () => {
  const host = await openVirtualHost('2026-03-02T09:00:00Z');
  await host.happens('crm:7', 'lead.created', { leadId: 'l-1', origin: 'referral' });
  await host.happens('crm:7', 'contact.updated', { name: 'Bo', language: 'pt', phone: '+351 2' });
  await host.happens('crm:7', 'interaction.enquiry', { enquiryId: 'q-1', channel: 'web', topic: 'price' });
  const contactId = await idOf(host, 'Bo');
  const offered = (await read(host, contactId)).handovers;

  await answerHandover(host.ports, {
    contactId,
    handoverId: offered[0]?.id ?? '',
    answer: 'accepted',
    person: 'Ines',
  });
  await host.settle();

  expect(offered).toMatchObject([
    {
      handover: 'marketing-to-inside-sales',
      status: 'offered',
      to: { team: 'inside-sales' },
      pack: { Name: 'Bo', 'Phone number': '+351 2', 'What the last enquiry was about': 'price' },
      returnReasons: expect.arrayContaining(['no-need']),
    },
  ]);
  const { contact, timeline } = await read(host, contactId);
  expect(contact).toMatchObject({ stage: 'converted', owner: { team: 'inside-sales', person: 'Ines' } });
  expect(timeline).toContainEqual(
    expect.objectContaining({
      kind: 'stage',
      title: 'Entered Converted',
      text: expect.stringContaining('Owned by Ines (Inside sales).'),
    }),
  );
  expect(timeline.find(({ title }) => title === 'Handover accepted')?.text).toMatch(/By Ines\.$/);
});

test('no view shows the token of a wait', async () => {
  const { host, contactId } = await enquiry();
  const { ports } = host;
  const tokens = (await waitsOf(ports.store, contactId)).map(({ token }) => token);
  expect(tokens.length).toBeGreaterThan(1);

  const shown = JSON.stringify([
    await contactView(ports, contactId),
    await contactsView(ports, {}),
    await tasksView(ports, {}),
    await messagesView(ports, {}),
    await homeView(ports, { deadLetters: 0, clock: 'virtual' }),
    await statusView(ports, { deadLetters: 0, clock: 'virtual' }),
    await campaignsView(ports),
  ]);

  for (const token of tokens) expect(shown).not.toContain(token);
  expect(shown).not.toContain('"token"');
});

test('a long history comes in pages of 50, each line once', async () => {
  const ports = viewPorts();
  await ports.putHead('c1');
  for (let n = 0; n < 120; n++) {
    const id = `t${String(n).padStart(3, '0')}`;
    await ports.putTask('c1', { id, createdAt: daysAgo(n), tl: `${daysAgo(n)}#TSK#${id}` });
  }

  const sizes: number[] = [];
  const lines: string[] = [];
  let timeline: string | undefined;
  do {
    const page = await contactView(ports, 'c1', { timeline });
    sizes.push(page?.timeline.length ?? 0);
    lines.push(...(page?.timeline.map(({ id }) => id) ?? []));
    timeline = page?.timelineCursor;
  } while (timeline);

  expect(sizes).toEqual([50, 50, 20]);
  expect(lines).toEqual(Array.from({ length: 120 }, (_, n) => `TSK#t${String(n).padStart(3, '0')}`));
});

test('a cursor of another contact or of nothing is refused', async () => {
  const ports = viewPorts();
  await ports.putHead('c1');
  await ports.putHead('c2');
  for (let n = 0; n < 51; n++) await ports.putTask('c1', { id: `t${n}`, tl: `${now}#TSK#t${n}` });
  const { timelineCursor } = (await contactView(ports, 'c1')) ?? {};

  expect(timelineCursor).toBeDefined();
  await expect(contactView(ports, 'c2', { timeline: timelineCursor })).rejects.toThrow(Rejected);
  await expect(contactView(ports, 'c1', { timeline: 'x' })).rejects.toThrow('leave it out');
});

test('a decision without its event has a line of its own', async () => {
  const ports = viewPorts();
  await ports.putHead('c1');
  await ports.put({
    pk: 'C#c1',
    sk: 'DEC#lost',
    tl: `${now}#DEC#lost`,
    eventId: 'e-1',
    eventType: 'order.placed',
    at: now,
    rules: [
      { id: 'a-rule', version: 1, verdict: 'fires', because: [] },
      { id: 'gone', version: 2, verdict: 'cooling-down', reason: `fired at ${now}`, because: [] },
    ],
    journeys: [{ id: 'welcome-back', verdict: 'too-soon' }],
    handover: {
      id: 'a-handover',
      version: 1,
      kind: 'blocked',
      missing: ['Phone', 'first-touch'],
      because: [],
    },
    unknown: [],
  });

  const { timeline } = (await contactView(ports, 'c1')) ?? {};

  expect(timeline).toMatchObject([
    {
      kind: 'decision',
      title: 'Decided on “A title”',
      text: '“A title” fires. “Welcome back” is not entered again so soon.',
      decision: {
        rules: [
          { verdict: 'fires' },
          { title: 'Gone', reason: 'Fired on 2026-03-10T09:00:00.000Z and rests for now.' },
        ],
        handover: { kind: 'blocked', missing: ['Phone', 'First touch'] },
      },
    },
  ]);
});
