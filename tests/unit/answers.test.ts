import { enrolmentsOf, offersOf, rowsOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { EventRow } from '@baton/functions/repositories/rows.ts';
import { answerHandover, answerOffer, completeTask } from '@baton/functions/use-cases/answers.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { expect, test } from 'vitest';
import { openVirtualHost } from '../support/virtual-host.ts';

const start = '2026-03-02T09:00:00.000Z';
const subject = 'email:ana@example.com';

async function aLead() {
  const host = await openVirtualHost(start);
  await host.happens(subject, 'lead.created', { leadId: 'l-1', origin: 'paid-search' });
  const contactId = await resolveContact(host.ports, subject);
  const [task] = await tasksOf(host.ports.store, contactId);
  if (!task) throw new Error('no task was opened');
  const events = async (type: string) =>
    (await rowsOf(host.ports.store, contactId, 'EVT#', EventRow)).filter((event) => event.type === type);
  return { host, contactId, task, events };
}

test('a completed task is an event of the contact, and off its queue', async () => {
  const { host, contactId, task, events } = await aLead();
  const open = () => host.ports.store.count({ table: 'core', index: 'g1', pk: `TK#${task.queue}#open` });
  expect(await open()).toBe(1);

  expect(await completeTask(host.ports, { contactId, taskId: task.id, outcome: 'done' })).toEqual({
    ok: true,
  });
  await host.settle();

  expect(await open()).toBe(0);
  expect(await events('task.completed')).toEqual([
    expect.objectContaining({ data: expect.objectContaining({ taskId: task.id, outcome: 'done' }) }),
  ]);
});

test('of two that complete a task at once one is told that it is done', async () => {
  const { host, contactId, task, events } = await aLead();
  const completion = { contactId, taskId: task.id, outcome: 'done' };

  const answers = await Promise.all([
    completeTask(host.ports, completion),
    completeTask(host.ports, completion),
  ]);
  await host.settle();

  expect(answers).toEqual([
    { ok: true },
    {
      ok: false,
      status: 409,
      path: 'status',
      reason: expect.stringMatching(/task is (done|answered) already/),
      remedy: expect.any(String),
    },
  ]);
  expect(await events('task.completed')).toHaveLength(1);
});

test('what is not there, and outcomes that are none, change nothing', async () => {
  const { host, contactId, task, events } = await aLead();
  const { ports } = host;

  const refused = await Promise.all([
    completeTask(ports, { contactId, taskId: 'none', outcome: 'done' }),
    completeTask(ports, { contactId: 'nobody', taskId: task.id, outcome: 'done' }),
    completeTask(ports, { contactId, taskId: task.id, outcome: 'sold' }),
    answerOffer(ports, { contactId, offerId: 'none', answer: 'accepted' }),
    answerHandover(ports, { contactId, handoverId: 'none', answer: 'accepted' }),
  ]);
  await host.settle();

  expect(refused.map((answer) => (answer.ok ? 200 : answer.status))).toEqual([404, 404, 422, 404, 404]);
  expect((await tasksOf(ports.store, contactId)).map(({ status }) => status)).toEqual(['open']);
  expect(await events('task.completed')).toEqual([]);
});

test('an offer answered by its task is answered, and the journey goes on with the reason', async () => {
  const { host, contactId, events } = await aLead();
  const { ports } = host;
  await host.happens(subject, 'contact.updated', { productsOwned: ['credit-card'], valueTier: 'a' });
  await host.happens(subject, 'order.placed', { orderId: 'o-1' });
  await host.happens(subject, 'order.delivered', { orderId: 'o-1' });
  await host.happens(subject, 'review.received', { orderId: 'o-1', reviewId: 'r-1', stars: 5 });
  await host.happens(subject, 'interaction.enquiry', {
    enquiryId: 'q',
    topic: 'interest-rate',
    channel: 'phone',
  });
  const [offer] = await offersOf(ports.store, contactId);
  const completion = { contactId, taskId: offer?.taskId ?? '', note: 'found a better rate' };

  expect(await completeTask(ports, { ...completion, outcome: 'perhaps' })).toMatchObject({ status: 422 });
  expect(await completeTask(ports, { ...completion, outcome: 'declined' })).toEqual({ ok: true });
  await host.settle();

  expect(await events('offer.declined')).toEqual([
    expect.objectContaining({ data: { offerId: offer?.id, reason: 'found a better rate' } }),
  ]);
  const enrolment = (await enrolmentsOf(ports.store, contactId)).find(
    ({ journey }) => journey === 'rate-enquiry-retention',
  );
  expect(enrolment).toMatchObject({ status: 'active', step: 'ask-why' });
});

// Until the note of a plain task is kept; then this test says so.
test('the note of a completed task is kept with its outcome', async () => {
  const { host, contactId, task, events } = await aLead();

  await completeTask(host.ports, {
    contactId,
    taskId: task.id,
    outcome: 'done',
    note: 'calls back on Friday',
  });

  expect((await events('task.completed'))[0]?.data).toMatchObject({ note: 'calls back on Friday' });
});
