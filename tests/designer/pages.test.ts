import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture, type Variant } from '../e2e/ui-fixture-server.ts';
import {
  ensureBuild,
  inaccessible,
  noBrowser,
  openBrowser,
  openPage,
  picture,
  scrollsSideways,
} from './browser.ts';

if (noBrowser) console.warn(`skipped: ${noBrowser}`);

/** Each page with the heading by which a person knows it. */
const pages: { name: string; path: string; heading: string; variant: Variant }[] = [
  { name: 'home', path: '/', heading: '10,000 contacts', variant: 'full' },
  { name: 'contacts', path: '/contacts', heading: 'Contacts', variant: 'full' },
  { name: 'contacts-many', path: '/contacts', heading: 'Contacts', variant: 'many' },
  { name: 'contacts-stage', path: '/contacts?stage=developed', heading: 'Contacts', variant: 'many' },
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

/** Both widths and both colour schemes, without every combination. */
const looks = [
  ['desk', 'light'],
  ['phone', 'dark'],
] as const;

describe.skipIf(noBrowser)('every page', () => {
  let browser: Browser;
  let fixture: UiFixture;

  beforeAll(async () => {
    ensureBuild();
    [browser, fixture] = await Promise.all([openBrowser(), startUiFixture('full')]);
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
  });

  for (const { name, path, heading, variant } of pages) {
    for (const [width, scheme] of looks) {
      test(`${name} reads well on a ${width}, ${scheme}`, async () => {
        fixture.become(variant);
        const { page, complaints, close } = await openPage(browser, { width, scheme });

        await page.goto(fixture.url + path);
        await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
        await page.getByText(/^Reading /).waitFor({ state: 'detached' });
        await picture(page, `${name}-${width}-${scheme}`);

        expect(await inaccessible(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        expect(complaints).toEqual([]);
        await close();
      });
    }
  }
});
