import type { AuditView, DocumentView, DraftView } from '@baton/functions/api/views.ts';
import type { Journey } from '@baton/rules/documents/index.ts';
import { addDuration } from '@baton/rules/time/duration.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import {
  aJourney,
  aTemplate,
  documentPath,
  greetingLibrary,
  openPublishingHost,
  start,
} from '../support/publishing-host.ts';
import { expectRefusal } from '../support/refusals.ts';

const greeting = { kind: 'journeys', documentId: 'greeting' };
const after = (span: string) => addDuration(start, span);
const shorter = (own: Partial<Journey> = {}) => aJourney({ days: 1, ...own });
const Publication = z.object({ id: z.string(), status: z.string() });

/** Ed edits, Ada approves; each call names the draft's revision that the person saw. */
async function aDesk() {
  const host = await openPublishingHost({ library: greetingLibrary() });
  onTestFinished(() => host.close());
  const ask = (by: string, what: string, body: unknown, path: Record<string, string> = greeting) =>
    host.ask(`POST ${documentPath}${what}`, { path, by, body });
  const view = async (path: Record<string, string> = greeting) =>
    (await host.ask(`GET ${documentPath}`, { path })).body as unknown as DocumentView;
  const draft = async (answer: Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await answer;
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as DraftView;
  };
  return {
    host,
    view,
    draft,
    save: (by: string, rev: number, document: unknown, path?: Record<string, string>) =>
      ask(by, '/draft', { rev, document }, path),
    review: (by: string, rev: number, path?: Record<string, string>) =>
      ask(by, '/draft/review', { rev, note: 'Wait a day less.' }, path),
    answer: (by: string, rev: number, answer: string, note = '') =>
      ask(by, '/draft/answer', { rev, answer, note }),
    remove: (by: string, rev: number) => ask(by, '/draft/removal', { rev }),
    rollBack: (by: string, version: number) => ask(by, '/rollback', { version, note: 'It was better.' }),
    layout: (by: string, body: unknown) => ask(by, '/layout', body),
    publish: (rev: number, startAt?: string) =>
      host.ask('POST /api/publications', {
        by: 'ada',
        body: { drafts: [{ kind: 'journeys', id: 'greeting', rev }], startAt },
      }),
    audit: async () => {
      const { entries } = (await host.ask('GET /api/audit')).body as unknown as AuditView;
      return entries.map(({ by, what, document }) => `${by} ${what} ${document}`).reverse();
    },
  };
}

test('a change is drafted, reviewed, approved by somebody else, and live; every step stands in the audit', async () => {
  const desk = await aDesk();
  const { draft, host } = desk;

  const begun = await draft(desk.save('ed', 0, shorter()));
  const sent = await draft(desk.review('ed', begun.rev));
  const approved = await draft(desk.answer('ada', sent.rev, 'approved', 'Good.'));
  expect(await host.live()).toMatchObject({ 'journeys/greeting': 1 });
  const { status } = await desk.publish(approved.rev);
  await host.settle();

  expect(status).toBe(202);
  expect([begun.state, sent.state, approved.state]).toEqual(['draft', 'in-review', 'approved']);
  const view = await desk.view();
  expect(view).toMatchObject({ live: { version: 2, managedBy: 'designer', document: shorter() }, rev: 5 });
  expect(view.draft).toBeUndefined();
  expect(view.versions).toMatchObject([
    { version: 2, by: 'ada', note: 'Wait a day less.' },
    { version: 1, publishedAt: start },
  ]);
  expect((await desk.audit()).sort()).toEqual([
    'ada approved it greeting',
    'ada published it greeting',
    'ed began a draft greeting',
    'ed sent it for review greeting',
  ]);
});

test('who edited a journey and who paused it stand in one audit, and the journey tells of its pauses alone', async () => {
  const desk = await aDesk();
  const path = { journeyId: 'greeting' };
  await desk.draft(desk.save('ed', 0, shorter()));

  const pause = { state: 'paused', reason: 'Wrong prices.' };
  await desk.host.ask('POST /api/journeys/{journeyId}/state', { path, by: 'ada', body: pause });

  const told = await desk.host.ask('GET /api/journeys/{journeyId}', { path });
  expect(told).toMatchObject({ status: 200, body: { changes: [{ by: 'ada', to: 'paused' }] } });
  expect((await desk.audit()).sort()).toEqual([
    'ada changed it from running to paused greeting',
    'ed began a draft greeting',
  ]);
});

