import { describe, expect, test } from 'vitest';
import { type AdminFixture, adminFixture } from '../e2e/admin-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

describe.skipIf(noBrowser)('administration', () => {
  let server: UiFixture;
  let fixture: AdminFixture;
  const open = aSite(async () => {
    fixture = adminFixture();
    server = await startUiFixture('full', 0, fixture.gate);
    return server;
  });

  test.each([
    ['admin-people', '/admin', 'Ines Vogt (inside sales)'],
    ['admin-roles', '/admin/roles', 'Edit documents and send them for review'],
    ['admin-audit', '/admin/audit', '“Four hours are enough.”'],
    ['admin-quarantine', '/admin/quarantine', 'order.refunded'],
  ])('%s reads well on a desk and on a phone', async (name, path, text) => {
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const { page, complaints } = await open(path, { width, scheme });
      await page.getByText(text, { exact: true }).and(page.locator(':visible')).first().waitFor();
      await expectReadsWell({ page, complaints }, { name, width, scheme });
    }
  });

  test('somebody is added with a role, and gets a link', async () => {
    const { page } = await open('/admin');
    await page.getByRole('button', { name: 'Add somebody' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Édith Roux');
    await page.getByRole('checkbox', { name: /^Agent/ }).check();
    await page.getByRole('checkbox', { name: /^Viewer/ }).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Édith Roux may sign in. Give them a link.').waitFor();
    await page.getByRole('button', { name: 'Give a link to Édith Roux' }).click();

    const link = page.getByRole('textbox', { name: /^Link for Édith Roux: works once/ });
    await link.waitFor();

    expect(await link.inputValue()).toBe('http://127.0.0.1:4400/in/abc');
    expect(fixture.posted[0]).toEqual({
      path: '/api/people/edith-roux',
      body: { name: 'Édith Roux', roles: ['agent'] },
    });
  });

  test('who has left is asked about first, and may be let in again', async () => {
    const { page } = await open('/admin');
    await page.getByRole('button', { name: 'Has left Ines Vogt (inside sales)' }).click();
    await page.getByRole('button', { name: 'Yes, has left' }).click();
    await page.getByRole('button', { name: 'Let in again Ines Vogt (inside sales)' }).click();
    await page.getByText('Ines Vogt (inside sales) may sign in again.').waitFor();

    expect(fixture.posted.map(({ body }) => body)).toEqual([
      { name: 'Ines Vogt (inside sales)', roles: ['agent'], left: true },
      { name: 'Ines Vogt (inside sales)', roles: ['agent'] },
    ]);
  });

  test('on AWS it is said where people are kept', async () => {
    fixture.hasPeople = false;
    const { page } = await open('/admin');

    await page.getByRole('heading', { name: 'People are kept in the user pool' }).waitFor();
  });

  test('a line of the audit leads to its document', async () => {
    const { page } = await open('/admin/audit');

    const link = page.getByRole('link', { name: 'Marketing to inside sales' }).first();
    await link.waitFor();

    expect(await link.getAttribute('href')).toBe('/cycle/handovers/marketing-to-inside-sales');
  });

  test('what was not taken is fed in again, or says why it still is not', async () => {
    fixture.refusal = 'type: "order.refunded" is not in the event catalogue';
    const { page } = await open('/admin/quarantine');
    const again = page.getByRole('button', { name: 'Feed in again order.refunded' });
    await again.click();
    await page.getByText(/^Nothing was recorded\. Type: "order\.refunded"/).waitFor();
    fixture.refusal = '';
    await again.click();

    await page.getByText(/^order\.refunded was fed in again/).waitFor();
    await again.waitFor({ state: 'detached' });

    expect(fixture.posted.map(({ path }) => path)).toEqual(Array(2).fill('/api/quarantine/q-1/redrive'));
  });

  test('whoever lacks the right is told so, and sees the roles', async () => {
    fixture.me = { person: 'Vera', roles: ['viewer'] };
    const { page } = await open('/admin');

    await page.getByText(/^Your roles do not let you see to people and their roles\./).waitFor();
    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await page.getByRole('table', { name: 'What each role may do' }).waitFor();

    expect(await page.getByRole('link', { name: 'Contacts', exact: true }).count()).toBe(0);
  });
});
