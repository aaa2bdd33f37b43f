import type { Journey } from '@baton/rules/documents/journey.ts';
import { hasShape } from '@baton/rules/documents/shape.ts';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { longJourney } from '../support/long-journey.ts';
import { hasFocus, patiently, soon } from '../support/soon.ts';
import {
  aBrowser,
  expectReadsWell,
  inaccessible,
  noBrowser,
  openPage,
  picture,
  type Seen,
} from './browser.ts';

/** A draft is saved after a pause of typing. */
const place = '/journeys/cart-abandonment';

describe.skipIf(noBrowser)('a journey in the designer', () => {
  const browser = aBrowser();
  let documents: DocumentsFixture;
  let fixture: UiFixture;
  let seen: Seen;
  let page: Page;
  beforeEach(async () => {
    documents = await documentsFixture();
    fixture = await startUiFixture('full', 0, documents.gate);
    seen = await openPage(browser());
    page = seen.page;
  });
  afterEach(async () => {
    await seen.close();
    await fixture.close();
  });

  const step = (title: string) => page.getByRole('group', { name: new RegExp(`: ${title}\\.`) });
  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const panel = () => page.getByRole('complementary', { name: 'Panel' });

  async function open(path = place): Promise<void> {
    await page.goto(fixture.url + path);
    await step('Remind of the cart').waitFor();
    await panel().getByLabel('Title').waitFor();
  }

  async function openStep(title: string): Promise<void> {
    await step(title).focus();
    await page.keyboard.press('Enter');
    await panel().getByRole('heading', { name: title, exact: true }).waitFor();
  }

  function draft(): Journey {
    const { document } = documents.draftOf('journeys', 'cart-abandonment') ?? {};
    if (!hasShape('journeys', document)) throw new Error('there is no draft of a journey');
    return document;
  }

  /** A tab is closed before the host took what was typed there; the next one is empty yet. */
  async function leaveUnsaved(title: string): Promise<void> {
    await open();
    documents.silent = true;
    await panel().getByLabel('Title').fill(title);
    await page.getByText('The host does not answer; kept in this browser').first().waitFor();
    const next = await page.context().newPage();
    // What a closing tab sends last must not arrive when the host answers again.
    await page.evaluate('window.fetch = () => new Promise(() => {})');
    await page.close();
    documents.silent = false;
    page = next;
  }

  const saved = () => page.getByText('Draft saved', { exact: true }).first().waitFor();

  test('is drawn with what each step does and how many are there', async () => {
    await open();

    const remind = step('Remind of the cart');

    await soon(() => remind.getAttribute('aria-label')).toContain(
      'Sends “Your cart is waiting” by email (marketing).',
    );
    await soon(() => remind.textContent()).toMatch(/\d+ here\s*\d+ passed/);
  });

  test('a handover is offered to whom the panel says', async () => {
    await page.goto(`${fixture.url}/journeys/offer-lead-again`);
    await step('Offer the lead to the next in line').waitFor();
    await openStep('Offer the lead to the next in line');
    const offeredTo = panel().getByLabel('Offered to');
    const asked = () => {
      const { document } = documents.draftOf('journeys', 'offer-lead-again') ?? {};
      const offer = hasShape('journeys', document) ? document.steps.offer : undefined;
      return offer?.kind === 'handover' ? (offer.offerTo ?? 'as the handover says') : 'no draft';
    };
    await soon(() => offeredTo.inputValue()).toBe('next-in-team');

    await offeredTo.selectOption({ label: 'Whoever leads the team' });
    await soon(asked).toBe('team-lead');
    await offeredTo.selectOption({ label: 'Whom the handover names, or the team' });

    await soon(asked).toBe('as the handover says');
  });

  test('an offer says what to say, and says nothing once it is emptied', async () => {
    await page.goto(`${fixture.url}/journeys/churn-risk`);
    await step('Make an offer').waitFor();
    await openStep('Make an offer');
    const script = panel().getByRole('textbox', { name: 'Script' });
    const written = () => {
      const { document } = documents.draftOf('journeys', 'churn-risk') ?? {};
      const offer = hasShape('journeys', document) ? document.steps['last-offer'] : undefined;
      return offer?.kind === 'offer' ? (offer.script ?? 'nothing') : 'no draft';
    };
    await soon(() => script.inputValue()).toMatch(/^We have worked together for a long time/);

    await script.fill('May I? {{ name }}');
    await soon(written).toBe('May I? {{ name }}');
    await script.fill('');

    await soon(written).toBe('nothing');
  });

  test('a template that is drafted beside the journey is chosen, and is said to be awaited', async () => {
    documents.saveAs('Vera', 'templates', 'second-cart', {
      ...documents.library.templates.get('cart-reminder'),
      ...{ id: 'second-cart', title: 'The cart once more' },
    });
    await open();
    await openStep('Remind of the cart');

    await panel().getByLabel('Template').selectOption({ label: 'The cart once more' });
    await saved();

    await panel()
      .getByText(/It is drafted, and must go live before this, or together with it\.$/)
      .waitFor(patiently);
    expect(draft().steps.remind).toMatchObject({ template: 'second-cart' });
    await soon(() => button('Send for review').getAttribute('aria-disabled')).not.toBe('true');
  });

  test('shows who is behind a number', async () => {
    await open();
    await panel().getByText('Counted on all 1,144 enrolments of all versions since 5 Jan 2026.').waitFor();
    await openStep('Remind of the cart');

    await button(/^\d+ here now$/).click();

    await page
      .getByRole('dialog', { name: /^\d+ here now$/ })
      .getByRole('link', { name: 'Ana Duarte' })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Ana Duarte' }).waitFor();
  });

  test('shows who has passed a step, and by which exit others left there', async () => {
    await open();
    await openStep('Wait for two days');
    const numbers = panel().getByRole('region', { name: 'How it goes here' });
    await numbers.getByText(/^of [\d,]+ who came here$/).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/contacts')) asked.push(searchParams.toString());
    });

    for (const name of [/^[\d,]+ passed$/, /^15 left here$/, /^12 reached the goal$/]) {
      await numbers.getByRole('button', { name }).click();
      const dialog = page.getByRole('dialog', { name });
      await dialog.getByRole('link', { name: 'Jonas Weber' }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
    }

    expect([...new Set(asked)]).toEqual([
      'step=await-push&how=passed',
      'step=await-push&how=left',
      'step=await-push&how=left&reason=goal',
    ]);
    await soon(() => numbers.getByText(/^<?>?\d+% of those who came here$/).count()).toBe(5);
    await soon(() => step('Bought').getAttribute('aria-label')).toMatch(/[\d,]+ ended here$/);
    expect(seen.complaints).toEqual([]);
  });

  test('takes a step that is added by keyboard, and gives it back by undo', async () => {
    await open();
    await step('Remind of the cart').focus();

    await page.keyboard.press('a');
    await panel()
      .getByRole('heading', { name: /Remind of the cart/ })
      .waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await panel().getByRole('heading', { name: 'Wait', exact: true }).waitFor();
    await soon(() => hasFocus(panel().getByRole('heading', { name: 'Wait', exact: true }))).toBe(true);
    await panel().getByLabel('Title').fill('Let it rest');
    await panel().getByLabel('How long', { exact: true }).fill('3');
    await step('Let it rest').waitFor();
    await saved();

    expect(draft().steps.wait).toEqual({
      title: 'Let it rest',
      kind: 'wait',
      wait: { after: 'P3D' },
      next: 'await-second-look',
    });
    expect(draft().steps.remind).toMatchObject({ next: 'wait' });

    await step('Let it rest').focus();
    while ((await button(/^Undo/).getAttribute('aria-disabled')) === 'false')
      await page.keyboard.press('Control+z');
    await step('Let it rest').waitFor({ state: 'detached' });
    await soon(() => draft().steps.wait).toBeUndefined();
    expect(draft()).toEqual(documents.library.journeys.get('cart-abandonment'));
    expect(seen.complaints).toEqual([]);
  });

  test('takes a step that is dragged from the palette onto an arrow', async () => {
    await open();
    const arrow = await page.locator('.svelte-flow__edge').first().boundingBox();
    if (!arrow) throw new Error('no arrow is drawn');

    await button(/^Send ?: add/).dragTo(page.locator('.journey-canvas'), {
      targetPosition: await within(page.locator('.journey-canvas'), {
        x: arrow.x + arrow.width / 2,
        y: arrow.y + arrow.height / 2,
      }),
    });

    await panel().getByRole('heading', { name: 'Send a message' }).waitFor();
    await saved();
    expect(draft().start).toBe('send-a-message');
    expect(draft().steps['send-a-message']).toMatchObject({ next: 'settle' });
  });

  test('names problems where they are and leads to them', async () => {
    await open();
    await openStep('Let the customer shop');
    await button(/^Send ?: add after “Let the customer shop”/).click();
    await panel().getByRole('heading', { name: 'Send a message' }).waitFor();
    await openStep('Let the customer shop');

    await button(/^Problems/).click();
    await panel()
      .getByRole('button', { name: /There is no template/ })
      .click();

    const heading = panel().getByRole('heading', { name: 'Send a message' });
    await heading.waitFor();
    await soon(() => hasFocus(heading)).toBe(true);
    await soon(() => panel().getByText('There is no template "to-be-chosen".').count()).toBe(1);
    await button('Send for review').click({ force: true });
    await page.getByText('1 error must be mended first.').first().waitFor();
    await soon(() => page.getByRole('dialog').count()).toBe(0);

    await panel().getByLabel('Template').selectOption({ label: 'Your cart is waiting' });
    await panel().getByText('There is no template "to-be-chosen".').waitFor({ state: 'detached' });
    await panel().getByTitle('Preview of “Your cart is waiting”').waitFor();

    // What it did before is what its tests expect: they hold again when what happens now is taken over.
    await button(/^Problems/).click();
    await panel()
      .getByRole('button', { name: /^Must be mended .*The test ".*" expects/ })
      .first()
      .click();
    await button('Expect what happens now').click();
    await button(/^Problems$/).waitFor();
    await saved();
    const expected = draft().tests.flatMap((own) => own.expect.effects);
    expect(expected).toContainEqual(expect.objectContaining({ step: 'send-a-message' }));
  });

  test('is tried: the path lights up with times and reasons, and the try is kept as a test', async () => {
    await open();
    await button('Try it').click();
    await panel()
      .getByRole('button', { name: /^empties the cart during the wait ?, holds$/ })
      .click();

    const line = panel().getByRole('list', { name: 'What happens' });
    await line.getByText('“Cart emptied” came, which ends it: emptied.').waitFor();
    await soon(() => page.locator('.step-met').count()).toBe(2);
    await soon(() => step('Wait for the checkout').textContent()).toContain('1 hour');
    expect(await inaccessible(page)).toEqual([]);
    await panel().getByLabel('Keep this as a test named').fill('kept by Mara');
    await button('Keep as a test').click();

    await panel().getByText('Kept as the test “kept by Mara”.').waitFor();
    await saved();
    expect(draft().tests.at(-1)).toEqual({
      ...documents.library.journeys
        .get('cart-abandonment')
        ?.tests.find(({ name }) => name === 'empties the cart during the wait'),
      name: 'kept by Mara',
    });
  });

  test('is tried with values of one’s own', async () => {
    await open();
    await button('Try it').click();
    await button('With values of your own').click();
    await panel().getByLabel('Items').fill('0');

    await button('Play').click();

    await panel().getByText('“Cart changed” came; nothing waited for it.').waitFor();
    await soon(() => page.locator('.step-met').count()).toBe(0);
  });

  test('leads elsewhere where the panel says so', async () => {
    await open();
    await openStep('Wait once more');

    await panel().getByLabel('timeout', { exact: true }).selectOption({ label: 'Left behind' });
    await saved();

    expect(draft().steps['await-second-look']).toMatchObject({ onTimeout: 'abandoned' });
    await button(/^Problems/).click();
    await panel()
      .getByText(/No way from the start leads to "worth-a-push"/)
      .waitFor();
  });

  test('asks where to lead before an end is deleted', async () => {
    await open();
    await openStep('Bought');

    await button('Delete this step').click();
    await panel()
      .getByText('Other steps lead to "Bought". Say first where they are to lead instead.')
      .first()
      .waitFor();
    await panel().getByLabel('What leads here shall lead to').selectOption({ label: 'Left behind' });

    await step('Bought').waitFor({ state: 'detached' });
    await saved();
    expect(draft().steps['await-checkout']).toMatchObject({
      events: [{ event: 'cart.checked-out', next: 'abandoned' }, { event: 'cart.updated' }],
    });
  });

  test('says on the canvas why a step is not deleted, also while something else stands beside it', async () => {
    await open();
    await button('Try it').click();
    await panel().getByText('Play').first().waitFor();
    await step('Bought').focus();

    await page.keyboard.press('Delete');

    await panel()
      .getByRole('alert')
      .getByText('Other steps lead to "Bought". Say first where they are to lead instead.')
      .waitFor();
    await panel().getByLabel('What leads here shall lead to').selectOption({ label: 'Left behind' });
    await step('Bought').waitFor({ state: 'detached' });
  });

  test('takes back moves and edits in the order in which they were done', async () => {
    await open();
    const placeOf = async (title: string) => {
      const box = await step(title).boundingBox();
      return box && { x: Math.round(box.x), y: Math.round(box.y) };
    };
    const before = await placeOf('Let the customer shop');
    await step('Let the customer shop').focus();
    await page.keyboard.press('Enter');
    await panel().getByLabel('Title').waitFor();
    await step('Let the customer shop').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await button('Undo: Move “Let the customer shop”').waitFor();
    await soon(() => documents.layoutOf('cart-abandonment')?.settle).toBeDefined();
    const moved = documents.layoutOf('cart-abandonment')?.settle;
    await panel().getByText('Name in the document').click();
    await panel().getByLabel('New name in the document').fill('shopping');
    await button('Rename').click();
    await button('Undo: Rename “settle”').waitFor();
    await soon(() => documents.layoutOf('cart-abandonment')).toMatchObject({
      ...{ settle: moved, shopping: moved },
    });

    await step('Let the customer shop').focus();
    await page.keyboard.press('Control+z');
    await button('Undo: Move “Let the customer shop”').waitFor();
    await soon(() => documents.layoutOf('cart-abandonment')?.shopping).toBeUndefined();
    expect(documents.layoutOf('cart-abandonment')?.settle).toEqual(moved);
    await page.keyboard.press('Control+z');

    await soon(() => documents.layoutOf('cart-abandonment')).toEqual({});
    await soon(() => placeOf('Let the customer shop')).toEqual(before);
    await soon(() => button('Undo').getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Control+Shift+z');
    await soon(() => documents.layoutOf('cart-abandonment')?.settle).toEqual(moved);
  });

  test('goes from draft to live by four eyes', async () => {
    await open();
    await panel().getByLabel('Title').fill('Remind once of a cart');
    await saved();
    await button('Send for review').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Remind once of a cart', { exact: true }).waitFor();
    await dialog.getByLabel('What changes, and why?').fill('The old title said too much');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button('Approve').click({ force: true }); // it is disabled, and says why
    await page.getByText('You edited it last; somebody else approves it.').first().waitFor();
    await soon(() => panel().getByLabel('Title').isDisabled()).toBe(true);

    documents.me = { person: 'Paul', roles: ['approver'] };
    await page.reload();
    await button('Approve').click();
    await dialog.getByText('The old title said too much').waitFor();
    await picture(page, 'journey-review-desk-light');
    expect(await inaccessible(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await button('Publish').click();
    await dialog.getByRole('button', { name: 'Publish now' }).click();

    await page.getByText('Version 4 live').waitFor();
    expect(documents.draftOf('journeys', 'cart-abandonment')).toBeUndefined();
    expect(seen.complaints).toEqual([]);
  });

  test('draws what changed for whoever reviews it', async () => {
    await open();
    await step('Offer free delivery').focus();
    await page.keyboard.press('Delete');
    await openStep('Remind of the cart');
    await button(/^Wait ?: add after/).click();
    await button('Try it').click();
    await button('Expect what happens now').click();
    await saved();

    await button('Send for review').click();

    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 new step, 1 step removed, 2 steps leading elsewhere.').waitFor();
    await dialog.getByText('Removed', { exact: true }).first().waitFor();
    await picture(page, 'journey-changes-desk-light');
    expect(await inaccessible(page)).toEqual([]);
  });

  test('loses nothing where two people edit it', async () => {
    await open();
    await panel().getByLabel('Title').fill('Mine');
    documents.saveAs('Vera', 'journeys', 'cart-abandonment', {
      ...documents.library.journeys.get('cart-abandonment'),
      title: 'Theirs',
    });

    const alert = page.getByRole('alert');
    await alert.getByText(/Vera has changed this draft/).waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await button('Take theirs').click();
    await page.getByRole('heading', { level: 1, name: 'Theirs' }).waitFor();
    await button(/^Undo/).click();
    await page.getByRole('heading', { level: 1, name: 'Mine' }).waitFor();
    await soon(() => draft().title).toBe('Mine');
  });

  test('an answer that was on its way while something was saved takes nothing back', async () => {
    await open();
    const late = Promise.withResolvers<void>();
    const onItsWay = Promise.withResolvers<void>();
    const shown = Promise.withResolvers<void>();
    await page.route(
      '**/api/documents/journeys/cart-abandonment',
      async (route) => {
        const response = await route.fetch();
        onItsWay.resolve();
        await late.promise;
        await route.fulfill({ response });
        shown.resolve();
      },
      { times: 1 },
    );
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await onItsWay.promise;

    await panel().getByLabel('Title').fill('Mine');
    await saved();
    late.resolve();
    await shown.promise;

    await button(/^Undo/).click();
    await page.getByRole('heading', { level: 1, name: 'Remind of a cart that was left behind' }).waitFor();
    await button(/^Redo/).click();
    await saved();
    await soon(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Mine');
    expect(draft().title).toBe('Mine');
  });

  test('keeps what the host did not take, also when the tab is closed', async () => {
    await leaveUnsaved('Not lost');
    await open();
    await page.getByText('and it was never saved.').waitFor();
    await button('Continue').click();

    await page.getByRole('heading', { level: 1, name: 'Not lost' }).waitFor();
    await soon(() => documents.draftOf('journeys', 'cart-abandonment') && draft().title).toBe('Not lost');
  });

  test('what an earlier tab left is no reason to lose what somebody saved since', async () => {
    await leaveUnsaved('Mine');
    documents.saveAs('Vera', 'journeys', 'cart-abandonment', {
      ...documents.library.journeys.get('cart-abandonment'),
      title: 'Theirs',
    });
    await open();

    await button('Continue').click();

    await page
      .getByRole('alert')
      .getByText(/Vera has changed this draft/)
      .waitFor();
    expect(draft().title).toBe('Theirs');
  });

  test('what an earlier tab left stays on offer while something else is edited', async () => {
    await leaveUnsaved('Mine');
    await open();
    await page.getByText('and it was never saved.').waitFor();

    await panel().getByLabel('Why it is there').fill('Because');
    await saved();
    await page.reload();

    await page.getByText('and it was never saved.').waitFor();
  });

  test('stays where a person puts it, and is tidied up', async () => {
    await open();
    await step('Let the customer shop').focus();
    await page.keyboard.press('Enter');
    await step('Let the customer shop').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await soon(() => documents.layoutOf('cart-abandonment')?.settle).toBeDefined();

    await button('Tidy up').click();

    await soon(() => documents.layoutOf('cart-abandonment')).toEqual({});
    expect(documents.draftOf('journeys', 'cart-abandonment')).toBeUndefined();
    await button('Put back').click();
    await soon(() => documents.layoutOf('cart-abandonment')?.settle).toBeDefined();
  });

  test('is moved by mouse without meaning anything else by it', async () => {
    await open();
    const box = await step('Remind of the cart').boundingBox();
    if (!box) throw new Error('the step is not drawn');

    await page.mouse.move(box.x + 60, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 90, { steps: 4 });
    await page.mouse.up();

    await soon(() => documents.layoutOf('cart-abandonment')?.remind).toBeDefined();
    expect(documents.draftOf('journeys', 'cart-abandonment')).toBeUndefined();
    expect([...new Set(documents.posted.map(({ path: to }) => to))]).toEqual([
      '/api/documents/journeys/cart-abandonment/layout',
    ]);
  });

  test('is tried by what happened to a contact, and keeps nothing of who it was', async () => {
    await open();
    await button('Try it').click();
    await panel().getByLabel('By what happened to a contact').fill('Jonas');
    await panel()
      .getByRole('button', { name: /Jonas Weber/ })
      .click();
    await panel()
      .getByRole('button', { name: /Cart updated/ })
      .click();

    await panel().getByRole('list', { name: 'What happens' }).waitFor();
    await step('Bought').getByText('20 hours', { exact: false }).waitFor();
    await panel().getByLabel('Keep this as a test named').fill('a real cart');
    await panel().getByRole('button', { name: 'Keep as a test' }).click();
    await panel().getByText('Kept as the test “a real cart”.').waitFor();
    await saved();

    const kept = draft().tests.find(({ name }) => name === 'a real cart');
    expect(kept?.events.map(({ at, type }) => [at, type])).toEqual([
      ['PT0S', 'cart.updated'],
      ['PT20H', 'cart.checked-out'],
    ]);
    expect(JSON.stringify(draft())).not.toMatch(/jonas|weber|1234567/i);
    expect(kept?.expect.end).toMatchObject({ reason: 'bought' });
  });

  test('is drawn and read with a thousand steps', async () => {
    const from = documents.library.journeys.get('cart-abandonment');
    if (!from) throw new Error('there is no journey to make a long one of');
    documents.saveAs('Mara', 'journeys', 'long-journey', longJourney(from, 1000));
    await page.goto(`${fixture.url}/journeys/long-journey`);

    await page.getByText('Laying out 1,000 steps').waitFor();
    await step('Remind of the cart, round 1').waitFor({ timeout: 60_000 });
    await soon(() => page.locator('.svelte-flow__node').count()).toBeLessThan(120);
    await button('List').click();
    const steps = page.getByRole('list', { name: 'Steps', exact: true }).getByRole('listitem');
    await soon(() => steps.count()).toBeGreaterThan(30);
    await button(/^Problems/).click();
    await panel()
      .getByText(/state machine can take/)
      .waitFor(patiently);
    await button(/further step/).click();
    await soon(() => steps.count()).toBeGreaterThan(70);
    expect(seen.complaints).toEqual([]);
  });

  test('may be looked at, but not edited, by who is no editor', async () => {
    documents.me = { person: 'Ida', roles: ['viewer'] };
    await open();

    await soon(() => panel().getByLabel('Title').isDisabled()).toBe(true);
    await button('Send for review').click({ force: true });
    await page.getByText('Editors send documents for review.').first().waitFor();
  });

  test('begins as a copy of another', async () => {
    await page.goto(`${fixture.url}/journeys`);
    await button('Make a copy of Remind of a cart that was left behind').click();

    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Remind of a full cart');
    await button('Create the draft').click();

    await page.getByRole('heading', { level: 1, name: 'Remind of a full cart' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/journeys/remind-of-a-full-cart');
    await button(/^Problems$/).waitFor();
    await page.getByText('Not live yet, draft').waitFor();
  });

  test('begins empty, with the event that starts it', async () => {
    await page.goto(`${fixture.url}/journeys`);
    await button('New journey').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Thank for the first order');
    await button('Create the draft').click();
    await dialog.getByText('Choose the event that it starts with.').waitFor();
    await dialog.getByLabel('Contacts enter when').selectOption('order.placed');
    await dialog.getByLabel('Why it is there').fill('People like to be thanked.');

    await button('Create the draft').click();

    await page.getByRole('heading', { level: 1, name: 'Thank for the first order' }).waitFor();
    await step('Done').waitFor();
  });
});

describe.skipIf(noBrowser).each([
  ['desk', 'light'],
  ['phone', 'dark'],
] as const)('journeys on a %s, %s', (width, scheme) => {
  const browser = aBrowser();
  let fixture: UiFixture;
  let seen: Seen;

  beforeAll(async () => {
    fixture = await startUiFixture('full', 0, (await documentsFixture()).gate);
    seen = await openPage(browser(), { width, scheme });
  });
  afterAll(() => fixture?.close());

  async function readsWell(name: string): Promise<void> {
    await expectReadsWell(seen, { name, width, scheme });
  }

  test('the list reads well', async () => {
    await seen.page.goto(`${fixture.url}/journeys`);
    await seen.page.getByRole('link', { name: 'Keep a customer who is drifting away' }).waitFor();
    await readsWell('journeys');
  });

  test('the canvas, the settings and a try read well', async () => {
    const { page } = seen;
    await page.goto(`${fixture.url}/journeys/first-order-care`);
    await page.getByRole('button', { name: 'Canvas' }).click();
    await page.getByRole('group', { name: /^Start: / }).waitFor();
    await readsWell('journey-canvas');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Why it is there').waitFor();
    await readsWell('journey-settings');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('complementary').getByRole('listitem').getByRole('button').first().click();
    await page.getByRole('list', { name: 'What happens' }).waitFor();
    await readsWell('journey-try');
  });

  test('the list of steps does what the canvas does', async () => {
    const { page } = seen;
    await page.goto(`${fixture.url}${place}`);
    await page.getByRole('button', { name: 'List', exact: true }).click();
    const steps = page.getByRole('list', { name: 'Steps', exact: true });
    await steps.getByRole('button', { name: 'Add a step after Remind of the cart' }).click();
    await readsWell('journey-list');
    await steps.getByRole('button', { name: /^Task/ }).click();
    const panel = page.getByRole('complementary', { name: 'Panel' });
    await panel.getByRole('heading', { name: 'Ask somebody' }).waitFor();
    await readsWell('journey-step');

    await page.getByRole('button', { name: 'List', exact: true }).click();
    await steps.getByRole('button', { name: 'Delete Ask somebody' }).click();

    await steps.getByRole('button', { name: 'Ask somebody' }).first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Undo/ }).click();
    await steps
      .getByRole('button', { name: /Ask somebody$/ })
      .first()
      .waitFor();
  });
});

/** A place of the window as one of an element. */
async function within(element: Locator, at: { x: number; y: number }): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  return { x: at.x - (box?.x ?? 0), y: at.y - (box?.y ?? 0) };
}
