import type { DeskLine, DeskView } from '@baton/functions/api/views.ts';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

describe.skipIf(noBrowser)('the desk', () => {
  let server: UiFixture;
  let me = { person: 'ines', roles: ['agent'] };
  let names: Record<string, string> = {};
  /** What the host tells of what waits, page by page, where it is not what the fixture has. */
  let waiting: { first: DeskView; second: DeskView } | undefined;
  const open = aSite(async () => {
    me = { person: 'ines', roles: ['agent'] };
    names = {};
    waiting = undefined;
    server = await startUiFixture('full', 0, async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fixture');
      const pages = searchParams.has('cursor') ? waiting?.second : waiting?.first;
      const answers = { '/api/me': me, '/api/people/names': { names }, '/api/desk': pages };
      const told = Object.entries(answers).find(([path]) => path === pathname)?.[1];
      if (!told) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(told));
      return true;
    });
    return server;
  });
  const isInTeam = () => {
    names = { ines: 'Ines Vogt (service)' };
  };
  const leads = (page: Page) => page.getByRole('list', { name: 'What waits' }).locator('> li > a');

  test.each([
    ['desk', '/desk', 'Desk'],
    ['desk-call', '/desk/ct-ana', 'Ana Duarte'],
    ['desk-case', '/desk/ct-1', 'Jonas Weber'],
  ])('%s reads well on a desk and on a phone', async (name, path, heading) => {
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const { page, complaints } = await open(path, { width, scheme });
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      await page.getByText(/^Reading /).waitFor({ state: 'detached' });
      await expectReadsWell({ page, complaints }, { name, width, scheme });
    }
  });

  test('an incoming call opens the contact that it names', async () => {
    const { page } = await open('/desk?email=Jonas%20Weber');

    await page.getByRole('heading', { level: 1, name: 'Jonas Weber' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/desk/ct-1');
  });

  test('who cannot be told by the call is chosen from those it may be', async () => {
    const { page } = await open('/desk?phone=000');
    await page.getByText(/^Nobody is known by/).waitFor();
    await page.getByRole('searchbox', { name: /^Who is calling/ }).fill('e');

    await page.getByRole('list', { name: 'Who it may be' }).getByRole('link').first().waitFor();
  });

  test('what to say stands beside the answers, as text whatever it looks like', async () => {
    const { page } = await open('/desk/ct-ana');
    const offer = page.getByRole('article', { name: /^One point off/ });
    await offer
      .getByRole('figure', { name: 'Script' })
      .getByText(/^You asked about your rate/)
      .waitFor();
    await page.getByRole('link', { name: /Answer the complaint/ }).click();

    await page.getByText('<b>This</b> is what happened', { exact: false }).waitFor();
  });

  test('an outcome takes two clicks', async () => {
    const { page } = await open('/desk');
    await page.getByRole('link', { name: /Answer the complaint/ }).click();
    await page.getByRole('button', { name: /^Reached ?: Answer the complaint/ }).click();
    await page.getByText(/^Recorded: “Answer the complaint/).waitFor();

    expect(server.posted).toEqual([
      { path: '/api/contacts/ct-1/tasks/t.late-1/completion', body: { outcome: 'reached' } },
    ]);
  });

  test('the queue is asked for in the order that somebody chooses, and says over how many', async () => {
    const { page } = await open('/desk');
    const titles = () => leads(page).allInnerTexts();
    await page.getByRole('link', { name: /Answer the complaint/ }).waitFor();
    expect((await titles()).at(0)).toMatch(/Answer the complaint[\s\S]*Breached/);

    await page.getByRole('button', { name: 'SLA first' }).click();
    await page.getByText('Ordered over all 7 that wait.').waitFor();
    const bySla = (await titles()).map((text) => /Breached|At risk|In time|Paused/.exec(text)?.[0]);
    expect(bySla).toEqual(['Breached', 'Breached', 'At risk', 'In time', 'Paused']);

    await page.getByRole('button', { name: 'Value first' }).click();
    await soon(async () => (await titles()).at(0)).toMatch(/Tier A/);
    await page.reload();
    await page.getByRole('button', { name: 'Value first', pressed: true }).waitFor();
    await soon(async () => (await titles()).at(0)).toMatch(/Tier A/);
  });

  test('of a team one sees first what is theirs or nobody’s yet, with colleagues and other queues a press away', async () => {
    isInTeam();
    const { page } = await open('/desk');
    await page.getByText(/^What is yours, is offered to you, or nobody has yet in Service desk\./).waitFor();
    await soon(() => leads(page).allInnerTexts()).toEqual([
      expect.stringMatching(/Jonas Weber[\s\S]*Answer the complaint/),
      expect.stringMatching(/Ana Duarte[\s\S]*Rate offer[\s\S]*Yours/),
    ]);

    await page.getByRole('button', { name: 'Show 1 line that is with colleagues' }).click();
    await soon(() => leads(page).allInnerTexts()).toContainEqual(
      expect.stringMatching(/The invoice is wrong[\s\S]*With Tomas Brandt/),
    );
    await page.getByRole('button', { name: 'Leave out 1 line that is with colleagues' }).click();
    await soon(() => leads(page).count()).toBe(2);

    await page.getByRole('button', { name: 'Show all queues (73 more)' }).click();
    await page.getByRole('link', { name: /First call to a new lead/ }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: /First call to a new lead/ }).waitFor();
    await page.getByRole('button', { name: 'Show what is yours' }).click();
    await soon(() => leads(page).count()).toBe(2);

    const kept: unknown = await page.evaluate('JSON.stringify(Object.entries(localStorage))');
    expect(kept).not.toMatch(/Ines|ines|Vogt|service/);
  });

  test('where only colleagues have what is due first, it says so and what comes after it is shown', async () => {
    isInTeam();
    const line: Omit<DeskLine, 'id' | 'title'> = {
      ...{ contactId: 'ct-9', contactName: 'Rosa Lind', kind: 'task', queue: 'service-desk' },
      ...{ dueAt: '2026-03-11T09:00:00.000Z', sla: { state: 'met', spent: 10 } },
    };
    waiting = {
      first: {
        lines: [{ ...line, id: 'theirs', title: 'With them', person: 'Tomas Brandt' }],
        cursor: 'after-it',
      },
      second: { lines: [{ ...line, id: 'mine', title: 'Nobody’s yet' }] },
    };
    const { page } = await open('/');
    await page.getByText('What is due first is with colleagues; the desk has what comes after it.').waitFor();
    await page.getByRole('link', { name: 'Work at the desk' }).click();
    await page
      .getByText('What is due first is with colleagues; show more to see what comes after it.')
      .waitFor();
    await page.getByText('Nothing waits for you.').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Show more' }).click();
    await soon(() => leads(page).allInnerTexts()).toEqual([expect.stringMatching(/Nobody’s yet/)]);
  });

  test.each([
    [
      'whom no team names',
      ['agent'],
      /^No team of the program’s settings names you, so all queues are shown\.$/,
    ],
    ['an administrator', ['admin'], /^You are an administrator, so all queues are shown\.$/],
  ])('%s sees all queues, and is told why', async (_who, roles, words) => {
    if (roles.includes('admin')) isInTeam();
    me = { person: 'ines', roles };
    const { page } = await open('/desk');

    await page.getByText(words).waitFor();
    await soon(() => page.locator('[data-task]').count()).toBe(7);
    await page.goto(server.url);
    await page.getByText(words).waitFor();
  });

  test('at home a person finds their own work, and the way to all of it', async () => {
    isInTeam();
    const { page } = await open('/');
    const mine = page.getByRole('region', { name: 'What needs me' });
    await mine.getByRole('link', { name: /^Rate offer for Ana Duarte/ }).waitFor();

    await soon(() =>
      mine.getByRole('link', { name: /The invoice is wrong|First call to a new lead/ }).count(),
    ).toBe(0);
    await mine.getByRole('link', { name: 'All queues (91 tasks)' }).click();
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
  });

  test('what waits of one customer stands together: the first line leads, and the others open under it', async () => {
    const { page } = await open('/desk');
    const others = page.getByRole('list', { name: 'More for Jonas Weber' });
    await page.getByRole('link', { name: /Answer the complaint/ }).waitFor();
    await soon(() => others.isVisible()).toBe(false);

    await page.getByText('and 1 more for this customer', { exact: true }).first().click();

    await others.getByRole('link', { name: /Complaint about the late delivery/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Jonas Weber' }).waitFor();
  });

  test('one’s own queue reads well on a desk and on a phone', async () => {
    isInTeam();
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['desk', 'dark'],
      ['phone', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const { page, complaints } = await open('/desk', { width, scheme });
      await page.getByText(/^What is yours/).waitFor();
      await page.getByText('and 1 more for this customer', { exact: true }).first().click();
      await expectReadsWell({ page, complaints }, { name: 'desk-mine', width, scheme });
      await page.goto(server.url);
      await page.getByRole('link', { name: /^Rate offer for Ana Duarte/ }).waitFor();
      await expectReadsWell({ page, complaints }, { name: 'home-mine', width, scheme });
    }
  });

  test('by keyboard alone: down the queue, in, and accept what is offered', async () => {
    const { page } = await open('/desk');
    await page.getByRole('link', { name: /Answer the complaint/ }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Ana Duarte' }).waitFor();
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor();
    await page.keyboard.press('a');
    await page.getByText(/^Recorded: the customer accepted/).waitFor();

    expect(server.posted.at(0)).toMatchObject({ body: { answer: 'accepted' } });
  });

  test('letters are no commands where somebody types, nor when they are turned off', async () => {
    const { page } = await open('/desk/ct-ana');
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor();
    await page.getByRole('searchbox', { name: /^Who is calling/ }).pressSequentially('ad');
    await page.getByText('Keys', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Letters are commands' }).uncheck();
    await page.getByRole('heading', { level: 1, name: 'Ana Duarte' }).click();
    await page.keyboard.press('a');
    await page.keyboard.press('d');

    await soon(() => page.getByRole('searchbox', { name: /^Who is calling/ }).inputValue()).toBe('ad');
    await soon(() => page.getByRole('textbox', { name: 'Why does the customer decline?' }).count()).toBe(0);
    expect(server.posted).toEqual([]);
  });

  test('a handover is returned with a reason', async () => {
    const { page } = await open('/desk/ct-ana', { width: 'phone' });
    await page.getByRole('button', { name: 'Return', exact: true }).click();
    await page.getByRole('combobox', { name: 'What is missing or wrong?' }).selectOption('not-qualified');
    await page.getByRole('button', { name: 'Return it' }).click();
    await page.getByText('Recorded: “Sales to onboarding” returned.').waitFor();

    expect(server.posted.at(0)).toMatchObject({ body: { answer: 'returned', reason: 'not-qualified' } });
  });

  test('a case offers what may follow, and is solved with what was done', async () => {
    const { page } = await open('/desk/ct-1');
    await page.getByRole('button', { name: /^Solve Complaint/ }).click();

    await soon(() => page.getByRole('button', { name: /^Take it/ }).count()).toBe(0);
    await page.getByRole('textbox', { name: /^What was done/ }).fill('Sent again by courier.');
    await page.getByRole('button', { name: 'Solved', exact: true }).click();
    await page.getByText(/^Recorded: “Complaint.*is solved\.$/).waitFor();

    expect(server.posted).toEqual([
      {
        path: '/api/contacts/ct-1/cases/case-1/changes',
        body: { change: 'solve', resolution: 'solved', summary: 'Sent again by courier.' },
      },
    ]);
  });

  test('on a phone the next one is under the thumb', async () => {
    const { page } = await open('/desk/ct-1', { width: 'phone' });
    await page.getByRole('button', { name: 'Next' }).click();

    await page.waitForURL((url) => url.pathname !== '/desk/ct-1' && url.pathname.startsWith('/desk/'));
  });
});
