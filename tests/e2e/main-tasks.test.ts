import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContactsView, ContactView, DocumentView, TasksView } from '@baton/functions/api/views.ts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aBrowser, expectReadsWell, noBrowser } from '../designer/browser.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { type Person, signIn } from './person.ts';

/*
 * The main tasks of everybody, on the host as `npm start` runs it, without canned answers: at a desk and on a phone. Each ends
 * with what the host has now, and with a picture of the page on which axe finds nothing.
 */

if (noBrowser) console.info(`main tasks not run: ${noBrowser}`);

const patiently = { timeout: 20_000 };

describe.skipIf(noBrowser).each(['desk', 'phone'] as const)('on the host as it ships, at a %s', (width) => {
  const browser = aBrowser();
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  let host: RunningHost;
  beforeAll(async () => {
    host = await startHost(folder);
  }, 120_000);
  afterAll(async () => {
    await host?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const as = (id: string) => signIn(browser(), host, id, width);
  const looksGood = (person: Person, name: string) =>
    expectReadsWell(person, { name: `task-${name}`, width, scheme: 'light' });

  const documentOf = async (name: string) => host.view<DocumentView>(`/api/documents/${name}`);
  /** What the host keeps of a draft, as text, so that a test says which words it looks for. */
  const draftText = async (name: string) => JSON.stringify((await documentOf(name)).draft?.document ?? null);
  const saved = (page: Page) => page.getByText('Draft saved', { exact: true }).first().waitFor(patiently);
  const contactNamed = async (q: string) => {
    const { contacts } = await host.view<ContactsView>(`/api/contacts?q=${encodeURIComponent(q)}`);
    return contacts[0]?.id ?? '';
  };
  const contactUntil = (id: string, awaited: (view: ContactView) => boolean) =>
    expect
      .poll(async () => awaited(await host.view<ContactView>(`/api/contacts/${id}`)), patiently)
      .toBe(true);
  const openStep = async (page: Page, title: string) => {
    if (width === 'desk') await page.getByRole('group', { name: new RegExp(`: ${title}\\.`) }).click();
    else await page.getByRole('button', { name: new RegExp(`: ${title}$`) }).click();
  };
  /** The panel beside the drawing; on a phone the sheet over the list. */
  const panel = (page: Page) => page.getByRole('complementary');

  test('who may only look sees no people, and is told why a document cannot be changed', async () => {
    const vera = await as('vera');
    const page = await vera.go('/');
    await page.getByText('Nothing waits for you: your role looks, and changes nothing.').waitFor();
    expect(await page.getByRole('link', { name: 'Contacts', exact: true }).count()).toBe(0);

    await vera.go('/contacts');
    await page.getByText(/^Your roles do not let you see contacts/).waitFor();
    await vera.go('/rules/ask-for-consent');
    await page.getByText('Editors send documents for review.').first().waitFor();

    await looksGood(vera, 'look-only');
  }, 60_000);

  test('a journey begins as a copy, gets a step, is undone and redone, and its draft outlives the tab', async () => {
    const edda = await as('edda');
    const page = await edda.go('/journeys');
    await page.getByRole('button', { name: 'Make a copy of Welcome a new customer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Welcome in person');
    await dialog.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Welcome in person' }).waitFor(patiently);

    await addStep(page, 'Say welcome', 'Wait');
    await panel(page).getByRole('heading', { name: 'Wait', exact: true }).waitFor();
    await panel(page).getByLabel('Title').fill('Let it sink in');
    await saved(page);
    expect(await draftText('journeys/welcome-in-person')).toContain('Let it sink in');

    await closePanel(page);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.getByRole('button', { name: /^Redo/ }).click();
    await saved(page);
    await page.close();

    const again = await as('edda');
    await again.go('/journeys/welcome-in-person');
    await again.page.getByText('Let it sink in').first().waitFor();
    await looksGood(again, 'journey-drawn');
  }, 90_000);

  async function addStep(page: Page, after: string, kind: string): Promise<void> {
    if (width === 'phone') {
      await page.getByRole('button', { name: `Add a step after ${after}` }).click();
      const kinds = page.getByRole('list', { name: 'Kinds of step' });
      return kinds
        .getByRole('button', { name: new RegExp(`^${kind} (?!for)`) })
        .first()
        .click();
    }
    await openStep(page, after);
    await page.getByRole('button', { name: new RegExp(`^${kind} ?: add after`) }).click();
  }

  async function closePanel(page: Page): Promise<void> {
    const close = panel(page).getByRole('button', { name: /^Close/ });
    if (await close.isVisible()) await close.click();
  }

  test('a journey is played, the path lights up, and the play is kept as a test', async () => {
    const edda = await as('edda');
    const page = await edda.go('/journeys/cart-abandonment');
    await page.getByRole('button', { name: 'Try it' }).click();
    await panel(page)
      .getByRole('button', { name: /, holds$/ })
      .first()
      .click();
    await panel(page).getByRole('list', { name: 'What happens' }).getByRole('listitem').first().waitFor();
    await panel(page).getByLabel('Keep this as a test named').fill('kept from a try');
    await panel(page).getByRole('button', { name: 'Keep as a test' }).click();
    await panel(page).getByText('Kept as the test “kept from a try”.').waitFor();

    await expect.poll(() => draftText('journeys/cart-abandonment'), patiently).toContain('kept from a try');
    await looksGood(edda, 'journey-played');
  }, 60_000);

  test('a change is sent for review, approved by somebody else with its differences, and goes live before the eyes of both', async () => {
    const [edda, arno] = [await as('edda'), await as('arno')];
    await edda.go('/journeys/welcome');
    await openStep(edda.page, 'Say welcome');
    await panel(edda.page).getByLabel('Title').fill('Say hello');
    await saved(edda.page);
    await closePanel(edda.page);
    await edda.page.getByRole('button', { name: 'Send for review' }).click();
    const sheet = edda.page.getByRole('dialog');
    await sheet.getByRole('textbox', { name: 'What changes, and why?' }).fill('Friendlier.');
    await sheet.getByRole('button', { name: 'Send for review' }).click();
    await sheet.waitFor({ state: 'hidden', ...patiently });

    const home = await arno.go('/');
    await home.getByRole('link', { name: /Welcome a new customer.*To be approved/s }).click();
    const bar = arno.page.getByRole('main');
    await bar.getByRole('button', { name: 'Approve', exact: true }).first().click();
    const review = arno.page.getByRole('dialog');
    await review.getByText('1 step changed.').waitFor();
    await looksGood(arno, 'review');
    await review.getByRole('button', { name: 'Approve', exact: true }).click();
    await review.waitFor({ state: 'hidden', ...patiently });
    await bar.getByRole('button', { name: 'Publish', exact: true }).first().click();
    await review.getByRole('button', { name: /^Publish/ }).click();

    await arno.page.getByText(/Version 2 live/).waitFor(patiently);
    await edda.page.getByText(/Version 2 live/).waitFor(patiently);
    expect(edda.complaints).toEqual([]);
  }, 120_000);

  test('a number at a step leads to the contacts behind it', async () => {
    const owner = await as('owner');
    const page = await owner.go('/journeys/welcome');
    await openStep(page, 'Wait two more days');
    await panel(page)
      .getByRole('button', { name: /here now$/ })
      .click();

    const dialog = page.getByRole('dialog', { name: /here now$/ });
    await dialog.getByRole('link').first().waitFor();
    await looksGood(owner, 'behind-a-number');
  }, 60_000);

  test('a stage gets another owner, and a handover a shorter time', async () => {
    const edda = await as('edda');
    const page = await edda.go('/cycle');
    await page
      .getByRole('link', { name: /^Welcomed/ })
      .first()
      .click();
    await page.getByRole('combobox', { name: 'Team', exact: true }).selectOption('service');
    await saved(page);
    expect(await draftText('stages/welcomed')).toContain('"team":"service"');

    await edda.go('/cycle/handovers/marketing-to-inside-sales');
    await page.getByRole('spinbutton', { name: 'Answered within' }).fill('2');
    await saved(page);

    expect(await draftText('handovers/marketing-to-inside-sales')).toContain('"within":"PT2H"');
    await looksGood(edda, 'handover');
  }, 60_000);

  test('a rule is one document as conditions, as a sentence and as JSON, and says whom it reaches', async () => {
    const edda = await as('edda');
    const page = await edda.go('/rules/ask-for-consent');
    await page
      .getByTitle(/come to this line/)
      .first()
      .waitFor(patiently);
    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByLabel('Add by typing').fill('lead score is at least 70');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await saved(page);
    await page.getByRole('tab', { name: 'JSON' }).click();
    await page.getByRole('textbox', { name: 'The document as JSON' }).waitFor();
    await page.getByRole('tab', { name: 'Conditions' }).click();
    await page.getByRole('treeitem', { name: /Lead score/ }).waitFor();

    expect(await draftText('best-practice/ask-for-consent')).toContain('$.leadScore');
    await looksGood(edda, 'rule');
  }, 60_000);

  test('a rule is tried on a contact and names what would turn it', async () => {
    const owner = await as('owner');
    const page = await owner.go('/rules/win-back-good-customers');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const proof = page.getByRole('complementary', { name: 'Proof of the rule' });
    await proof.getByLabel('Try on a contact').fill('lindqvist');
    await proof.getByRole('button', { name: 'Marta Lindqvist' }).click();

    await proof.getByText('It fires').waitFor();
    await proof.getByText('It would not fire if Open cases were 1 case (now 0).').waitFor();
    await looksGood(owner, 'rule-tried');
  }, 60_000);

  test('a cell of a decision table is written', async () => {
    const edda = await as('edda');
    const page = await edda.go('/tables/lead-routing');
    const grid = page.getByRole('grid', { name: 'Decision table' });
    await grid.getByRole('gridcell', { name: '70..100' }).click();
    await page.keyboard.type('60..100');
    await page.keyboard.press('Enter');
    await saved(page);

    expect(await draftText('tables/lead-routing')).toContain('[60,100]');
    await looksGood(edda, 'table');
  }, 60_000);

  test('somebody calls: who it is, what to offer and why, and the outcome in two clicks', async () => {
    await host.post('/api/events', {
      ...{ specversion: '1.0', id: 'call-1', source: 'phone', type: 'interaction.enquiry' },
      subject: 'email:marta.lindqvist@example.com',
      data: { enquiryId: 'enquiry-1', topic: 'interest-rate', channel: 'phone' },
    });
    const id = await contactNamed('marta.lindqvist@example.com');
    await contactUntil(id, ({ offers }) => offers.some(({ status }) => status === 'presented'));
    const ines = await as('ines');
    const page = await ines.go('/desk?email=marta.lindqvist%40example.com');
    await page.getByRole('heading', { level: 1, name: 'Marta Lindqvist' }).waitFor(patiently);
    await page.getByRole('heading', { name: /^Why: A card customer who asks about the rate/ }).waitFor();
    await looksGood(ines, 'call');

    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    await page.getByText(/^Recorded: the customer accepted/).waitFor();

    await contactUntil(id, ({ offers }) => offers.every(({ status }) => status !== 'presented'));
    expect(ines.complaints).toEqual([]);
  }, 60_000);

  test('a handover is returned with a reason', async () => {
    const { tasks } = await host.view<TasksView>('/api/tasks?kind=handover');
    const id = tasks[0]?.contactId ?? '';
    const ines = await as('ines');
    const page = await ines.go(`/desk/${id}`);
    await page.getByRole('button', { name: 'Return', exact: true }).first().click();
    await page.getByRole('combobox', { name: 'What is missing or wrong?' }).selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Return it' }).click();
    await page.getByText(/^Recorded: “.*” returned\.$/).waitFor();

    await contactUntil(id, ({ handovers }) => handovers.every(({ status }) => status !== 'offered'));
    await looksGood(ines, 'handover-returned');
  }, 60_000);

  test('a contact is found, with where they are, what was decided and why a journey is not theirs', async () => {
    const ines = await as('ines');
    const page = await ines.go('/contacts');
    await page.getByRole('searchbox').fill('lindqvist');
    await page
      .getByRole('link', { name: /Marta Lindqvist/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: 'Marta Lindqvist' }).waitFor();
    await page
      .getByRole('combobox', { name: /journey/i })
      .selectOption({ label: 'Remind of a cart that was left behind' });
    await page
      .getByText(/could have started it|came that starts it/)
      .first()
      .waitFor();

    await looksGood(ines, 'contact');
  }, 60_000);

  test('an administrator lets somebody in, and the audit says who changed what', async () => {
    const owner = await as('owner');
    const page = await owner.go('/admin');
    await page.getByRole('button', { name: 'Add somebody' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Édith Roux');
    await page.getByRole('checkbox', { name: /^Agent/ }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Give a link to Édith Roux' }).click();
    const link = await page.getByRole('textbox', { name: /^Link for Édith Roux/ }).inputValue();
    expect((await fetch(link, { redirect: 'manual' })).status).toBeLessThan(400);

    await owner.go('/admin/audit');
    await page.getByText('Edda Lund (marketing)').first().waitFor();
    await looksGood(owner, 'audit');
  }, 60_000);
});