describe('a draft', () => {
  test('need not be sound while it is worked on, and must be before it is reviewed', async () => {
    const desk = await aDesk();
    const half = { ...shorter(), start: 'nowhere' };

    const { rev, document } = await desk.draft(desk.save('ed', 0, half));
    const { problems } = expectRefusal(await desk.review('ed', rev), 422);

    expect(document).toEqual(half);
    expect(problems[0]).toMatchObject({ path: expect.stringMatching(/^journeys\/greeting\.?start/) });
  });

  test('is not sent while its own tests fail', async () => {
    const desk = await aDesk();
    const tests: Journey['tests'] = [
      {
        name: 'ends after two days',
        contact: { attributes: { email: 'ana@example.com' } },
        trigger: { at: '2026-03-02T09:00:00.000Z', data: { orderId: 'o-1' } },
        events: [],
        expect: { reason: 'another' },
      } as unknown as Journey['tests'][number],
    ];
    const { rev } = await desk.draft(desk.save('ed', 0, { ...shorter(), tests }));

    const { problems } = expectRefusal(await desk.review('ed', rev), 422);

    expect(problems.length).toBeGreaterThan(0);
  });

  test('is not sent while it says what is live, in whatever order its fields stand', async () => {
    const desk = await aDesk();
    const same = Object.fromEntries(Object.entries(shorter({ ...aJourney() })).reverse());
    const { rev } = await desk.draft(desk.save('ed', 0, same));

    const { problems } = expectRefusal(await desk.review('ed', rev), 409);

    expect(problems[0]?.reason).toContain('version 1');
    const changed = await desk.draft(desk.save('ed', rev, shorter()));
    expect(await desk.draft(desk.review('ed', changed.rev))).toMatchObject({ state: 'in-review' });
  });

  test('may need what another draft brings, and goes live with it', async () => {
    const desk = await aDesk();
    const goodDay = { kind: 'templates', documentId: 'good-day' };
    const journey = await desk.draft(desk.save('ed', 0, shorter({ template: 'good-day' } as never)));
    expectRefusal(await desk.review('ed', journey.rev), 422);

    await desk.draft(desk.save('ed', 0, aTemplate({ id: 'good-day' }), goodDay));

    expect(await desk.draft(desk.review('ed', journey.rev))).toMatchObject({ state: 'in-review' });
  });

  test('that somebody else has saved meanwhile is not overwritten: both are there to choose from', async () => {
    const desk = await aDesk();
    const { rev } = await desk.draft(desk.save('ed', 0, shorter()));
    await desk.draft(desk.save('eva', rev, shorter({ title: 'Hers' })));

    const late = await desk.save('ed', rev, shorter({ title: 'His' }));

    expectRefusal(late, 409);
    expect(late.body).toMatchObject({
      error: 'eva has changed it meanwhile',
      draft: { rev: rev + 1, document: { title: 'Hers' } },
    });
    expectRefusal(await desk.save('ed', 0, shorter()), 409);
  });

  test('can be put away, and a stale copy of it does not come back', async () => {
    const desk = await aDesk();
    const { rev } = await desk.draft(desk.save('ed', 0, shorter()));

    expect((await desk.remove('ed', rev)).status).toBe(200);

    expect((await desk.view()).draft).toBeUndefined();
    expectRefusal(await desk.save('eva', rev, shorter()), 409);
    expect((await desk.save('ed', 0, shorter())).status).toBe(200);
  });

  test('keeps its name', async () => {
    const desk = await aDesk();

    const { problems } = expectRefusal(await desk.save('ed', 0, shorter({ id: 'other' })), 422);

    expect(problems).toMatchObject([{ path: 'journeys/greeting.id' }]);
    expectRefusal(await desk.save('ed', 0, { id: 'No Id' }, { kind: 'journeys', documentId: 'No Id' }), 422);
    expectRefusal(await desk.save('ed', 0, {}, { kind: 'letters', documentId: 'x' }), 404);
  });
});

