import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

const journey = 'cart-abandonment';
const template = 'second-cart';

describe.skipIf(noBrowser)('drafts that need each other', () => {
  let fixture: DocumentsFixture;
  let server: UiFixture;
  const open = aSite(async () => {
    fixture = await documentsFixture();
    fixture.me = { person: 'Paul', roles: ['approver'] };
    const steps = fixture.library.journeys.get(journey)?.steps ?? {};
    fixture.saveAs(
      'Mara',
      'journeys',
      journey,
      {
        ...fixture.library.journeys.get(journey),
        steps: { ...steps, remind: { ...steps.remind, template } },
      },
      'approved',
    );
    draftTemplate('approved');
    server = await startUiFixture('full', 0, fixture.gate);
    return server;
  });

  const draftTemplate = (state: 'draft' | 'in-review' | 'approved', id = template) =>
    fixture.saveAs(
      'Vera',
      'templates',
      id,
      { ...fixture.library.templates.get('cart-reminder'), id, title: 'The cart once more' },
      state,
    );
  const sheet = (page: Page): Locator => page.getByRole('dialog');
  const publications = () => fixture.posted.filter(({ path }) => path === '/api/publications');
  async function openSheet(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
  }

  test('are named, and go live by one press', async () => {
    const { page } = await open(`/journeys/${journey}`);
    draftTemplate('approved', 'of-no-concern');
    await openSheet(page);
    await sheet(page).getByRole('heading', { name: 'These 2 go live together' }).waitFor();
    await sheet(page).getByText('Template · Approved · will be published with it').waitFor();
    await sheet(page)
      .getByText(/^What changes\s*in The cart once more/)
      .click();
    await sheet(page).getByText('This is the first version; nothing was live before.').waitFor();

    await sheet(page).getByRole('button', { name: 'Publish these 2' }).click();

    await page.getByText('Version 4 live').waitFor();
    expect(publications().map(({ body }) => body)).toEqual([
      {
        drafts: [
          { kind: 'journeys', id: journey, rev: 1 },
          { kind: 'templates', id: template, rev: 1 },
        ],
      },
    ]);
    expect(fixture.draftOf('templates', template)).toBeUndefined();
    expect(fixture.draftOf('templates', 'of-no-concern')).toMatchObject({ state: 'approved' });
  });

  test('wait for what is not approved yet: it is said who does what, and followed while it changes', async () => {
    const { page } = await open(`/journeys/${journey}`);
    draftTemplate('draft');
    await openSheet(page);
    await sheet(page).getByText('Vera works on it. It must be sent for review and approved first.').waitFor();
    const publish = sheet(page).getByRole('button', { name: 'Publish these 2' });
    await soon(() => publish.getAttribute('aria-disabled')).toBe('true');
    await sheet(page).getByText('1 document that it needs is not approved yet.').waitFor();
    await publish.click({ force: true });
    await soon(() => sheet(page).getByRole('link', { name: 'The cart once more' }).getAttribute('href')).toBe(
      `/templates/${template}`,
    );

    draftTemplate('in-review');
    await sheet(page).getByText('Edited by Vera. You can approve it; that must be done first.').waitFor();
    draftTemplate('approved');
    await soon(() => publish.getAttribute('aria-disabled')).not.toBe('true');

    expect(publications()).toEqual([]);
  });

  test('are scheduled together, and taken back together', async () => {
    const { page } = await open(`/journeys/${journey}`);
    await openSheet(page);
    await sheet(page).getByLabel('Go live at (leave empty for now)').fill('2027-05-04T09:00');
    await sheet(page).getByRole('button', { name: 'Schedule these 2' }).click();
    await soon(() => fixture.draftOf('templates', template)?.state).toBe('scheduled');

    await page.getByRole('button', { name: 'Cancel schedule' }).click();
    await sheet(page).getByText('These were scheduled together with it, and stay approved too:').waitFor();
    await sheet(page).getByText('Template', { exact: true }).waitFor();
    await sheet(page).getByRole('button', { name: 'Cancel schedule' }).click();

    await soon(() => fixture.draftOf('templates', template)?.state).toBe('approved');
  });

  test('a refusal says which document, why, and what helps; nothing is live', async () => {
    fixture.refusal = {
      error: 'nothing was published',
      problems: [
        {
          path: `templates/${template}`,
          reason: 'Vera has changed it meanwhile',
          remedy: 'look at it again before it goes live',
        },
      ],
    };
    const { page } = await open(`/journeys/${journey}`);
    await openSheet(page);
    await sheet(page).getByRole('button', { name: 'Publish these 2' }).click();

    await sheet(page)
      .getByRole('alert')
      .getByText('The cart once more: Vera has changed it meanwhile. Look at it again before it goes live.')
      .waitFor();
    await soon(() => sheet(page).getByRole('button', { name: 'Publish these 2' }).count()).toBe(1);
  });

  test('what no draft brings is said, and the way to publish is shut', async () => {
    const { page } = await open(`/journeys/${journey}`);
    fixture.saveAs('Vera', 'templates', template, 'no template any more', 'approved');
    await openSheet(page);

    await sheet(page)
      .getByText(/^There is no template "second-cart"/)
      .waitFor();
    await sheet(page).getByText('1 error would be live with it and must be mended first.').waitFor();
    await soon(() =>
      sheet(page).getByRole('button', { name: 'Publish now' }).getAttribute('aria-disabled'),
    ).toBe('true');
  });

  test('a draft that stands by itself is published alone, as ever', async () => {
    const { page } = await open(`/templates/${template}`);
    await openSheet(page);
    await sheet(page).getByRole('button', { name: 'Publish now' }).click();

    await page.getByText('Version 1 live').waitFor();
    expect(publications().map(({ body }) => body)).toEqual([
      { drafts: [{ kind: 'templates', id: template, rev: 1 }] },
    ]);
  });

  test('read well on a desk and on a phone', async () => {
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['desk', 'dark'],
      ['phone', 'light'],
      ['phone', 'dark'],
    ] as const) {
      draftTemplate(scheme === 'light' ? 'approved' : 'in-review');
      const { page, complaints } = await open(`/journeys/${journey}`, { width, scheme });
      await openSheet(page);
      await sheet(page).getByRole('button', { name: 'Publish these 2' }).waitFor();
      await expectReadsWell({ page, complaints }, { name: `publish-together`, width, scheme });
    }
  });
});
