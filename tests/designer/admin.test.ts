import { describe, expect, test } from 'vitest';
import { type AdminFixture, adminFixture } from '../e2e/admin-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
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

    await soon(() => link.inputValue()).toBe('http://127.0.0.1:4400/in/abc');
    expect(fixture.posted[0]).toEqual({
      path: '/api/people/edith-roux',
      body: { name: 'Édith Roux', roles: ['agent'] },
    });
  });

  test('who has left is asked about first, their contacts hear of it, and they may be let in again', async () => {
    fixture.owned = { ines: 2 };
    const { page } = await open('/admin');
    await page.getByRole('button', { name: 'Has left Ines Vogt (inside sales)' }).click();
    await page.getByRole('button', { name: 'Yes, has left' }).click();
    await page.getByText(/2 contacts were told that Ines Vogt \(inside sales\) does not/).waitFor();
    await page.getByRole('button', { name: 'Let in again Ines Vogt (inside sales)' }).click();
    await page.getByText('Ines Vogt (inside sales) may sign in again.').waitFor();

    expect(fixture.posted.map(({ body }) => body)).toEqual([
      { name: 'Ines Vogt (inside sales)', roles: ['agent'], left: true },
      { person: 'ines', reason: 'left' },
      { person: 'Ines Vogt (inside sales)', reason: 'left' },
      { person: 'Ines Vogt', reason: 'left' },
      { name: 'Ines Vogt (inside sales)', roles: ['agent'] },
    ]);
  });

  test('on AWS it is said where people are kept, and owners are away there too', async () => {
    fixture.hasPeople = false;
    fixture.owned = { 'Jonas Vik': 12, 'Ines Vogt': 4 };
    fixture.leftAlone = 3;
    const { page } = await open('/admin');
    await page.getByRole('heading', { name: 'People are kept in the user pool' }).waitFor();

    const tell = page.getByRole('button', { name: 'Tell their contacts' });
    await tell.click();
    await page.getByRole('alert').getByText('Say who it is, as it stands with their contacts.').waitFor();
    const owner = page.getByRole('combobox', { name: 'Owner' });
    await owner.fill('Jonas Vick');
    await tell.click();
    await page
      .getByRole('alert')
      .getByText(/^No contact is owned by “Jonas Vick”/)
      .waitFor();
    await owner.fill('Jonas Vik');
    await page.getByText('Owns 12 contacts.').waitFor();
    const back = page.getByLabel('Back on, if known');
    for (const [day, words] of [
      ['2026-03-09', 'The absence would end before it starts'],
      ['2036-03-16', 'That is more than a year ahead'],
    ] as const) {
      await back.fill(day);
      await tell.click();
      await page.getByRole('alert').getByText(words).waitFor();
    }
    expect(fixture.posted).toEqual([]);
    await back.fill('2026-03-16');
    await tell.click();
    await page
      .getByText('12 contacts were told that Jonas Vik does not look after them. Rules decide who')
      .waitFor();
    await page.getByText('By now 9 of 12 no longer are. 3 contacts are still owned by Jonas Vik').waitFor();

    expect(fixture.posted).toEqual([
      {
        path: '/api/departures',
        body: { person: 'Jonas Vik', reason: 'absent', until: '2026-03-16T00:00:00Z' },
      },
    ]);
  });

  test('a line of the audit leads to its document', async () => {
    const { page } = await open('/admin/audit');

    const link = page.getByRole('link', { name: 'Marketing to inside sales' }).first();
    await link.waitFor();

    await soon(() => link.getAttribute('href')).toBe('/cycle/handovers/marketing-to-inside-sales');
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

  test('what queues gave up is shown with its reason, sent again by keyboard, and is gone', async () => {
    const { page } = await open('/admin/quarantine');
    await page.getByText(/^3 messages of “intake”, tried 5 times each, the first given up/).waitFor();
    const why = page.getByRole('list', { name: 'Why, the oldest reason first' }).getByRole('listitem');
    await soon(() => why.allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Its handler failed: Error SQLITE_FULL at database\.ts:88:12.*2 messages, the first/,
      ),
      expect.stringMatching(/^Its handler never answered.*1 message, the first/),
    ]);

    const send = page.getByRole('button', { name: 'Send all again' });
    await send.focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/3 messages\s+go back into\s+the queue[\s\S]*mail leaves/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(fixture.posted).toEqual([]);
    await send.click();
    await page.getByRole('button', { name: 'Yes, send them again' }).focus();
    await page.keyboard.press('Enter');

    await page.getByText('3 messages were sent again. What fails again comes back here.').waitFor();
    await page.getByRole('heading', { name: 'Given up by queues' }).waitFor({ state: 'detached' });
    expect(fixture.posted.map(({ path }) => path)).toEqual(['/api/dead-letters/redrive']);
  });

  test('where the queues are on AWS, it says where they are seen to', async () => {
    fixture.deadLetters = { queues: [], elsewhere: true };
    const { page } = await open('/admin/quarantine');

    await page.getByText('“Start DLQ redrive” there sends it again').waitFor();
    await soon(() => page.getByRole('button', { name: 'Send all again' }).count()).toBe(0);
  });

  test('whoever lacks the right is told so, and sees the roles', async () => {
    fixture.me = { person: 'Vera', roles: ['viewer'] };
    const { page } = await open('/admin');

    await page.getByText(/^Your roles do not let you see to people and their roles\./).waitFor();
    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    await page.getByRole('table', { name: 'What each role may do' }).waitFor();

    await soon(() => page.getByRole('link', { name: 'Contacts', exact: true }).count()).toBe(0);
  });
});
