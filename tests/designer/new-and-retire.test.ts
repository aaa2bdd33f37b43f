import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { cycleFixture } from '../e2e/cycle-fixture.ts';
import type { RulesFixture } from '../e2e/rules-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

describe.skipIf(noBrowser)('documents come and go', () => {
  let server: UiFixture;
  let fixture: RulesFixture;
  const open = aSite(async () => {
    fixture = await cycleFixture();
    server = await startUiFixture('full', 0, fixture.gate);
    return server;
  });

  const dialog = (page: Page) => page.getByRole('dialog');
  const draft = (kind: string, id: string) => fixture.draftOf(kind, id)?.document;
  const retire = async (page: Page, what: string) => {
    await page.getByRole('button', { name: `More about this ${what}` }).click();
    await page.getByRole('menuitem', { name: /^Retire/ }).click();
  };

  test('a rule begins with its event and a name that follows its title', async () => {
    const { page } = await open('/rules');
    await page.getByRole('button', { name: 'New rule' }).click();
    await dialog(page).getByLabel('Title').and(page.locator(':focus')).waitFor();
    await dialog(page).getByLabel('Title').fill('Thank for the second order');
    await soon(() => dialog(page).getByLabel('Its name in files').inputValue()).toBe(
      'thank-for-the-second-order',
    );
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await dialog(page).getByText('Choose the event that it looks at.').waitFor();
    await dialog(page).getByLabel('Looked at when').selectOption('order.placed');
    await dialog(page).getByLabel('Why it is there').fill('People like to be thanked.');

    await page.getByRole('button', { name: 'Create the draft' }).click();

    await page.getByRole('heading', { level: 1, name: 'Thank for the second order' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/rules/thank-for-the-second-order');
    await page.getByRole('button', { name: 'Tests 2/2' }).waitFor();
    await page.getByRole('button', { name: 'No problems' }).waitFor();
    expect(parseDocument('best-practice', draft('best-practice', 'thank-for-the-second-order')).ok).toBe(
      true,
    );
  });

  test('a draft that can go nowhere is discarded from the menu, and leads back to the list', async () => {
    const { page } = await open('/journeys');
    await page.getByRole('button', { name: 'New journey' }).click();
    await dialog(page).getByLabel('Title').fill('Mistake');
    await dialog(page).getByLabel('Contacts enter when').selectOption('order.placed');
    await dialog(page).getByLabel('Why it is there').fill('It is none.');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Mistake' }).waitFor();
    expect(draft('journeys', 'mistake')).toBeDefined();

    await page.getByRole('button', { name: 'More about this journey' }).click();
    await page.getByRole('menuitem', { name: /^Discard draft/ }).click();
    await dialog(page).getByText('It was never live, so nothing of it is left.', { exact: false }).waitFor();
    await dialog(page).getByRole('button', { name: 'Discard it for good' }).click();

    await page.getByRole('heading', { level: 1, name: 'Journeys' }).waitFor();
    expect(draft('journeys', 'mistake')).toBeUndefined();
  });

  test('a service level begins with the calendar that it counts by, and is found among the settings', async () => {
    const { page } = await open('/admin/settings');
    await page.getByRole('button', { name: 'New service level' }).click();
    await dialog(page).getByLabel('Title').fill('Partners');
    await dialog(page).getByLabel('Why it is there').fill('Partners wait for nobody.');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await dialog(page).getByText('Choose the calendar whose hours its clocks count.').waitFor();
    await dialog(page).getByLabel('Its clocks count the hours of').selectOption('service-desk');
    await page.getByRole('button', { name: 'Create the draft' }).click();

    await page.getByRole('heading', { level: 1, name: 'Partners' }).waitFor();
    await page.getByRole('button', { name: 'No problems' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings/service-levels/partners');
    expect(parseDocument('service-levels', draft('service-levels', 'partners')).ok).toBe(true);
  });

  test('a name that is taken or malformed is refused before anything is sent', async () => {
    const { page } = await open('/rules');
    await page.getByRole('button', { name: 'New rule' }).click();
    await dialog(page).getByLabel('Title').fill('Another');
    const name = dialog(page).getByLabel('Its name in files');

    await name.fill('win-back-good-customers');
    await dialog(page).getByText('“win-back-good-customers” is taken.').waitFor();
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await dialog(page).getByRole('alert').waitFor();
    await name.fill('Not A Name');
    await dialog(page)
      .getByText(/^Small letters, digits and hyphens/)
      .waitFor();

    expect(fixture.posted).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Follow the title again' }).count();
    await name.fill('another-one');
    await dialog(page).getByRole('button', { name: 'Follow the title again' }).click();
    await soon(() => name.inputValue()).toBe('another');
  });

  test('a decision table begins with a column, and as a copy of one that is open', async () => {
    const { page } = await open('/rules');
    await page.getByRole('button', { name: 'New decision table' }).click();
    await dialog(page).getByLabel('Title').fill('Which gift');
    await dialog(page).getByLabel('First column').focus();
    await dialog(page).getByLabel('First column').selectOption({ label: 'Value tier (one of a list)' });
    await dialog(page).getByLabel('Why it is there').fill('Good customers get better gifts.');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Which gift' }).waitFor();
    expect(draft('tables', 'which-gift')).toMatchObject({ inputs: [{ path: '$.valueTier', type: 'enum' }] });

    await page.goto(`${server.url}/tables/lead-routing`);
    await page.getByRole('button', { name: 'More about this decision table' }).click();
    await page.getByRole('menuitem', { name: /^Make a copy/ }).click();
    await dialog(page).getByLabel('Title').fill('Routing in summer');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Routing in summer' }).waitFor();
    expect(draft('tables', 'routing-in-summer')).toMatchObject({ managedBy: 'designer' });
  });

  test('a new stage and a handover to it are on the map before they are live', async () => {
    const { page } = await open('/cycle');
    await page.getByRole('button', { name: 'New stage' }).click();
    await dialog(page).getByLabel('Title').fill('Advocate');
    await dialog(page).getByLabel('Why it is there').fill('They bring us others.');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Advocate' }).waitFor();
    await page.getByRole('link', { name: /^Advocate.*New, not live yet/s }).waitFor();

    await page.getByRole('link', { name: 'Back to Contact cycle' }).click();
    await page.getByRole('button', { name: 'New handover' }).click();
    await dialog(page).getByLabel('Title').fill('Hand promoters on');
    await dialog(page).getByLabel('From the stage').selectOption('developed');
    // The two go live together.
    await dialog(page).getByLabel('To the stage').selectOption({ label: 'Advocate (not live yet)' });
    await dialog(page).getByLabel('Looked at when').selectOption('order.placed');
    await dialog(page).getByLabel('Why it is there').fill('They have friends.');
    await page.getByRole('button', { name: 'Create the draft' }).click();

    await page.getByRole('heading', { level: 1, name: 'Hand promoters on' }).waitFor();
    await page.getByRole('link', { name: /^Hand promoters on.*New, not live yet/s }).waitFor();
    expect(draft('handovers', 'hand-promoters-on')).toMatchObject({ to: { stage: 'advocate' } });
    await page.getByRole('link', { name: /^Advocate.*New, not live yet/s }).waitFor();
  });

  test('what others name cannot be retired, and they are named', async () => {
    fixture.ofDesigner.add('stages/welcomed');
    const { page } = await open('/cycle/stages/welcomed');
    await retire(page, 'stage');

    await dialog(page)
      .getByText(/It cannot be retired yet: \d+ documents would be without it/)
      .waitFor();
    await dialog(page).getByText('There are 512 contacts in it.').waitFor();
    await dialog(page)
      .getByRole('link', { name: /^Onboarding hands/ })
      .waitFor();
    await page.getByRole('button', { name: 'Draft its retirement' }).click({ force: true });

    expect(fixture.posted.filter(({ path }) => path.endsWith('/draft'))).toEqual([]);
  });

  test('what comes from a file goes with its file', async () => {
    const { page } = await open('/rules/win-back-good-customers');
    await retire(page, 'rule');

    await dialog(page)
      .getByText(/it comes from a file, which would bring it back/)
      .waitFor();
  });

  test('a rule is retired by a draft, kept, retired again, and brought back from its history', async () => {
    fixture.ofDesigner.add('best-practice/deal-without-next-step');
    const { page } = await open('/rules/deal-without-next-step');
    await retire(page, 'rule');
    await dialog(page)
      .getByText(/^Nothing that is live refers to it/)
      .waitFor();
    await page.getByRole('button', { name: 'Draft its retirement' }).click();
    await page.getByText('Mara wants to retire it.').waitFor();
    expect(fixture.draftOf('best-practice', 'deal-without-next-step')).toMatchObject({ retire: true });

    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Mara wants to retire it.').waitFor({ state: 'detached' });
    expect(fixture.draftOf('best-practice', 'deal-without-next-step')).toBeUndefined();

    await retire(page, 'rule');
    await page.getByRole('button', { name: 'Draft its retirement' }).click();
    await page.getByRole('button', { name: 'Send for review' }).click();
    await dialog(page)
      .getByText(/^It goes\. Version 3 decides nothing any more/)
      .waitFor();
    await dialog(page).getByLabel('Why does it go?').fill('Nobody comes back.');
    await dialog(page).getByRole('button', { name: 'Send for review' }).click();
    await page.getByText('“Nobody comes back.”').waitFor();
    fixture.me = { person: 'Arno', roles: ['approver', 'editor'] };
    await page.reload();
    await page.getByRole('button', { name: 'Approve' }).click();
    await dialog(page).getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Publish' }).click();
    await dialog(page).getByRole('button', { name: 'Publish now' }).click();
    await page.getByText('It is retired: it decides nothing any more.').waitFor();

    await page.getByRole('button', { name: 'Open its history' }).click();
    await dialog(page).getByRole('button', { name: 'Compare version 3' }).click();
    await dialog(page).getByLabel('Why go back to version 3?').fill('They do come back.');
    await dialog(page).getByRole('button', { name: 'Make version 3 live again' }).click();
    await page.getByText('It is retired: it decides nothing any more.').waitFor({ state: 'detached' });
  });

  test('whoever may not edit is offered neither', async () => {
    fixture.me = { person: 'Vera', roles: ['viewer'] };
    const { page } = await open('/rules/win-back-good-customers');
    await page.getByText('Editors send documents for review.').first().waitFor({ state: 'attached' });

    await soon(() => page.getByRole('button', { name: /^More about this/ }).count()).toBe(0);
    await page.goto(`${server.url}/rules`);
    await page.getByRole('heading', { level: 1, name: 'Rules' }).waitFor();
    await page.getByText('Decision tables').waitFor();
    await soon(() => page.getByRole('button', { name: /^New/ }).count()).toBe(0);
  });

  test('the sheets read well on a desk and on a phone', async () => {
    fixture.ofDesigner.add('stages/welcomed');
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const { page, complaints } = await open('/cycle', { width, scheme });
      await page.getByRole('button', { name: 'New handover' }).click();
      await dialog(page).getByLabel('Title').fill('Hand promoters on');
      await expectReadsWell({ page, complaints }, { name: 'new-handover', width, scheme });
      await page.goto(`${server.url}/cycle/stages/welcomed`);
      await retire(page, 'stage');
      await dialog(page)
        .getByText(/It cannot be retired yet/)
        .waitFor();
      await expectReadsWell({ page, complaints }, { name: 'retire-stage', width, scheme });
    }
  });
});
