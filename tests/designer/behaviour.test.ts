import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { hasFocus, soon } from '../support/soon.ts';
import { aBrowser, inaccessible, noBrowser, openPage, picture, type Seen } from './browser.ts';

/** The texts of elements as they are read out, blanks folded. */
async function words(elements: Locator): Promise<string[]> {
  return (await elements.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
}

describe.skipIf(noBrowser)('the designer', () => {
  const browser = aBrowser();
  let fixture: UiFixture;
  let seen: Seen;
  let page: Page;
  beforeEach(async () => {
    fixture = await startUiFixture('full');
    seen = await openPage(browser());
    page = seen.page;
  });
  afterEach(async () => {
    await seen.close();
    await fixture.close();
  });

  const open = (path: string) => page.goto(fixture.url + path);

  test('shows the next best action first, with its why and the values seen', async () => {
    await open('/contacts/ct-ana');
    const offer = page.getByRole('article', { name: 'One point off the rate for twelve months' });

    await offer.getByText('8:32 left').waitFor();

    expect(
      await offer.getByRole('heading', { name: 'Why: Keep the customer who asks about the rate' }).count(),
    ).toBe(1);
    expect(await words(offer.getByRole('listitem'))).toEqual([
      'holds: Topic of the enquiry is interest-rate · seen: interest-rate',
      'holds: Products owned contains credit-card · seen: giro, credit-card',
      'holds: A case is open must be no · seen: no',
      'holds: Days since the last retention offer is at least 90 · seen: 214',
      'holds: Current rate is more than 10 · seen: 10.9',
      'unknown: Value tier is one of A, B · not known',
    ]);
  });

  test('lets the keyboard reach Accept and sends the answer', async () => {
    await open('/contacts/ct-ana');
    const accept = page.getByRole('button', { name: 'Accept', exact: true });
    await accept.waitFor();

    // Over the navigation, as who works by keyboard goes.
    await page.keyboard.press('Tab');
    await soon(() => hasFocus(page.getByRole('link', { name: 'Skip to content' }))).toBe(true);
    await page.keyboard.press('Enter');
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      if (await hasFocus(accept)) break;
    }
    await page.keyboard.press('Enter');
    await page.getByText('No offer is open.').waitFor();

    const told = page.getByText(
      'Recorded: the customer accepted “One point off the rate for twelve months”.',
    );
    await told.waitFor();
    await soon(() => hasFocus(told)).toBe(true);
    expect(fixture.posted).toEqual([
      { path: '/api/contacts/ct-ana/offers/of.ct-ana-rate.1/answer', body: { answer: 'accepted' } },
    ]);
  });

  test('asks why an offer is declined', async () => {
    await open('/contacts/ct-ana');
    await page.getByRole('button', { name: 'Decline', exact: true }).click();

    await page.getByLabel('Why does the customer decline?').fill('Has a better rate elsewhere');
    await page.keyboard.press('Enter');
    await page.getByText('No offer is open.').waitFor();

    expect(fixture.posted[0]?.body).toEqual({ answer: 'declined', reason: 'Has a better rate elsewhere' });
  });

  test('returns a handover with one of its reasons', async () => {
    await open('/contacts/ct-ana');
    const handover = page.getByRole('article', { name: 'Sales to onboarding' });
    await handover.getByRole('button', { name: 'Return', exact: true }).click();

    await handover.getByLabel('What is missing or wrong?').selectOption('Information missing');
    await handover.getByRole('button', { name: 'Return it' }).click();
    await handover.waitFor({ state: 'detached' });

    expect(fixture.posted).toEqual([
      {
        path: '/api/contacts/ct-ana/handovers/ho.sales-to-onboarding.1/answer',
        body: { answer: 'returned', reason: 'information-missing' },
      },
    ]);
  });

  test('completes a task with an outcome and a note', async () => {
    await open('/tasks?queue=inside-sales');
    await page.getByText('Add a note').click();
    await page.getByLabel('Note, kept with the outcome').fill('Wants a call on Friday');

    await page.getByRole('button', { name: /^Reached ?: First call to a new lead$/ }).click();
    await page.getByText('Nothing waits here.').waitFor();

    expect(fixture.posted).toEqual([
      {
        path: '/api/contacts/ct-2/tasks/t.late-2/completion',
        body: { outcome: 'reached', note: 'Wants a call on Friday' },
      },
    ]);
  });

  test('says why each rule fired or did not', async () => {
    await open('/contacts/ct-ana');
    const line = page.getByRole('listitem').filter({ hasText: 'Rules looked at interaction.enquiry' });

    await line.getByText('1 of 4 rules fires.').click();

    const verdicts = (await words(line.getByRole('list').first())).join(' ');
    expect(verdicts).toContain('Masked by another rule');
    expect(verdicts).toContain('Value tier is A · not known');
    expect(verdicts).toContain('does not hold: Days since the last order is more than 45 · seen: 12');
    expect(await inaccessible(page)).toEqual([]);
    await picture(page, 'contact-decision-desk-light');
  });

  test('keeps focus and open details while it reads again', async () => {
    await open('/contacts/ct-ana');
    const summary = page.locator('summary').filter({ hasText: 'Asked about the interest rate' });
    await summary.click();
    const reads = () => page.waitForResponse((response) => response.url().includes('/api/contacts/ct-ana'));

    await reads();
    await reads();

    expect(await hasFocus(summary)).toBe(true);
    expect(await page.getByText('R. Lang', { exact: true }).isVisible()).toBe(true);
  });

  test('keeps what it last read when the host is gone, and says so', async () => {
    await open('/contacts/ct-ana');
    await page.getByRole('heading', { level: 1, name: 'Ana Duarte' }).waitFor();

    await fixture.close();

    const alert = page.getByRole('alert');
    await alert.waitFor();
    await soon(() => alert.textContent()).toMatch(
      /The host does not answer\. What you see was last read at \d\d:\d\d\./,
    );
    await soon(() => alert.getByRole('button', { name: 'Retry' }).count()).toBe(1);
    await soon(() => page.getByRole('heading', { level: 1, name: 'Ana Duarte' }).isVisible()).toBe(true);
  });

  test.each(['/', '/contacts', '/contacts/ct-ana', '/tasks', '/messages', '/campaigns'])(
    'passes on what is wrong and what helps on %s',
    async (path) => {
      fixture.become('broken');
      await open(path);

      const alert = page.getByRole('alert');
      await alert.waitFor();

      await soon(() => alert.textContent()).toContain('The store cannot be read.');
      await soon(() => alert.textContent()).toContain('Stop the other host.');
      expect(await inaccessible(page)).toEqual([]);
    },
  );

  test('recovers by Retry', async () => {
    fixture.become('broken');
    await open('/campaigns');
    const retry = page.getByRole('button', { name: 'Retry' });
    await retry.waitFor();

    fixture.become('full');
    await retry.click();

    await page.getByRole('heading', { name: 'Spring service check' }).waitFor();
    await soon(() => page.getByRole('alert').count()).toBe(0);
  });

  test('says that a contact does not exist', async () => {
    await open('/contacts/nobody');

    await page.getByRole('heading', { level: 1, name: 'There is no such contact' }).waitFor();
  });

  test('pages through ten thousand contacts without losing one', async () => {
    fixture.become('many');
    await open('/contacts');
    await page.getByText('50 contacts shown; there are more.').waitFor();

    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('100 contacts shown; there are more.').waitFor();

    await soon(() => page.getByRole('row').count()).toBe(101);
  });

  test('searches while one types and keeps the cursor in the box', async () => {
    fixture.become('many');
    await open('/contacts');
    const box = page.getByRole('searchbox');

    await box.pressSequentially('Meike Brandt 72');
    await page.waitForURL('**/contacts?q=Meike+Brandt+72');
    await page.getByRole('link', { name: 'Meike Brandt 723', exact: true }).waitFor();

    await soon(() => box.inputValue()).toBe('Meike Brandt 72');
    await soon(() => hasFocus(box)).toBe(true);
  });

  test('reads older history to its beginning', async () => {
    await open('/contacts/ct-ana');
    await page.getByRole('button', { name: 'Show older' }).click();
    await page.getByText('50 lines shown; there are older ones.').waitFor();

    await page.getByRole('button', { name: 'Show older' }).click();

    await page.getByText('65 lines shown, from the beginning.').waitFor();
  });

  test('shows a mail without running, loading or linking anything in it', async () => {
    await open('/messages');
    await page.getByText('Your new rate, as just discussed').click();

    const mail = page.frameLocator('iframe[title*="Your new rate"]');
    await mail.getByText('Your rate is 9.9 % for twelve months.').waitFor();

    await soon(() => mail.locator('script, [onclick], [style]').count()).toBe(0);
    await soon(() => page.title()).toBe('Messages · Baton');
    expect(seen.complaints).toEqual([]);
  });

  test('says why a campaign cannot run now, and runs the one that can', async () => {
    await open('/campaigns');
    const busy = page.getByRole('button', { name: /^Run now ?: Spring service check$/ });
    await busy.click({ force: true });
    await page.getByRole('button', { name: /^Run now ?: Win back: left for the price$/ }).click();
    await page.waitForResponse((response) => response.request().method() === 'GET');

    expect(await busy.getAttribute('aria-disabled')).toBe('true');
    await soon(() =>
      page.getByText('A run is under way; the next one can start when it is done.').count(),
    ).toBe(1);
    expect(fixture.posted).toEqual([{ path: '/api/campaigns/win-back-price/runs', body: {} }]);
  });

  test('links every stage to the contacts in it', async () => {
    await open('/');
    await page.getByRole('link', { name: /^Developed/ }).click();

    await page.waitForURL('**/contacts?stage=developed');
    await page.getByRole('row').nth(1).waitFor();
    await soon(() => page.getByRole('row').count()).toBe(2);
  });
});
