import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startUiFixture, type UiFixture, type Variant } from '../e2e/ui-fixture-server.ts';
import { ensureBuild, expectReadsWell, noBrowser, openBrowser, openPage, type Seen } from './browser.ts';

if (noBrowser) console.warn(`skipped: ${noBrowser}`);

/** Each page with the heading by which a person knows it. */
const pages: { name: string; path: string; heading: string; variant: Variant }[] = [
  { name: 'home', path: '/', heading: '10,000 contacts', variant: 'full' },
  { name: 'contacts', path: '/contacts', heading: 'Contacts', variant: 'full' },
  { name: 'contacts-many', path: '/contacts?stage=developed', heading: 'Contacts', variant: 'many' },
  { name: 'contact', path: '/contacts/ct-ana', heading: 'Ana Duarte', variant: 'full' },
  { name: 'contact-overlay', path: '/contacts/ct-1', heading: 'Jonas Weber', variant: 'full' },
  { name: 'contact-new', path: '/contacts/ct-new', heading: 'new@example.org', variant: 'full' },
  { name: 'tasks', path: '/tasks', heading: 'Tasks', variant: 'full' },
  { name: 'messages', path: '/messages', heading: 'Messages', variant: 'full' },
  { name: 'campaigns', path: '/campaigns', heading: 'Campaigns', variant: 'full' },
  { name: 'home-empty', path: '/', heading: '0 contacts', variant: 'empty' },
  { name: 'contacts-empty', path: '/contacts', heading: 'Contacts', variant: 'empty' },
  { name: 'tasks-empty', path: '/tasks', heading: 'Tasks', variant: 'empty' },
  { name: 'messages-empty', path: '/messages', heading: 'Messages', variant: 'empty' },
  { name: 'campaigns-empty', path: '/campaigns', heading: 'Campaigns', variant: 'empty' },
];

describe.skipIf(noBrowser).each([
  ['desk', 'light'],
  ['phone', 'dark'],
  ['phone', 'light'],
  ['desk', 'dark'],
] as const)('on a %s, %s', (width, scheme) => {
  let browser: Browser;
  let fixture: UiFixture;
  let seen: Seen;

  beforeAll(async () => {
    ensureBuild();
    [browser, fixture] = await Promise.all([openBrowser(), startUiFixture('full')]);
    seen = await openPage(browser, { width, scheme });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
  });

  // The other two combinations of width and colours add nothing for pages made of the same parts.
  const isMain = `${width} ${scheme}` === 'desk light' || `${width} ${scheme}` === 'phone dark';
  const shown = isMain ? pages : pages.filter(({ name }) => ['home', 'contact', 'campaigns'].includes(name));

  test.each(shown)('$name reads well', async ({ name, path, heading, variant }) => {
    fixture.become(variant);
    const { page, complaints } = seen;

    await page.goto(fixture.url + path);
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    await page.getByText(/^Reading /).waitFor({ state: 'detached' });
    await expectReadsWell({ page, complaints }, { name, width, scheme });
  });
});
