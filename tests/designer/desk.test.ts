import { describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

describe.skipIf(noBrowser)('the desk', () => {
  let server: UiFixture;
  const open = aSite(async () => {
    server = await startUiFixture('full', 0, async (request, response) => {
      if (request.url !== '/api/me') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ person: 'ines', roles: ['agent'] }));
      return true;
    });
    return server;
  });

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

  test('an outcome takes two clicks', async () => {
    const { page } = await open('/desk');
    await page.getByRole('link', { name: /Answer the complaint/ }).click();
    await page.getByRole('button', { name: /^Reached ?: Answer the complaint/ }).click();
    await page.getByText(/^Recorded: “Answer the complaint/).waitFor();

    expect(server.posted).toEqual([
      { path: '/api/contacts/ct-1/tasks/t.late-1/completion', body: { outcome: 'reached' } },
    ]);
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

    expect(await page.getByRole('searchbox', { name: /^Who is calling/ }).inputValue()).toBe('ad');
    expect(await page.getByRole('textbox', { name: 'Why does the customer decline?' }).count()).toBe(0);
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

    expect(await page.getByRole('button', { name: /^Take it/ }).count()).toBe(0);
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
