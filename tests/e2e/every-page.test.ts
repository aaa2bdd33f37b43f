import { describe, expect, onTestFinished, test } from 'vitest';
import { aBrowser, noBrowser } from '../designer/browser.ts';
import { startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { signIn } from './person.ts';

const patiently = { timeout: 20_000 };

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
  '/admin/audit',
  '/admin/quarantine',
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
        await expect.poll(() => page.getByText(/^Reading /).count(), patiently).toBe(0);
      }

      expect(complaints).toEqual([]);
    },
    180_000,
  );
});
