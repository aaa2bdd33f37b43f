import type { PlainKind } from '@baton/rules/edit/plain.ts';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { hasFocus, soon } from '../support/soon.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage, type Seen } from './browser.ts';

describe.skipIf(noBrowser)('settings in the designer', () => {
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

  const part = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const entry = (of: string, name: string): Locator => part(of).getByRole('group', { name, exact: true });
  const draft = (kind: PlainKind, id: string) => documents.draftOf(kind, id)?.document;

  async function open(kind: string, id: string): Promise<void> {
    await page.goto(`${fixture.url}/settings/${kind}/${id}`);
    await page.getByRole('tab', { name: 'JSON' }).waitFor();
  }

  test('are found by what they are called, each with its kind', async () => {
    await page.goto(`${fixture.url}/admin/settings`);
    await page.getByRole('link', { name: /^E-mail/ }).waitFor();

    await page.getByLabel('Find by name or owner').fill('service desk');

    await soon(() => page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Working hours',
    ]);
    await page.getByRole('link', { name: /^Opening hours of the service desk/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Opening hours of the service desk' }).waitFor();
  });

  test('a channel gets other quiet hours and caps, and what it cannot be is refused where it stands', async () => {
    await open('channels', 'email');

    await entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').fill('2');
    await soon(() => draft('channels', 'email')).toMatchObject({
      caps: [
        { messages: 2, within: 'P7D' },
        { messages: 5, within: 'P7D', acrossChannels: true },
      ],
    });
    await part('Quiet hours').getByRole('button', { name: 'Add quiet hours' }).click();
    await soon(() => hasFocus(entry('Quiet hours', 'Quiet hours 2').getByLabel('From'))).toBe(true);
    for (const day of ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'])
      await entry('Quiet hours', 'Quiet hours 2').getByRole('checkbox', { name: day }).click();
    await soon(() => draft('channels', 'email')).toMatchObject({
      quietHours: [
        { from: '20:00', to: '08:00' },
        { from: '20:00', to: '08:00', weekdays: ['sunday'] },
      ],
    });
    expect(
      await entry('Quiet hours', 'Quiet hours 2').getByRole('checkbox', { name: 'sunday' }).isDisabled(),
    ).toBe(true);

    const zone = page.getByLabel('Time zone, where the contact’s is not known');
    await zone.fill('Mars/Olympus');
    await zone.press('Tab');
    await part('Where the company is')
      .getByText(/time zone, for example "Europe\/Berlin"/)
      .waitFor();
    await soon(() => zone.getAttribute('aria-invalid')).toBe('true');
    await part('Where the company is').getByRole('button', { name: 'Back to Europe/Berlin' }).click();
    await soon(() => zone.inputValue()).toBe('Europe/Berlin');

    const undo = page.getByRole('button', { name: /^Undo/ });
    while ((await undo.getAttribute('aria-disabled')) === 'false') await undo.click();
    await soon(() => draft('channels', 'email')).toEqual(documents.library.channels.get('email'));
    expect(seen.complaints).toEqual([]);
  });

  test('what is written and not taken over is not left behind when the document goes on', async () => {
    await open('channels', 'email');
    await entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').fill('2');
    const send = page.getByRole('button', { name: 'Send for review' });
    await page.getByText('Draft saved', { exact: true }).first().waitFor();
    await soon(() => send.getAttribute('aria-disabled')).toBe('false');

    const zone = page.getByLabel('Time zone, where the contact’s is not known');
    await zone.fill('+02:00');
    await send.click();
    await page.getByText(/^What is written in 1 field is not taken over yet\./).waitFor();
    await soon(() => hasFocus(zone)).toBe(true);
    await soon(() => send.getAttribute('aria-disabled')).toBe('true');

    await page.keyboard.press('Escape');
    await soon(() => send.getAttribute('aria-disabled')).toBe('false');
    await send.click();
    await page.getByText('Frequency caps › cap 1 › Messages at most').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More about this channel' }).click();
    await page.getByRole('menuitem', { name: /^Discard draft/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Version 3 stays live as it is.', { exact: false }).waitFor();
    await dialog.getByText('Frequency caps › cap 1 › Messages at most').waitFor();
    await dialog.getByRole('button', { name: 'Discard it for good' }).click();
    await soon(() => draft('channels', 'email')).toBeUndefined();
    await soon(() => entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').inputValue()).toBe('3');
  });

  test('text that is no document yet outlives the view, until somebody drops it', async () => {
    await open('channels', 'email');
    const json = page.getByRole('textbox', { name: 'The document as JSON' });
    await page.getByRole('tab', { name: 'JSON' }).click();
    await json.press('ControlOrMeta+Home');
    await page.keyboard.type('not yet');
    await page.getByText(/^Not taken over yet/).waitFor();

    await page.getByRole('tab', { name: 'Form' }).click();
    await page.getByText('What was written as JSON is not taken over yet.').waitFor();
    await page.getByText(/^What is written in 1 field/).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await soon(() => json.textContent()).toContain('not yet');

    await page.getByRole('button', { name: 'Back to the document' }).click();
    await page.getByText('This is the document itself.', { exact: false }).waitFor();
    await soon(() => json.textContent()).not.toContain('not yet');
    expect(draft('channels', 'email')).toBeUndefined();
  });

  test('a page whose script is there before it is known who works here reads its document once, and keeps what is edited', async () => {
    const reads: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().includes('/api/documents/')) reads.push(request.url());
    });
    const held: (() => void)[] = [];
    await page.route('**/api/me', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.fallback();
    });
    await page.goto(`${fixture.url}/settings/channels/email`);
    await soon(() => held.length).toBeGreaterThan(0);
    await page.locator('nav').first().waitFor();
    for (const go of held) go();
    await page.getByRole('tab', { name: 'JSON' }).waitFor();
    expect(reads).toHaveLength(1);
    await entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').fill('2');
    await soon(() => draft('channels', 'email')).toMatchObject({ caps: [{ messages: 2 }, { messages: 5 }] });
    await page.getByText('Draft saved', { exact: true }).first().waitFor();
    await soon(() => entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').inputValue()).toBe('2');
  });

  test('a save whose answer is lost is no conflict with oneself', async () => {
    await open('channels', 'email');
    let isLost = false;
    await page.route('**/api/documents/channels/email/draft', async (route) => {
      if (isLost) return route.fallback();
      isLost = true;
      await route.fetch();
      return route.abort();
    });
    await entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').fill('2');
    await page.getByText('The host does not answer; kept in this browser').first().waitFor();
    await page.getByText('Draft saved', { exact: true }).first().waitFor();

    await soon(() => page.getByRole('alert').count()).toBe(0);
    expect(draft('channels', 'email')).toMatchObject({ caps: [{ messages: 2 }, { messages: 5 }] });
  });

  test('who leaves with a text that was refused is asked, and JSON of before asks before it replaces what changed', async () => {
    await open('channels', 'email');
    await page.getByLabel('Time zone, where the contact’s is not known').fill('Mars/Olympus');
    await page.keyboard.press('Tab');
    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.getByRole('link', { name: 'Back to Settings' }).click();
    await page.getByText('No problems').waitFor();
    await page.getByRole('button', { name: 'Back to Europe/Berlin' }).click();

    const json = page.getByRole('textbox', { name: 'The document as JSON' });
    await page.getByRole('tab', { name: 'JSON' }).click();
    await json.press('ControlOrMeta+Home');
    await page.keyboard.type('x');
    await page.getByRole('tab', { name: 'Form' }).click();
    await part('What it is for').getByLabel('Name').fill('E-mail as formed');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await page.getByText(/The document has changed since this was written/).waitFor();
    await json.press('ControlOrMeta+Home');
    await page.keyboard.press('Delete');
    await soon(() => draft('channels', 'email')).toMatchObject({ title: 'E-mail as formed' });

    await page.getByRole('button', { name: 'Replace it with this text' }).click();
    await page.getByText('This is the document itself.', { exact: false }).waitFor();
    await soon(() => draft('channels', 'email')).toMatchObject({ title: 'E-mail' });
    await page.getByRole('link', { name: 'Back to Settings' }).click();
    await page.getByLabel('Find by name or owner').waitFor();
  });

  test('people of a team are added, put into order and removed, by keyboard too', async () => {
    await open('settings', 'program');
    const team = entry('Teams', 'inside-sales');
    const members = () => {
      const program = documents.draftOf('settings', 'program')?.document;
      return JSON.stringify(program).match(/"inside-sales"\},?|"team":"inside-sales"[^}]*/)?.[0];
    };

    await team.getByRole('button', { name: 'Add member' }).focus();
    await page.keyboard.press('Enter');
    const third = team.getByRole('textbox', { name: 'Member 3' });
    await soon(() => hasFocus(third)).toBe(true);
    await team.getByRole('button', { name: 'Add member' }).press('Enter');
    const fourth = team.getByRole('textbox', { name: 'Member 4' });
    await soon(() => hasFocus(fourth)).toBe(true);
    await team.getByRole('button', { name: 'Remove “Member 4”' }).press('Enter');
    await third.fill('Nora Falk');
    await page.keyboard.press('Enter');
    await soon(members).toContain('["Jonas Vik","Priya Nair","Nora Falk"]');

    await team.getByRole('button', { name: 'Move “Nora Falk” up' }).focus();
    await page.keyboard.press('Enter');
    await soon(() => hasFocus(team.getByRole('button', { name: 'Move “Nora Falk” up' }))).toBe(true);
    await team.getByRole('button', { name: 'Remove “Jonas Vik”' }).focus();
    await page.keyboard.press('Enter');
    await soon(() => hasFocus(team.getByRole('button', { name: 'Remove “Nora Falk”' }))).toBe(true);
    await soon(members).toContain('["Nora Falk","Priya Nair"]');

    await part('Global holdout').getByLabel('Contacts, in %').fill('0.5');
    await soon(() => draft('settings', 'program')).toMatchObject({ globalHoldout: { percent: 0.5 } });
    await part('Global holdout').getByRole('button', { name: 'Without global holdout' }).click();
    await part('Global holdout').getByRole('button', { name: 'Hold some contacts out' }).waitFor();
    await soon(() => draft('settings', 'program')).not.toHaveProperty('globalHoldout');
  });

  test('one of the entries that there must be stays, and deadlines keep their words', async () => {
    await open('service-levels', 'customer-problems');

    await page.getByRole('button', { name: 'Remove Warning 2' }).click();
    const last = page.getByRole('button', { name: 'Remove Warning 1' });
    await soon(() => last.getAttribute('aria-disabled')).toBe('true');
    await part('High priority').getByLabel('First answer within', { exact: true }).fill('3');

    await soon(() => draft('service-levels', 'customer-problems')).toMatchObject({
      warnings: [{ percent: 80, escalateTo: 'service' }],
      priorities: { high: { accept: 'PT30M', answer: 'PT3H', solve: 'P1D' } },
    });
  });

  test('changes of two places are undone one after the other, however fast they were made', async () => {
    await open('channels', 'email');
    await entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').fill('2');
    await entry('Frequency caps', 'Cap 2').getByLabel('Messages at most').fill('4');

    await page.getByRole('button', { name: 'Undo: Cap 2: Messages at most' }).click();

    await soon(() => entry('Frequency caps', 'Cap 2').getByLabel('Messages at most').inputValue()).toBe('5');
    await soon(() => entry('Frequency caps', 'Cap 1').getByLabel('Messages at most').inputValue()).toBe('2');
  });

  test('what would be too much is refused with the reason, and warnings stand in order', async () => {
    await open('channels', 'email');
    for (let caps = 2; caps < 10; caps++)
      await part('Frequency caps').getByRole('button', { name: 'Add cap' }).click();
    await entry('Frequency caps', 'Cap 10').waitFor();
    await part('Frequency caps').getByRole('button', { name: 'Add cap' }).click();
    await part('Frequency caps').getByRole('alert').getByText(/10/).waitFor();

    await open('service-levels', 'customer-problems');
    await part('Who hears of it').getByRole('button', { name: 'Add warning' }).click();
    await soon(() => entry('Who hears of it', 'Warning 1').getByLabel('At, in %').inputValue()).toBe('50');
    await page.getByText('No problems').waitFor();
  });

  test('events are edited as their text, and what there is not says so', async () => {
    await page.goto(`${fixture.url}/admin/settings`);
    await page.getByRole('link', { name: /^Order placed/ }).click();
    await page.getByRole('textbox', { name: 'The document as JSON' }).waitFor();

    await page.goto(`${fixture.url}/settings/weather/today`);
    await page.getByRole('heading', { name: 'There are no such settings' }).waitFor();
    await page.goto(`${fixture.url}/settings/channels/pigeon`);
    await page.getByRole('heading', { name: 'There is no such channel' }).waitFor();
    await page.getByRole('link', { name: 'Go to Settings' }).click();
    await page.getByRole('link', { name: /^E-mail/ }).waitFor();
  });

  test('whoever may only look changes nothing', async () => {
    documents.me = { person: 'vera', roles: ['viewer'] };
    await open('channels', 'email');

    await soon(() => page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true);
    await soon(() => page.getByRole('button', { name: 'Add cap' }).isDisabled()).toBe(true);
    await page.getByText('You may look at documents; editors change them.').first().waitFor();
  });
});

