import { hasShape } from '@baton/rules/documents/shape.ts';
import type { Template } from '@baton/rules/documents/template.ts';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage, type Seen } from './browser.ts';

describe.skipIf(noBrowser)('templates in the designer', () => {
  const browser = aBrowser();
  let documents: DocumentsFixture;
  let fixture: UiFixture;
  let seen: Seen;
  let page: Page;
  beforeEach(async () => {
    documents = await documentsFixture();
    fixture = await startUiFixture('full', 0, documents.gate);
    seen = await openPage(browser());
    page = seen.page;
  });
  afterEach(async () => {
    await seen.close();
    await fixture.close();
  });

  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const preview = () => page.getByRole('region', { name: 'Preview' });
  const mail = () => preview().frameLocator('iframe');

  async function open(id = 'cart-reminder'): Promise<void> {
    await page.goto(`${fixture.url}/templates/${id}`);
    await page.getByRole('textbox', { name: 'Text of the message' }).waitFor();
  }

  function draft(id = 'cart-reminder'): Template {
    const { document } = documents.draftOf('templates', id) ?? {};
    if (!hasShape('templates', document)) throw new Error('there is no draft of a template');
    return document;
  }

  test('are found by the journey that sends them', async () => {
    await page.goto(`${fixture.url}/templates`);
    await page.getByRole('list', { name: 'Templates' }).waitFor();

    await page.getByLabel(/^Find by name/).fill('cart left behind');

    const lines = page.getByRole('list', { name: 'Templates' }).getByRole('link');
    await soon(() => lines.count()).toBe(2);
    await soon(() => lines.first().textContent()).toMatch(/E-mail.*Remind of a cart.*Version 3 live/s);
  });

  test('show the mail with its styles, wide, narrow and as text', async () => {
    await open();
    const heading = mail().getByRole('heading', { name: 'Were you interrupted?' });
    await heading.waitFor();

    const size = await heading
      .evaluate('getComputedStyle(document.querySelector("h1")).fontSize')
      .catch(() => '');
    expect(size === '' || size === '27px' || size === '24px').toBe(true);
    await button('Phone').click();
    await heading.waitFor();
    expect((await preview().locator('iframe').boundingBox())?.width).toBeLessThanOrEqual(362);
    await button('Plain text').click();
    await preview().getByText('Back to my cart').waitFor();
    await soon(() => preview().locator('iframe').count()).toBe(0);
    expect(seen.complaints.filter((one) => !one.includes('sandboxed'))).toEqual([]);
  });

  test('take what is typed into the preview and the draft, and give it back by undo', async () => {
    await open();
    await page.getByLabel('Subject').fill('Hello {{ contact.nickname }}');

    await preview().getByText('contact.nickname').waitFor();
    await soon(() => draft().languages.en?.subject).toBe('Hello {{ contact.nickname }}');
    while ((await button(/^Undo/).getAttribute('aria-disabled')) === 'false') await button(/^Undo/).click();
    await soon(() => draft()).toEqual(documents.library.templates.get('cart-reminder'));
  });

  test('say why a text cannot be sent', async () => {
    await open();
    await page.getByLabel('Subject').fill('Hello {{ contact.name');

    await preview()
      .getByText(/not closed/)
      .waitFor();
  });

  test('take a fact from the palette', async () => {
    await open('lead-acknowledgement');
    const text = page.getByRole('textbox', { name: 'Text of the message' });
    await text.focus();
    await page.keyboard.press('Control+End');
    await page.getByLabel('Put in a fact').fill('city');

    await page.getByRole('list', { name: 'Facts to put in' }).getByRole('button').first().click();

    await soon(() => draft('lead-acknowledgement').languages.en?.body ?? '').toContain('{{ contact.city }}');
  });

  test('are seen as a contact would get them', async () => {
    await open();
    await button('Choose a contact').click();
    await preview().getByLabel('See it as').fill('Jonas');

    await preview()
      .getByRole('button', { name: /Jonas Weber/ })
      .click();

    await preview().getByText('With what is known of').waitFor();
    await soon(() => preview().getByRole('link', { name: 'Jonas Weber' }).count()).toBe(1);
    await mail().getByText('Hello Jonas Weber,').waitFor();
  });

  test('begin as a draft of their own', async () => {
    await page.goto(`${fixture.url}/templates`);
    await button('New template').click();
    const sheet = page.getByRole('dialog', { name: 'New template' });
    await sheet.getByLabel('Title').fill('A short text');
    await sheet.getByLabel('Channel').selectOption('sms');
    await sheet.getByRole('button', { name: 'Create the draft' }).click();

    await preview()
      .getByText(/characters, sent as 1 segment/)
      .waitFor();
    expect(documents.draftOf('templates', 'a-short-text')?.document).toMatchObject({ channel: 'sms' });
  });

  test('are led to from the step that sends them', async () => {
    await page.goto(`${fixture.url}/journeys/cart-abandonment`);
    const step = page.getByRole('group', { name: /: Remind of the cart\./ });
    await step.focus();
    await page.keyboard.press('Enter');

    await page.getByRole('link', { name: 'Open the template' }).click();

    await page.getByRole('textbox', { name: 'Text of the message' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/templates/cart-reminder');
  });
});

describe.skipIf(noBrowser).each(['desk', 'phone'] as const)('templates on a %s', (width) => {
  const browser = aBrowser();

  test.each(['light', 'dark'] as const)('read well in %s', async (scheme) => {
    const documents = await documentsFixture();
    const fixture = await startUiFixture('full', 0, documents.gate);
    const seen = await openPage(browser(), { width, scheme });
    const quiet = {
      ...seen,
      get complaints() {
        return seen.complaints.filter((one) => !one.includes('sandboxed'));
      },
    };
    await seen.page.goto(`${fixture.url}/templates`);
    await seen.page.getByRole('list', { name: 'Templates' }).waitFor();
    await expectReadsWell(quiet, { name: 'templates', width, scheme });
    await seen.page.goto(`${fixture.url}/templates/cart-reminder`);
    await seen.page.frameLocator('iframe').getByRole('heading', { name: 'Were you interrupted?' }).waitFor();
    await expectReadsWell(quiet, { name: 'template', width, scheme });
    await seen.close();
    await fixture.close();
  });
});
