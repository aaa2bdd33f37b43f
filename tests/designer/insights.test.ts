import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type InsightsFixture, insightsFixture, noInsights } from '../e2e/insights-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage } from './browser.ts';

describe.skipIf(noBrowser)('insights', () => {
  const browser = aBrowser();
  let server: UiFixture;
  let fixture: InsightsFixture;
  beforeEach(async () => {
    fixture = await insightsFixture();
    server = await startUiFixture('full', 0, fixture.gate);
    return () => server.close();
  });

  async function open(look: Parameters<typeof openPage>[1] = {}) {
    const seen = await openPage(browser(), look);
    onTestFinished(() => seen.close());
    await seen.page.goto(`${server.url}/insights`);
    await seen.page.getByRole('heading', { level: 1, name: 'Insights' }).waitFor();
    return seen;
  }
  const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const cells = async (page: Page, name: string, row: RegExp) =>
    (await section(page, name).getByRole('row', { name: row }).getByRole('cell').allTextContents()).map(
      (cell) => cell.trim(),
    );

  test.each([
    ['desk', 'light'],
    ['phone', 'dark'],
    ['desk', 'dark'],
    ['phone', 'light'],
  ] as const)('reads well on a %s, %s, as charts and as tables', async (width, scheme) => {
    const { page, complaints } = await open({ width, scheme });
    await page.getByRole('img', { name: 'What rules brought about' }).waitFor();
    await expectReadsWell({ page, complaints }, { name: 'insights', width, scheme });

    await page.getByRole('button', { name: 'Tables' }).click();
    await page.getByRole('img', { name: 'What rules brought about' }).waitFor({ state: 'detached' });
    await expectReadsWell({ page, complaints }, { name: 'insights-tables', width, scheme });
  });

  test('each chart says in a sentence, a picture and a table the same', async () => {
    const { page } = await open();
    const funnel = section(page, 'From stage to stage');
    await funnel
      .getByText('Of 1,840 contacts who came into Targeted, 201 (11 %) have come to Developed.')
      .waitFor();

    await soon(() => funnel.getByRole('img', { name: /^Contacts by/ }).textContent()).toContain(
      '742 · 40 % of those before',
    );
    await soon(() => cells(page, 'From stage to stage', /^Converted/)).toEqual(['742', '40 %', '40 %']);
    await soon(() => cells(page, 'Handovers', /^Marketing hands/)).toEqual([
      ...['601', '92', '31', '14'],
      ...['1 hour', '3 days'],
    ]);
    await soon(() => cells(page, 'Promises on cases', /^Solved/)).toEqual(['160', '24', '27', '87 %']);
    await soon(() => cells(page, 'Rules', /^After three calls/)).toEqual(['sets a value', 'not listed']);
  });

  test('what is too little to tell is said so, and what is only a part too', async () => {
    const { page } = await open();
    const time = section(page, 'Time in stage');
    await time.getByText('Of the latest 2,000 of each list; there are more.').waitFor();

    await soon(() => cells(page, 'Time in stage', /^Developed/)).toEqual([
      ...['201', '3', 'too few to tell', 'too few to tell'],
    ]);
    await soon(() => cells(page, 'Time in stage', /^First order/)).toEqual([
      '388',
      '230',
      '16 days',
      'over 2 months',
    ]);
    const worth = section(page, 'What it is worth');
    await soon(() => worth.getByRole('row', { name: /^Offer the credit card/ }).textContent()).toMatch(
      /12 %.*3 %.*\+8\.9 points \(between \+2\.\d and \+12\.\d\)\. It helps\./,
    );
    await soon(() => worth.getByRole('row', { name: /^Spring check-in/ }).textContent()).toContain(
      'Too few to tell: 19 contacts in the smaller group, 30 are needed.',
    );
  });

  test('every figure says what is counted', async () => {
    const { page } = await open();
    await section(page, 'Promises on cases').getByText('What is counted').click();

    await page.getByText(/A promise is broken as soon as its time is spent/).waitFor();
  });

  test('another period is asked for by name', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'A year' }).click();

    await page.getByText(/^The 365 days until/).waitFor();
    expect(fixture.asked.at(-1)).toBe('?days=365');
    await soon(() => page.getByRole('button', { name: 'A year' }).getAttribute('aria-pressed')).toBe('true');
  });

  test('where nothing has happened yet it says what to do', async () => {
    fixture.insights = noInsights;
    const { page, complaints } = await open();

    await page.getByText('Nobody has come into the first stage in this time.').waitFor();
    await page.getByText(/^Nothing is compared\. Give a journey or a campaign a holdout/).waitFor();
    await expectReadsWell({ page, complaints }, { name: 'insights-empty', width: 'desk', scheme: 'light' });
  });

  test('a host that cannot tell says why, and is asked again', async () => {
    fixture.insights = 'broken';
    const { page } = await open();
    await page.getByText('The store does not answer.').waitFor();

    fixture.insights = noInsights;
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Nobody has come into the first stage in this time.').waitFor();
  });
});