describe('a review', () => {
  test('is not answered by who edited last', async () => {
    const desk = await aDesk();
    const { rev } = await desk.draft(desk.save('ed', 0, shorter()));
    const sent = await desk.draft(desk.review('eva', rev));

    expectRefusal(await desk.answer('ed', sent.rev, 'approved'), 409);
    expect(await desk.draft(desk.answer('eva', sent.rev, 'approved'))).toMatchObject({ state: 'approved' });
  });

  test('returns a draft with a reason, which stands beside it until it is sent again', async () => {
    const desk = await aDesk();
    const { rev } = await desk.draft(desk.save('ed', 0, shorter()));
    const sent = await desk.draft(desk.review('ed', rev));

    expectRefusal(await desk.answer('ada', sent.rev, 'returned'), 422);
    const back = await desk.draft(desk.answer('ada', sent.rev, 'returned', 'Too short.'));
    const edited = await desk.draft(desk.save('ed', back.rev, shorter({ title: 'Better' })));

    expect(back).toMatchObject({ state: 'draft', answer: 'Too short.', answeredBy: 'ada' });
    expect(edited).toMatchObject({ state: 'draft', answer: 'Too short.' });
    expect(await desk.draft(desk.review('ed', edited.rev))).not.toHaveProperty('answer');
  });

  test('counts for what was reviewed: an edit ends the approval', async () => {
    const desk = await aDesk();
    const { rev } = await desk.draft(desk.save('ed', 0, shorter()));
    const sent = await desk.draft(desk.review('ed', rev));
    const approved = await desk.draft(desk.answer('ada', sent.rev, 'approved'));

    const edited = await desk.draft(desk.save('ed', approved.rev, shorter({ title: 'Other' })));

    expect(edited.state).toBe('draft');
    expectRefusal(await desk.publish(approved.rev), 409);
    expectRefusal(await desk.publish(edited.rev), 409);
  });
});

/** What was approved, and the revision of it. */
async function approvedDesk() {
  const desk = await aDesk();
  const { rev } = await desk.draft(desk.save('ed', 0, shorter()));
  const sent = await desk.draft(desk.review('ed', rev));
  return { ...desk, rev: (await desk.draft(desk.answer('ada', sent.rev, 'approved'))).rev };
}

describe('a scheduled start', () => {
  test('goes live at its time and not before, and is shut until then', async () => {
    const desk = await approvedDesk();

    const { body } = await desk.publish(desk.rev, after('P2D'));
    expect(Publication.parse(body).status).toBe('scheduled');
    await desk.host.passUntil(after('P1D'));
    const shut = await desk.view();
    expect(shut.draft).toMatchObject({ state: 'scheduled', startAt: after('P2D') });
    expectRefusal(await desk.save('ed', shut.draft?.rev ?? 0, shorter({ title: 'Late' })), 409);
    expect(await desk.host.live()).toMatchObject({ 'journeys/greeting': 1 });

    await desk.host.passUntil(after('P2D'));

    expect(await desk.host.live()).toMatchObject({ 'journeys/greeting': 2 });
    expect((await desk.view()).draft).toBeUndefined();
  });

  test('can be cancelled, and is approved as before', async () => {
    const desk = await approvedDesk();
    const { id } = Publication.parse((await desk.publish(desk.rev, after('P2D'))).body);

    const cancelled = await desk.host.ask('POST /api/publications/{publicationId}/cancellation', {
      id,
      by: 'ada',
    });
    await desk.host.passUntil(after('P3D'));

    expect(cancelled).toMatchObject({ status: 202, body: { status: 'cancelled' } });
    const { draft } = await desk.view();
    expect(draft?.state).toBe('approved');
    expect(await desk.host.live()).toMatchObject({ 'journeys/greeting': 1 });
    expect((await desk.publish(draft?.rev ?? 0)).status).toBe(202);
    await desk.host.settle();
    expect(await desk.host.live()).toMatchObject({ 'journeys/greeting': 2 });
  });

  test('is refused where the time is over', async () => {
    const desk = await approvedDesk();

    expectRefusal(await desk.publish(desk.rev, '2020-01-01T00:00:00Z'), 409);
  });

  test('that no longer fits at its time fails with the reason, and its draft is open again', async () => {
    const desk = await approvedDesk();
    const { body } = await desk.publish(desk.rev, after('P2D'));
    await desk.host.byCode([['journeys', aJourney({ days: 5 })]]);

    await desk.host.passUntil(after('P3D'));

    expect(await desk.host.publication(Publication.parse(body).id)).toMatchObject({ status: 'failed' });
    expect((await desk.view()).draft).toMatchObject({ state: 'approved' });
  });
});

