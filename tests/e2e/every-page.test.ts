import { describe, expect, onTestFinished, test } from 'vitest';
import { aBrowser, noBrowser } from '../designer/browser.ts';
import { startHost } from '../support/running-host.ts';
import { soon } from '../support/soon.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { signIn } from './person.ts';

const pages = [
  '/',
  '/desk',
  '/contacts',
  '/contacts/import',
  '/cycle',
  '/cycle/stages/welcomed',
  '/journeys',
  '/journeys/first-order-care',
  '/rules',
  '/rules/ask-for-consent',
  '/tables/lead-routing',
  '/tasks',
  '/messages',
  '/campaigns',
  '/campaigns/spring-check-in',
  '/templates',
  '/templates/welcome',
  '/insights',
  '/admin',
  '/admin/settings',
  '/admin/audit',
  '/admin/quarantine',
  '/settings/channels/email',
  '/settings/calendars/service-desk',
  '/settings/service-levels/customer-problems',
  '/settings/settings/program',
  '/settings/events/order~placed',
];

describe.skipIf(noBrowser)('the pages on the host as it ships', () => {
  const browser = aBrowser();

  test.each(['owner', 'arno', 'edda', 'ines', 'vera'])(
    'every page opens for %s, and nothing on it fails or is refused',
    async (id) => {
      const host = await startHost(temporaryFolder());
      onTestFinished(async () => void (await host.stop()));
      const { page, complaints, go } = await signIn(browser(), host, id);

      for (const path of pages) {
        await go(path);
        await soon(() => page.getByText(/^Reading /).count()).toBe(0);
      }

      expect(complaints).toEqual([]);
    },
    180_000,
  );

  test('an address that leads nowhere says so, and stays', async () => {
    const host = await startHost(temporaryFolder());
    onTestFinished(async () => void (await host.stop()));
    const { page } = await signIn(browser(), host, 'owner');
    await page.goto(`${host.url}/admin/people`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'Go to Home' }).click();

    await page.getByRole('heading', { name: 'There is no such page' }).waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${host.url}/`);
    await page.goto(`${host.url}/journeys/%`);
    await page.getByRole('heading', { name: 'There is no such journey' }).waitFor();
  });
});