describe.skipIf(noBrowser).each(['desk', 'phone'] as const)('settings on a %s', (width) => {
  const browser = aBrowser();

  test.each(['light', 'dark'] as const)('read well in %s', async (scheme) => {
    const documents = await documentsFixture();
    const fixture = await startUiFixture('full', 0, documents.gate);
    const seen = await openPage(browser(), { width, scheme });
    await seen.page.goto(`${fixture.url}/admin/settings`);
    await seen.page.getByRole('link', { name: /^E-mail/ }).waitFor();
    await expectReadsWell(seen, { name: 'settings', width, scheme });
    for (const path of [
      'channels/sms',
      'calendars/service-desk',
      'service-levels/customer-problems',
      'settings/program',
    ]) {
      await seen.page.goto(`${fixture.url}/settings/${path}`);
      await seen.page.getByRole('region', { name: 'What it is for' }).waitFor();
      // All of it at once: what lies half below the bar at the bottom is no small target, one scrolls.
      const { width: wide = 390 } = seen.page.viewportSize() ?? {};
      const long = Number(await seen.page.evaluate('document.documentElement.scrollHeight'));
      await seen.page.setViewportSize({ width: wide, height: long + 400 });
      await expectReadsWell(seen, { name: `settings-${path.split('/')[0]}`, width, scheme });
    }
    await seen.close();
    await fixture.close();
  });
});
