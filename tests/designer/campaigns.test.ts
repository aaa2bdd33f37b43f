import { describe, expect, test } from 'vitest';
import { type InsightsFixture, insights, insightsFixture } from '../e2e/insights-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

const path = '/campaigns/spring-check-in';

describe.skipIf(noBrowser)('campaigns', () => {
  let server: UiFixture;
  let fixture: InsightsFixture;
  const open = aSite(async () => {
    fixture = await insightsFixture();
    server = await startUiFixture('full', 0, fixture.gate);
    return server;
  });

  const draft = (id = 'spring-check-in') => fixture.draftOf('campaigns', id)?.document;
  const saved = () => soon(() => draft());

  test.each([
    ['campaigns-list', '/campaigns', 'Campaigns'],
    ['campaign', path, 'Spring check-in with good customers'],
  ])('%s reads well on a desk and on a phone', async (name, at, heading) => {
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['phone', 'dark'],
      ['desk', 'dark'],
      ['phone', 'light'],
    ] as const) {
      const { page, complaints } = await open(at, { width, scheme });
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      await page
        .getByText(/of 1,640 contacts enrolled/)
        .first()
        .waitFor();
      if (at === path) await page.getByText(/contacts fit now/).waitFor();
      await expectReadsWell({ page, complaints }, { name, width, scheme });
    }
  });

  test('says whom it reaches while it is edited, how many of them are left out, and when it would be done', async () => {
    const { page } = await open(path);
    const reach = page.getByText(/contacts fit now/);
    await reach.waitFor();
    const before = await reach.textContent();
    await page.getByText(/^Earliest finish:/).waitFor();

    await page.getByRole('tree').locator('[data-node="0"]').focus();
    await page.keyboard.press('Delete');
    await soon(() => reach.textContent()).not.toBe(before);
    await page.getByLabel('Left out, in %').fill('50');
    await page.getByLabel('Contacts a minute').fill('5');
    await page.getByLabel('Of them at once').fill('5');

    const [, fit = '', enter = '', out = ''] =
      /([\d,]+)\s+of .*;\s+([\d,]+)\s+would enter,\s+([\d,]+)\s+be left out/s.exec(
        (await reach.textContent()) ?? '',
      ) ?? [];
    expect(Number(enter) + Number(out)).toBe(Number(fit));
    expect(Math.abs(Number(enter) - Number(out))).toBeLessThanOrEqual(1);
    await page.getByText(new RegExp(`if it were started now, ${enter} contacts in \\d+ minutes`)).waitFor();
    await saved().toMatchObject({
      holdout: { percent: 50 },
      pacing: { perMinute: 5, batch: 5 },
      audience: { when: { all: [{ path: '$.openCases' }, { path: '$.openOrders' }] } },
    });
  });

  test('gets a start time, another stage and another journey, and goes the way of every document', async () => {
    const { page } = await open(path);
    await page.getByRole('radio', { name: 'At a time' }).check();
    await page.getByLabel('Starts at').fill('2026-05-04T10:00');
    await page.getByLabel('They enter the journey').selectOption('order-rhythm');
    await page.getByRole('button', { name: /^Stages of the audience/ }).click();
    await page.getByRole('checkbox', { name: 'Won back' }).check();
    await saved().toMatchObject({
      schedule: { at: '2026-05-04T08:00:00.000Z' },
      journey: 'order-rhythm',
      audience: { stages: ['developed', 'won-back'] },
    });

    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Send for review' }).click();
    await page.getByRole('dialog').getByLabel('What changes, and why?').fill('Earlier this year.');
    await page.getByRole('dialog').getByRole('button', { name: 'Send for review' }).click();
    await page.getByText('“Earlier this year.”').waitFor();
  });

  test('says what contacts get, and what it is worth, or that it is too early to tell', async () => {
    const { page } = await open(path);
    await page.getByText('Too few to tell: 19 contacts in the smaller group, 30 are needed.').waitFor();
    await page.getByRole('link', { name: 'Open the journey' }).waitFor();

    const [, early] = insights.effects;
    if (!early) throw new Error('the fixture has a campaign');
    const later = { ...early, treated: { of: 500, with: 150 }, heldOut: { of: 160, with: 20 } };
    fixture.insights = { ...insights, effects: [later] };
    await page.reload();
    await page.getByText(/^\+17\.5 points \(between \+10\.\d and \+23\.\d\)\. It helps\.$/).waitFor();
    await page
      .getByRole('img', { name: 'Difference between those who entered and those left out' })
      .waitFor();
    await page.getByText('150 of 500').waitFor();
  });

  test('a new one begins with a stage and a journey, and stands in the list', async () => {
    const { page } = await open('/campaigns');
    await page.getByRole('button', { name: 'New campaign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Autumn thanks');
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await dialog.getByText('Choose the stage whose contacts it is for.').waitFor();
    await dialog.getByLabel('For contacts in the stage').selectOption('developed');
    await dialog.getByLabel('They enter the journey').selectOption('value-review');
    await dialog.getByLabel('Why it is there').fill('People like to be thanked.');
    await page.getByRole('button', { name: 'Create the draft' }).click();

    await page.getByRole('heading', { level: 1, name: 'Autumn thanks' }).waitFor();
    expect(draft('autumn-thanks')).toMatchObject({ holdout: { percent: 10 }, schedule: { at: null } });
    await page.getByText('It can run once it is live.').waitFor();
    await page.getByRole('link', { name: 'Back to Campaigns' }).click();
    await page.getByRole('link', { name: 'Autumn thanks' }).waitFor();
  });

  test('while a run is under way it cannot be retired, and viewers start none', async () => {
    fixture.ofDesigner.add('campaigns/spring-check-in');
    const { page } = await open(path);
    await page
      .getByText(/of 1,640 contacts enrolled/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'More about this campaign' }).click();
    await page.getByRole('menuitem', { name: /^Retire/ }).click();
    await page.getByRole('dialog').getByText('A run is under way. Wait until it is done.').waitFor();

    fixture.me = { person: 'Vera', roles: ['viewer'] };
    fixture.campaigns = { campaigns: fixture.campaigns.campaigns.map((one) => ({ ...one, runs: [] })) };
    await page.goto(`${server.url}/campaigns`);
    await page.getByText('Approvers start campaigns.').waitFor();
  });
});
