import { describe, expect, test } from 'vitest';
import { cycleFixture } from '../e2e/cycle-fixture.ts';
import type { RulesFixture } from '../e2e/rules-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

describe.skipIf(noBrowser)('the contact cycle', () => {
  let server: UiFixture;
  let fixture: RulesFixture;
  const open = aSite(async () => {
    fixture = await cycleFixture();
    server = await startUiFixture('full', 0, fixture.gate);
    return server;
  });

  test.each([
    ['cycle', '/cycle', 'Contact cycle'],
    ['cycle-stage', '/cycle/stages/welcomed', 'Welcomed'],
    [
      'cycle-handover',
      '/cycle/handovers/marketing-to-inside-sales',
      'Marketing hands a lead with a need to inside sales',
    ],
  ])('%s reads well on a desk and on a phone', async (name, path, heading) => {
    for (const [width, scheme] of [
      ['desk', 'light'],
      ['phone', 'dark'],
    ] as const) {
      const { page, complaints } = await open(path, { width, scheme });
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      if (path === '/cycle' || width === 'desk')
        await page
          .getByRole('link', { name: /Targeted/ })
          .first()
          .waitFor();
      if (name === 'cycle-handover') await page.getByText(/contacts who are in Targeted now/).waitFor();
      await expectReadsWell({ page, complaints }, { name, width, scheme });
    }
  });

  test('the map says who is where, for how long, and what waits on the arrows', async () => {
    const { page } = await open('/cycle');

    const welcomed = page.getByRole('link', { name: /^Welcomed/ });
    await welcomed.waitFor();

    await soon(() => welcomed.textContent()).toMatch(/512.*3 overdue.*12 days/s);
    const arrow = page.getByRole('link', { name: /^Marketing hands a lead/ });
    await soon(() => arrow.textContent()).toMatch(/14\s*ready.*6\s*blocked.*2\s*overdue/s);
    await page
      .getByText('Laid over whichever stage a contact is in; nobody sells until it is lifted.')
      .waitFor();
  });

  test('every move by rule stays within the map, also beside a panel', async () => {
    const { page } = await open('/cycle/stages/welcomed');
    await page.getByLabel('Show every move by rule').check();
    const map = page.getByRole('group', { name: 'Map of the contact cycle' });
    const ways = map.getByRole('link', { name: /by rule$/ });
    const places = () =>
      ways.evaluateAll((links) =>
        links.map((link) => link.getBoundingClientRect()).map(({ left, right }) => [left, right]),
      );
    const cutOff = async () => {
      const frame = await map.boundingBox();
      if (!frame) return 'there is no map';
      return (await places()).filter(
        ([left = 0, right = 0]) => left < frame.x || right > frame.x + frame.width,
      );
    };

    await soon(async () => (await places()).length).toBeGreaterThan(4);
    await soon(cutOff).toEqual([]);
  });

  test('another owner is a draft at once, is seen on the map, and can be taken back', async () => {
    const { page } = await open('/cycle');
    await page.getByRole('link', { name: /^Welcomed/ }).click();

    await page.getByRole('combobox', { name: 'Team', exact: true }).selectOption('service');
    await page.getByRole('link', { name: /^Welcomed.*Service/s }).waitFor();
    await page.getByText('Draft saved').first().waitFor();

    expect(fixture.draftOf('stages', 'welcomed')?.document).toMatchObject({ owner: { team: 'service' } });
    // Who hands over to Welcomed names another team now: that is said before anything goes live.
    await page.getByText(/things? to see to/).waitFor();
    await page.getByRole('button', { name: 'Undo: Owner' }).click();
    await page.getByRole('link', { name: /^Welcomed.*Onboarding/s }).waitFor();
  });

  test('a handover gets another return reason, a shorter time and one more required fact', async () => {
    const { page } = await open('/cycle/handovers/marketing-to-inside-sales');
    await page.getByRole('textbox', { name: 'Another reason' }).fill('Wrong person');
    await page.keyboard.press('Enter');
    await page.getByRole('spinbutton', { name: 'Answered within' }).fill('2');
    await page.getByRole('combobox', { name: 'Ask for another fact' }).selectOption({ label: 'City' });
    await page.getByRole('textbox', { name: 'Required 3' }).waitFor();
    await page.getByText('Draft saved').first().waitFor();

    expect(fixture.draftOf('handovers', 'marketing-to-inside-sales')?.document).toMatchObject({
      acceptance: { within: 'PT2M', returnReasons: expect.arrayContaining(['wrong-person']) },
      requiredFacts: expect.arrayContaining([expect.objectContaining({ label: 'City' })]),
    });
  });

  test.each(['0', '-5', '', '1.4', '99999999'])(
    'a deadline of “%s” is not taken over: the field says what is allowed and Escape brings back what is',
    async (text) => {
      const { page } = await open('/cycle/handovers/marketing-to-inside-sales');
      const within = page.getByRole('spinbutton', { name: 'Answered within' });
      const before = await within.inputValue();

      await within.fill(text);
      await within.press('Enter');
      await page
        .getByRole('status')
        .getByText(/^Write a whole number from 1 to 999,999\./)
        .waitFor();
      await soon(() => within.getAttribute('aria-invalid')).toBe('true');
      await soon(() => within.inputValue()).toBe(text);
      await within.press('Escape');

      await soon(() => within.inputValue()).toBe(before);
      await soon(() => within.getAttribute('aria-invalid')).toBe('false');
      expect(fixture.draftOf('handovers', 'marketing-to-inside-sales')).toBeUndefined();
    },
  );

  test('by keyboard alone: from the list to an arrow, and back', async () => {
    const { page } = await open('/cycle');
    await page.getByRole('button', { name: 'List' }).press('Enter');
    await page.getByRole('link', { name: /^Marketing hands a lead.*leads to/s }).press('Enter');
    await page.getByRole('heading', { level: 1, name: /^Marketing hands a lead/ }).waitFor();

    await page.getByRole('link', { name: 'Back to Contact cycle' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Contact cycle' }).waitFor();
  });

  test('whoever may only look is told why nothing can be changed', async () => {
    fixture.me = { person: 'Vera', roles: ['viewer'] };
    const { page } = await open('/cycle/stages/welcomed');

    await page.getByText('You may look at documents; editors change them.').first().waitFor();

    await soon(() => page.getByRole('textbox', { name: 'Name' }).isDisabled()).toBe(true);
  });
});
