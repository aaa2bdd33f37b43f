import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  AuditView,
  ContactsView,
  ContactView,
  DocumentView,
  TasksView,
} from '@baton/functions/api/views.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aBrowser, expectReadsWell, noBrowser } from '../designer/browser.ts';
import { written } from '../support/import-files.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { patiently, soon } from '../support/soon.ts';
import { type Person, signIn } from './person.ts';

/*
 * The main tasks of everybody, on the host as `npm start` runs it, without canned answers: at a desk and on a phone. Each ends
 * with what the host has now, and with a picture of the page on which axe finds nothing.
 */

if (noBrowser) console.info(`main tasks not run: ${noBrowser}`);

/** A rule as its file has it. */
function textOf(document: unknown): string {
  const rule = parseDocument('best-practice', document);
  return rule.ok ? canonicalText('best-practice', rule.document) : `no rule: ${rule.problems[0]?.message}`;
}

describe.skipIf(noBrowser).each(['desk', 'phone'] as const)('on the host as it ships, at a %s', (width) => {
  const browser = aBrowser();
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  let host: RunningHost;
  beforeAll(async () => {
    host = await startHost(folder);
  });
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
    soon(async () => awaited(await host.view<ContactView>(`/api/contacts/${id}`))).toBe(true);
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
    await soon(() => page.getByRole('link', { name: 'Contacts', exact: true }).count()).toBe(0);

    await vera.go('/contacts');
    await page.getByText(/^Your roles do not let you see contacts/).waitFor();
    await vera.go('/rules/ask-for-consent');
    await page.getByText('Editors send documents for review.').first().waitFor();

    await looksGood(vera, 'look-only');
  });

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
    await soon(() => draftText('journeys/welcome-in-person')).toContain('Let it sink in');

    await closePanel(page);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.getByRole('button', { name: /^Redo/ }).click();
    await saved(page);
    await page.close();

    const again = await as('edda');
    await again.go('/journeys/welcome-in-person');
    await again.page.getByText('Let it sink in').first().waitFor();
    await looksGood(again, 'journey-drawn');
  });

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

    await soon(() => draftText('journeys/cart-abandonment')).toContain('kept from a try');
    await looksGood(edda, 'journey-played');
  });

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
  });

  test('a journey and the new template that it names go live together, by one press', async () => {
    const draft = async (name: string, of: string, change: (document: JsonObject) => JsonObject) => {
      const document: JsonObject = JSON.parse(JSON.stringify((await documentOf(of)).live?.document));
      await host.post(`/api/documents/${name}/draft`, { rev: 0, document: change(document) });
      await host.post(`/api/documents/${name}/draft/review`, { rev: 1, note: 'A letter of its own.' });
    };
    await draft('templates/second-nurture', 'templates/lead-nurture', (template) => ({
      ...template,
      ...{ id: 'second-nurture', title: 'A second letter', managedBy: 'designer' },
    }));
    await draft('journeys/lead-nurture', 'journeys/lead-nurture', (journey) =>
      JSON.parse(JSON.stringify(journey).replace('"template":"lead-nurture"', '"template":"second-nurture"')),
    );
    const arno = await as('arno');
    const dialog = arno.page.getByRole('dialog');
    const main = arno.page.getByRole('main');
    const approve = async () => {
      await main.getByRole('button', { name: 'Approve', exact: true }).first().click();
      await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
      await dialog.waitFor({ state: 'hidden', ...patiently });
    };

    await arno.go('/journeys/lead-nurture');
    await approve();
    await main.getByRole('button', { name: 'Publish', exact: true }).first().click();
    await dialog.getByText(/You can approve it; that must be done first\.$/).waitFor(patiently);
    await dialog.getByRole('link', { name: 'A second letter' }).click();
    await arno.page.getByRole('heading', { level: 1, name: 'A second letter' }).waitFor(patiently);
    await approve();
    await arno.go('/journeys/lead-nurture');
    await main.getByRole('button', { name: 'Publish', exact: true }).first().click();
    await dialog.getByRole('heading', { name: 'These 2 go live together' }).waitFor(patiently);
    await looksGood(arno, 'publish-together');
    await dialog.getByRole('button', { name: 'Publish these 2' }).click();

    await arno.page.getByText(/Version 2 live/).waitFor(patiently);
    expect(await documentOf('templates/second-nurture')).toMatchObject({ live: { version: 1 } });
  });

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
    await dialog.getByRole('button', { name: 'Close' }).click();
    if (width === 'phone') await page.getByRole('button', { name: 'List', exact: true }).click();
    await openStep(page, 'Wait for the missing data');
    await panel(page)
      .getByRole('button', { name: /passed$/ })
      .click();
    const passed = page.getByRole('dialog', { name: /passed$/ });
    await passed.getByRole('listitem').first().waitFor();
    await passed
      .getByText(/^(left .*: |now at “)/)
      .first()
      .waitFor();
  });

  test('a stage gets another owner, and a handover a shorter time', async () => {
    const edda = await as('edda');
    const page = await edda.go('/cycle');
    await page
      .getByRole('link', { name: /^Welcomed/ })
      .first()
      .click();
    await page.getByRole('combobox', { name: 'Team', exact: true }).selectOption('service');
    await saved(page);
    await soon(() => draftText('stages/welcomed')).toContain('"team":"service"');

    await edda.go('/cycle/handovers/marketing-to-inside-sales');
    await page.getByRole('spinbutton', { name: 'Answered within' }).fill('2');
    await saved(page);

    await soon(() => draftText('handovers/marketing-to-inside-sales')).toContain('"within":"PT2M"');
    await looksGood(edda, 'handover');
  });

  test('a rule is one document in four views, and says whom it reaches', async () => {
    const edda = await as('edda');
    const page = await edda.go('/rules/ask-for-consent');
    await page
      .getByTitle(/come to this line/)
      .first()
      .waitFor(patiently);
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByRole('button', { name: 'Ask about another fact' }).click();
    await page.getByRole('combobox', { name: 'Fact that the new column asks about' }).fill('lead score');
    await page.keyboard.press('Enter');
    await page.locator('[role=gridcell]:focus').waitFor();
    await page.keyboard.type('>= 70');
    await page.keyboard.press('Enter');
    await saved(page);
    await looksGood(edda, 'rule-table');
    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByRole('button', { name: /^Change: Lead score is at least 70/ }).waitFor();
    await page.getByLabel('Add by typing').fill('open cases is at most 3');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await saved(page);
    await page.getByRole('tab', { name: 'JSON' }).click();
    await page.getByRole('textbox', { name: 'The document as JSON' }).waitFor();
    await page.getByRole('tab', { name: 'Conditions' }).click();
    await page.getByRole('treeitem', { name: /Lead score/ }).waitFor();
    await looksGood(edda, 'rule');
    const changed = await draftText('best-practice/ask-for-consent');
    for (const view of ['Table', 'Sentence', 'JSON', 'Conditions'])
      await page.getByRole('tab', { name: view }).click();
    await soon(() => draftText('best-practice/ask-for-consent')).toBe(changed);
    expect(changed).toContain('$.leadScore');

    const undo = page.getByRole('button', { name: /^Undo/ });
    while ((await undo.getAttribute('aria-disabled')) === 'false') await undo.click();
    await page.keyboard.press('Control+s');
    const { live } = await documentOf('best-practice/ask-for-consent');
    await soon(async () => textOf((await documentOf('best-practice/ask-for-consent')).draft?.document)).toBe(
      textOf(live?.document),
    );
  });

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
  });

  test('a cell of a decision table is written', async () => {
    const edda = await as('edda');
    const page = await edda.go('/tables/lead-routing');
    const grid = page.getByRole('grid', { name: 'Decision table' });
    await grid.getByRole('gridcell', { name: '70..100' }).click();
    await page.keyboard.type('60..100');
    await page.keyboard.press('Enter');
    await saved(page);

    await soon(() => draftText('tables/lead-routing')).toContain('[60,100]');
    await looksGood(edda, 'table');
  });

  test('an agent finds at the desk and at home what their team has to do, and a press away all the rest', async () => {
    const ines = await as('ines');
    const page = await ines.go('/desk');
    await page.getByText(/nobody has yet in Inside sales\./).waitFor(patiently);
    const waits = page.getByRole('list', { name: 'What waits' });
    await waits.getByText('Inside sales', { exact: true }).first().waitFor();
    await soon(() => waits.getByText(/^(Case · )?Service$/).count()).toBe(0);
    await looksGood(ines, 'desk-mine');

    await page.getByRole('button', { name: /^Show all queues \(\d+ more\)$/ }).click();
    await page.getByRole('button', { name: 'Show what is yours' }).waitFor();
    await ines.go('/');
    await page.getByText(/nobody has yet in Inside sales\./).waitFor(patiently);
    await page.getByRole('link', { name: /^All queues/ }).waitFor();
  });

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
  });

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
  });

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
  });

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

    const edda = await as('edda');
    await edda.go('/cycle/stages/developed');
    await edda.page.getByRole('textbox', { name: 'Name' }).fill('Well developed');
    await saved(edda.page);

    await owner.go('/admin/audit');
    await page.getByText('Edda Lund (marketing)').first().waitFor();
    await looksGood(owner, 'audit');
  });

  test('anything is found by its name, and one is there', async () => {
    const owner = await as('owner');
    const page = await owner.go('/');
    const find = async (words: string, result: RegExp) => {
      if (width === 'desk') await page.keyboard.press('Control+k');
      else await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.getByRole('combobox', { name: /^Search pages/ }).fill(words);
      await page.getByRole('option', { name: result }).first().waitFor(patiently);
    };
    await find('lindqvist', /Marta Lindqvist/);
    await looksGood(owner, 'found');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Marta Lindqvist' }).waitFor(patiently);
    await find('lead routing', /Who answers a new lead/);
    await page.getByRole('option', { name: /Who answers a new lead/ }).click();
    await page.getByRole('heading', { level: 1, name: /^Who answers a new lead/ }).waitFor(patiently);

    expect(new URL(page.url()).pathname).toBe('/tables/lead-routing');
    expect(owner.complaints).toEqual([]);
  });

  test('contacts come in from a file, and the same file again changes nothing', async () => {
    const edda = await as('edda');
    const file = await written({ 'fair.csv': fairGuests });
    const figures = async () => {
      const page = await edda.go('/contacts/import');
      await page.getByLabel('Choose a CSV file').setInputFiles(file);
      await page.getByRole('button', { name: 'Import 2 rows', exact: true }).click();
      await page.getByRole('heading', { name: 'The import is done' }).waitFor(patiently);
      return (await page.getByRole('definition').allInnerTexts()).slice(0, 4);
    };
    await soon(() => figures()).toEqual(['3', '2', '0', '1']);
    await looksGood(edda, 'imported');
    const id = await contactNamed('fair-ana@example.com');
    await contactUntil(id, ({ contact }) => contact.name === 'Ana Fair');
    const { timeline } = await host.view<ContactView>(`/api/contacts/${id}`);

    await soon(() => figures()).toEqual(['3', '0', '2', '1']);
    expect((await host.view<ContactView>(`/api/contacts/${id}`)).timeline).toEqual(timeline);
  });

  test('contacts are filtered by a condition, and whoever gets its address sees the same', async () => {
    const [ines, owner] = [await as('ines'), await as('owner')];
    const page = await ines.go('/contacts');
    await page.getByRole('link', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Fact to filter by' }).fill('value tier is a');
    await page.keyboard.press('Enter');
    const count = (of: Page) => of.getByRole('status').filter({ hasText: / of [\d,]+ fit/ });
    await count(page).waitFor(patiently);
    const fit = (await count(page).textContent()) ?? '';
    expect(Number(/[\d,]+/.exec(fit)?.[0].replace(',', ''))).toBeGreaterThan(0);
    await looksGood(ines, 'filtered');

    await owner.page.goto(page.url());
    await count(owner.page).waitFor(patiently);

    // Of how many changes while contacts come in; how many fit does not.
    expect((await count(owner.page).textContent())?.split(' of ')[0]).toBe(fit.split(' of ')[0]);
    await owner.page.getByRole('link', { name: 'Remove the filter: Value tier is a' }).waitFor();
  });

  test('a message is written beside its preview for somebody made up, and the host has its draft', async () => {
    const edda = await as('edda');
    const page = await edda.go('/templates/welcome');
    const preview = page.getByRole('region', { name: 'Preview' });
    await page.getByLabel('Subject').fill('A warm welcome, {{ contact.name }}');

    await preview.getByText('A warm welcome, Ana Ribeiro').waitFor(patiently);
    await preview.getByText('With the made-up values of the template').waitFor();
    await saved(page);
    await soon(() => draftText('templates/welcome')).toContain('A warm welcome, {{ contact.name }}');
    await looksGood(withoutSandboxes(edda), 'template');
  });

  test('a rule is made, goes live, and its retirement is drafted and kept off again', async () => {
    const edda = await as('edda');
    const page = await edda.go('/rules');
    await page.getByRole('button', { name: 'New rule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Thank for an order');
    await dialog.getByLabel('Looked at when').selectOption('order.placed');
    await dialog.getByLabel('Why it is there').fill('People like to be thanked.');
    await dialog.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name: 'Thank for an order' }).waitFor(patiently);
    await page.getByRole('button', { name: 'No problems' }).waitFor(patiently);
    await looksGood(edda, 'rule-new');
    await publish('best-practice/thank-for-an-order');

    await page.getByText(/Version 1 live/).waitFor(patiently);
    await page.getByRole('button', { name: 'More about this rule' }).click();
    await page.getByRole('menuitem', { name: /^Retire/ }).click();
    await page.getByRole('button', { name: 'Draft its retirement' }).click();
    await page.getByText('Edda Lund (marketing) wants to retire it.').waitFor(patiently);
    expect((await documentOf('best-practice/thank-for-an-order')).draft?.retire).toBe(true);
    await looksGood(edda, 'rule-retired');

    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Edda Lund (marketing) wants to retire it.').waitFor({ state: 'detached' });
    await soon(async () => (await documentOf('best-practice/thank-for-an-order')).draft).toBeUndefined();
  });

  /** What the tests above do by hand, by other people than the editor. */
  async function publish(name: string): Promise<void> {
    const [kind = '', id = ''] = name.split('/');
    const rev = async () => (await documentOf(name)).draft?.rev ?? 0;
    await host.post(`/api/documents/${name}/draft/review`, { rev: await rev(), note: 'New.' });
    await host.post(`/api/documents/${name}/draft/answer`, {
      rev: await rev(),
      answer: 'approved',
      note: '',
    });
    await host.post('/api/publications', { drafts: [{ kind, id, rev: await rev() }] });
    await soon(async () => (await documentOf(name)).live?.version).toBe(1);
  }

  test('figures over weeks are looked at as charts and as tables', async () => {
    const vera = await as('vera');
    const page = await vera.go('/insights');
    await page
      .getByRole('img', { name: /^Contacts by/ })
      .first()
      .waitFor(patiently);
    await looksGood(vera, 'insights');
    await page.getByRole('button', { name: 'Tables' }).click();

    await page
      .getByRole('row', { name: /^Converted/ })
      .first()
      .waitFor();
    await looksGood(vera, 'insights-tables');
  });

  test('the audience of a campaign is edited and says at once whom it reaches', async () => {
    const edda = await as('edda');
    const page = await edda.go('/campaigns/spring-check-in');
    const reach = page.getByText(/ would enter, /).first();
    await reach.waitFor(patiently);
    const before = await reach.textContent();
    await page.getByRole('button', { name: /^Stages of the audience/ }).click();
    await page.getByRole('checkbox', { name: 'Targeted' }).check();
    await page.keyboard.press('Escape');
    await saved(page);

    await soon(() => reach.textContent()).not.toBe(before);
    await soon(() => draftText('campaigns/spring-check-in')).toContain('"targeted"');
    await looksGood(edda, 'campaign');
  });

  test('an answer that nobody may give from outside waits in quarantine, with its reason, until somebody feeds it in again', async () => {
    const id = await contactNamed('marta.lindqvist@example.com');
    const subject = `contact:${id}`;
    const tell = (type: string, data: JsonObject) =>
      host.post('/api/events', {
        ...{ specversion: '1.0', id: type, source: 'offers', type, subject, data },
      });
    const asked = async () =>
      (await host.view<ContactView>(`/api/contacts/${id}`)).tasks.find(
        ({ title }) => title === 'Ask for approval',
      );
    await tell('discount.requested', { requestId: 'discount-1', percent: 40 });
    await soon(asked).toBeDefined();
    await tell('task.completed', { taskId: (await asked())?.id ?? '', outcome: 'approved' });
    const owner = await as('owner');
    const page = await owner.go('/admin/quarantine');
    await page.getByText(/A role must decide this; answer the task at the desk/i).waitFor(patiently);
    await looksGood(owner, 'quarantine');

    await page.getByRole('button', { name: 'Feed in again task.completed' }).click();
    await page.getByText(/^task\.completed was fed in again\./).waitFor();

    await page.getByText(/A role must decide this/i).waitFor({ state: 'detached', ...patiently });
    await soon(async () =>
      (await host.view<AuditView>('/api/audit')).entries.map(({ what }) => what),
    ).toContain('fed an event from quarantine in again');
  });
});

const fairGuests = `Customer ID,E-Mail,Full name,City
fair-1,fair-ana@example.com,Ana Fair,Lisbon
fair-2,fair-jonas@example.com,Jonas Fair,Köln
,,Nobody,
`;

/** A frame that runs nothing says so to the tests' own script. */
const withoutSandboxes = ({ complaints, ...person }: Person): Person => ({
  ...person,
  complaints: complaints.filter((one) => !one.includes('sandboxed')),
});