test('an earlier version is live again at once, as a new version, and says why', async () => {
  const desk = await approvedDesk();
  await desk.publish(desk.rev);
  await desk.host.settle();

  expect((await desk.rollBack('ada', 1)).status).toBe(202);
  await desk.host.settle();

  const view = await desk.view();
  expect(view.live).toMatchObject({ version: 3, document: aJourney() });
  expect(view.versions[0]).toMatchObject({ by: 'ada', note: 'Back to version 1: It was better.' });
  expectRefusal(await desk.rollBack('ada', 99), 400);
});

test('where the steps stand is kept beside the journey, and makes no version', async () => {
  const desk = await aDesk();

  expect((await desk.layout('ed', { say: { x: 10, y: 20 } })).status).toBe(200);

  expect(await desk.view()).toMatchObject({ layout: { say: { x: 10, y: 20 } }, live: { version: 1 } });
  expectRefusal(await desk.layout('ed', { say: { x: 'left' } }), 400);
});

describe('doing away with a document', () => {
  const retire = async (desk: Awaited<ReturnType<typeof aDesk>>, rev: number, kind: string, id: string) => {
    const path = { kind, documentId: id };
    return desk.host.ask(`POST ${documentPath}/draft`, { path, by: 'ed', body: { rev, retire: true } });
  };

  test('what comes from a file goes with its file', async () => {
    const desk = await aDesk();

    const answer = await retire(desk, 0, 'journeys', 'greeting');

    expect(answer.status).toBe(409);
    expect(JSON.stringify(answer.body)).toContain('comes from a file');
  });

  test('is drafted, reviewed and published like any change, and taken back by an earlier version', async () => {
    const desk = await aDesk();
    const { draft, host } = desk;
    const goThrough = async (rev: number) => {
      const sent = await draft(desk.review('ed', rev));
      const approved = await draft(desk.answer('ada', sent.rev, 'approved'));
      await desk.publish(approved.rev);
      await host.settle();
    };
    const mine = await draft(desk.save('ed', 0, shorter()));
    await goThrough(mine.rev);

    const going = await draft(retire(desk, (await desk.view()).rev ?? 0, 'journeys', 'greeting'));
    expect(going).toMatchObject({ state: 'draft', retire: true, document: shorter() });
    await draft(desk.remove('ed', going.rev));
    expect((await desk.view()).live).toMatchObject({ version: 2 });

    const again = await draft(retire(desk, going.rev + 1, 'journeys', 'greeting'));
    await goThrough(again.rev);
    const gone = await desk.view();
    expect([gone.live, gone.draft, gone.versions.length]).toEqual([undefined, undefined, 2]);
    expect(await host.live()).not.toHaveProperty('journeys/greeting');

    expect((await desk.rollBack('ada', 2)).status).toBe(202);
    await host.settle();
    expect((await desk.view()).live).toMatchObject({ document: shorter() });
  });

  test('is refused at review while something names it, and says what', async () => {
    const desk = await aDesk();
    const template = { kind: 'templates', documentId: aTemplate().id };
    const changed = { ...aTemplate(), title: 'Changed' };
    const ask = (what: string, by: string, body: object) =>
      desk.host.ask(`POST ${documentPath}${what}`, { path: template, by, body });
    const mine = await desk.draft(desk.save('ed', 0, changed, template));
    const sent = await desk.draft(desk.review('ed', mine.rev, template));
    const approved = await desk.draft(ask('/draft/answer', 'ada', { rev: sent.rev, answer: 'approved' }));
    await desk.host.ask('POST /api/publications', {
      by: 'ada',
      body: { drafts: [{ kind: 'templates', id: aTemplate().id, rev: approved.rev }] },
    });
    await desk.host.settle();

    const { rev = 0 } = await desk.view(template);
    const going = await desk.draft(retire(desk, rev, 'templates', aTemplate().id));
    const refused = await desk.review('ed', going.rev, template);

    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('journeys/greeting');
  });
});
