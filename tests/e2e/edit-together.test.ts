import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { aBrowser, noBrowser, openPage, picture } from '../designer/browser.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const Link = z.object({ url: z.string() });
const patiently = { timeout: 20_000 };

/* The pages on the host as it ships, without canned answers: what one person drafts, another approves and makes live. */

describe.skipIf(noBrowser)('two people change a journey', () => {
  const browser = aBrowser();

  /** A browser of its own in which a person is signed in; `failures` are answers that refuse and what the page complained of. */
  async function as(host: RunningHost, id: string, role: string) {
    await host.post(`/api/people/${id}`, { name: id, roles: [role] });
    const { url } = Link.parse((await host.post(`/api/people/${id}/link`, {})).body);
    const { page, complaints, close } = await openPage(browser());
    onTestFinished(close);
    page.on('response', (answer) => {
      if (answer.status() >= 400) complaints.push(`${answer.status()} ${answer.url()}`);
    });
    await page.goto(url);
    return { page, failures: complaints };
  }

  test('it is drafted, reviewed with its changes drawn, published, and seen by who drafted it without a reload', async () => {
    const host = await startHost(temporaryFolder(), { empty: true });
    onTestFinished(async () => void (await host.stop()));
    const [edda, arno] = [await as(host, 'edda', 'editor'), await as(host, 'arno', 'approver')];
    const place = `${host.url}/journeys/welcome`;

    await edda.page.goto(place);
    await edda.page.getByRole('group', { name: /: Say welcome\./ }).click();
    await edda.page.getByRole('complementary').getByLabel('Title').fill('Say hello');
    await edda.page.getByRole('button', { name: 'Send for review' }).click();
    const sheet = edda.page.getByRole('dialog');
    await sheet.getByRole('textbox', { name: 'What changes, and why?' }).fill('Friendlier.');
    await sheet.getByRole('button', { name: 'Send for review' }).click();
    await sheet.waitFor({ state: 'hidden', ...patiently });

    await arno.page.goto(place);
    const bar = arno.page.getByRole('main');
    await bar.getByRole('button', { name: 'Approve', exact: true }).first().click();
    const review = arno.page.getByRole('dialog');
    await review.getByText('1 step changed.').waitFor();
    await picture(arno.page, 'edit-together-review');
    await review.getByRole('button', { name: 'Approve', exact: true }).click();
    await review.waitFor({ state: 'hidden', ...patiently });
    await bar.getByRole('button', { name: 'Publish', exact: true }).first().click();
    await review.getByRole('button', { name: /^Publish/ }).click();

    await arno.page.getByText(/Version 2 live/).waitFor(patiently);
    await edda.page.getByText(/Version 2 live/).waitFor(patiently);
    expect([...edda.failures, ...arno.failures]).toEqual([]);
  }, 120_000);

  test('every page opens for an administrator, and nothing on it fails', async () => {
    const host = await startHost(temporaryFolder());
    onTestFinished(async () => void (await host.stop()));
    const { page, failures } = await as(host, 'ada', 'admin');
    const pages = [
      '/',
      '/desk',
      '/contacts',
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
      '/admin',
      '/admin/audit',
      '/admin/quarantine',
    ];

    for (const path of pages) {
      await page.goto(host.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor(patiently);
      await page.getByText(/^Reading /).waitFor({ state: 'detached', ...patiently });
    }

    expect(failures).toEqual([]);
  }, 180_000);
});
