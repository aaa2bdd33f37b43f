import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage } from './browser.ts';

describe.skipIf(noBrowser)('searching from anywhere', () => {
  const browser = aBrowser();
  let server: UiFixture;
  let fixture: DocumentsFixture;
  let contactsFail = false;
  beforeEach(async () => {
    fixture = await documentsFixture();
    contactsFail = false;
    server = await startUiFixture('full', 0, async (request, response) => {
      if (contactsFail && request.url?.startsWith('/api/contacts')) {
        response.writeHead(503, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'the store is busy', problems: [] }));
        return true;
      }
      return fixture.gate(request, response);
    });
    return () => server.close();
  });

  async function open(path = '/', look: Parameters<typeof openPage>[1] = {}) {
    const seen = await openPage(browser(), look);
    onTestFinished(() => seen.close());
    await seen.page.goto(server.url + path);
    await seen.page.getByRole('heading', { level: 1 }).waitFor();
    return seen;
  }
  const field = (page: Page) => page.getByRole('combobox', { name: /^Search pages, documents/ });
  const options = (page: Page, group: string) =>
    page.getByRole('group', { name: group }).getByRole('option').allInnerTexts();
  const marked = (page: Page) => page.getByRole('option', { selected: true });

  async function search(page: Page, typed: string): Promise<void> {
    await page.keyboard.press('Control+k');
    await field(page).fill(typed);
    await page
      .getByRole('status')
      .getByText(/^\d+ results?$/)
      .waitFor();
  }

  test('the keyboard opens it, chooses a document and goes there', async () => {
    const { page, complaints } = await open();

    await search(page, 'rate enquiry');
    await marked(page).getByText('Rate enquiry: keep the card customer').waitFor();
    await page.keyboard.press('Enter');

    await page.waitForURL('**/journeys/rate-enquiry-retention');
    await field(page).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('arrows go through all groups and round, and what is marked is told', async () => {
    const { page } = await open();
    await search(page, 'sales');
    const first = await marked(page).getAttribute('id');

    await page.keyboard.press('ArrowUp');
    const last = await marked(page).getAttribute('id');
    await soon(() => field(page).getAttribute('aria-activedescendant')).toBe(last);
    await page.keyboard.press('ArrowDown');

    expect(last).not.toBe(first);
    await soon(() => field(page).getAttribute('aria-activedescendant')).toBe(first);
    await soon(() => page.getByRole('listbox', { name: 'Results' }).count()).toBe(1);
  });

  test('Escape closes it and the focus goes back to where it was', async () => {
    const { page } = await open();
    const button = page.getByRole('button', { name: 'Search', exact: true });
    await button.click();
    await field(page).waitFor();

    await page.keyboard.press('Escape');
    await field(page).waitFor({ state: 'detached' });

    await soon(() => button.and(page.locator(':focus')).count()).toBe(1);
  });

  test('every page of the navigation is found by its name', async () => {
    const { page } = await open();
    const names = (await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all()).map(
      async (link) => [await link.getAttribute('href'), (await link.textContent())?.trim().split(' ')[0]],
    );
    await page.keyboard.press('Control+k');
    for (const [href, name] of await Promise.all(names)) {
      await field(page).fill(name ?? '');
      expect(
        await page.getByRole('option').evaluateAll((all) => all.map((one) => one.getAttribute('href'))),
      ).toContain(href);
    }
  });

  test('contacts are found by name, and not remembered', async () => {
    const { page } = await open();
    await search(page, 'ana');
    await page
      .getByRole('group', { name: 'Contacts' })
      .getByRole('option', { name: /Ana Duarte/ })
      .click();
    await page.waitForURL('**/contacts/ct-0');

    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(kept).not.toMatch(/ana|duarte/i);
  });

  test('what was chosen last comes first the next time', async () => {
    const { page } = await open();
    await search(page, 'audit');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/admin/audit');

    await page.keyboard.press('Control+k');
    await page.getByRole('group', { name: 'Recent' }).waitFor();

    await soon(() => options(page, 'Recent')).toEqual([expect.stringMatching(/^Audit/)]);
  });

  test('"New journey" opens the form for one', async () => {
    const { page } = await open('/rules');
    await search(page, 'new jour');
    await page.keyboard.press('Enter');

    await page.getByRole('dialog', { name: 'New journey' }).waitFor();
  });

  test('nothing found says so, and a host that fails can be asked again', async () => {
    const { page } = await open();
    await search(page, 'zzzz');
    await page.getByText('Nothing is called “zzzz”.').waitFor();
    contactsFail = true;
    await field(page).fill('jonas');
    await page.getByText('Contacts could not be searched. The store is busy.').waitFor();
    contactsFail = false;
    await page.getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('option', { name: /Jonas Weber/ }).waitFor();
  });

  test('a viewer finds no contacts, no command and no page that is not theirs', async () => {
    fixture.me = { person: 'Vera', roles: ['viewer'] };
    const { page } = await open();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Desk' }).waitFor({ state: 'detached' });

    await soon(() => page.getByRole('group', { name: 'Commands' }).count()).toBe(0);
    await soon(() => options(page, 'Pages')).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/Contacts|Audit|Messages/)]),
    );
    await field(page).fill('ana');
    await soon(() => page.getByText('Looking for contacts').count()).toBe(0);
  });

  test.each([
    ['desk', 'light'],
    ['phone', 'dark'],
    ['phone', 'light'],
    ['desk', 'dark'],
  ] as const)('reads well on a %s, %s', async (width, scheme) => {
    const { page, complaints } = await open('/', { width, scheme });
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('group', { name: 'Pages' }).waitFor();
    await expectReadsWell({ page, complaints }, { name: 'find-first', width, scheme });
    await field(page).fill('an');
    await page.getByRole('group', { name: 'Contacts' }).waitFor();
    await expectReadsWell({ page, complaints }, { name: 'find', width, scheme });
  });
});
