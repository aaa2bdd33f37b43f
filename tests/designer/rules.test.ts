import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Leaf } from '@baton/rules/conditions/condition.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RulesFixture, rulesFixture } from '../e2e/rules-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { leaf } from '../support/documents.ts';
import { hasFocus, soon } from '../support/soon.ts';
import {
  aBrowser,
  expectReadsWell,
  inaccessible,
  noBrowser,
  openPage,
  type Seen,
  scrollsSideways,
  tooSmallToTouch,
} from './browser.ts';

const rulePath = '/rules/win-back-good-customers';
const tablePath = '/tables/lead-routing';

const library = join(import.meta.dirname, '../../rules/library');

/** Every rule and every table that ships. */
const shipped = (['best-practice', 'tables'] as const).flatMap((kind) =>
  readdirSync(join(library, kind)).map((file) => {
    const id = file.replace(/\.json$/, '');
    return { kind, id, path: `/${kind === 'tables' ? kind : 'rules'}/${id}` };
  }),
);

const viewsOf = (kind: (typeof shipped)[number]['kind']) =>
  kind === 'tables' ? ['Table', 'Sentence', 'JSON'] : ['Conditions', 'Table', 'Sentence', 'JSON'];

/** A draft is saved after a moment of quiet, so a look at it may have to wait. */

/** A title that belongs to one rule only. */
const ruleTitle = 'Try to win back good customers who left over price, service or a competitor';

describe.skipIf(noBrowser)('the pages of rules', () => {
  const browser = aBrowser();
  let rules: RulesFixture;
  let fixture: UiFixture;
  let seen: Seen;
  let page: Page;
  beforeEach(async () => {
    rules = await rulesFixture();
    fixture = await startUiFixture('full', 0, rules.gate);
    seen = await openPage(browser());
    page = seen.page;
  });
  afterEach(async () => {
    await seen.close();
    await fixture.close();
  });

  const open = async (path: string) => {
    await page.goto(fixture.url + path);
    await page.getByRole('button', { name: /^Tests \d/ }).waitFor();
    // Facts can be named once it is known which there are.
    await soon(() => page.locator('[aria-busy=true]').count()).toBe(0);
  };
  const tree = () => page.getByRole('tree', { name: 'Conditions' });
  const row = (node: string) => tree().locator(`[data-node="${node}"]`);
  const draft = (kind = 'best-practice', id = 'win-back-good-customers') => rules.draftOf(kind, id)?.document;
  const linesOf = (document: unknown): Leaf[] => {
    const parsed = parseDocument('best-practice', document);
    if (!parsed.ok || !('all' in parsed.document.conditions)) return [];
    return parsed.document.conditions.all.filter((node) => 'fact' in node);
  };
  const savedLines = () => linesOf(draft());

  test('a rule that gives a task says what to say, and nothing once it is emptied', async () => {
    await page.goto(`${fixture.url}/rules/welcome-overdue`);
    const script = page.getByRole('textbox', { name: /^Script/ });
    await script.waitFor();
    const written = () => draft('best-practice', 'welcome-overdue');
    await soon(() => script.inputValue()).toMatch(/^Welcome, and please forgive us/);

    await script.fill('Welcome.');
    await soon(written).toMatchObject({ event: { params: { script: 'Welcome.', due: 'PT8H' } } });
    await script.fill('');

    await soon(written).toMatchObject({
      event: { params: expect.not.objectContaining({ script: expect.anything() }) },
    });
  });

  test('a line is added, filled in, moved and removed by keyboard alone, and every step can be undone', async () => {
    await open(rulePath);
    await row('1').focus();

    await page.keyboard.press('Enter');
    await page.keyboard.type('lead score');
    await page.keyboard.press('Enter');
    await soon(() => hasFocus(row('2').getByLabel('Comparison of Lead score'))).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('70');
    await soon(() => savedLines()[2]).toEqual({
      fact: 'contact',
      path: '$.leadScore',
      operator: 'greaterThanInclusive',
      value: 70,
    });

    await page.keyboard.press('Alt+ArrowUp');
    await soon(() => savedLines().map(({ path }) => path)).toEqual([
      '$.reason',
      '$.leadScore',
      '$.openCases',
      '$.valueTier',
    ]);
    await soon(() => hasFocus(row('1'))).toBe(true);
    await page.keyboard.press('Control+g');
    await tree()
      .getByRole('treeitem', { name: /^Any of/ })
      .waitFor();
    await page.keyboard.press('Delete');
    await soon(() => savedLines().map(({ path }) => path)).toEqual([
      '$.reason',
      '$.openCases',
      '$.valueTier',
    ]);

    const undo = page.getByRole('button', { name: /^Undo/ });
    while ((await undo.getAttribute('aria-disabled')) === 'false') await undo.click();
    await soon(() => tree().getByRole('treeitem').count()).toBe(5);
  });

  test('the menu of a line is walked by keyboard, finds words by their letters and gives the focus back', async () => {
    await open(rulePath);
    const button = row('1').getByRole('button', { name: /^Actions for/ });
    const entry = (name: RegExp) => page.getByRole('menuitem', { name });
    await button.focus();

    await page.keyboard.press('Enter');
    await soon(() => hasFocus(entry(/^Add a line below/))).toBe(true);
    await page.keyboard.press('ArrowUp');
    await soon(() => hasFocus(entry(/^Remove/))).toBe(true);
    await page.keyboard.type('tu');
    await soon(() => hasFocus(entry(/^Turn into its opposite/))).toBe(true);
    await page.keyboard.press('Escape');
    await soon(() => hasFocus(button)).toBe(true);
    await soon(() => page.getByRole('menu').count()).toBe(0);

    await page.keyboard.press('Enter');
    await soon(() => hasFocus(entry(/^Add a line below/))).toBe(true);
    await page.keyboard.press('Tab');
    await soon(() => page.getByRole('menu').count()).toBe(0);
    expect(await hasFocus(page.locator('body'))).toBe(false);
    await button.click();
    await entry(/^Add a line below/).waitFor();
    await button.click();
    await soon(() => page.getByRole('menu').count()).toBe(0);
    await button.click();
    const before = await tree().locator('[data-node]').count();
    await entry(/^Remove/).click();
    await soon(() => tree().locator('[data-node]').count()).toBe(before - 1);
    expect(seen.complaints).toEqual([]);
  });

  test('a whole line can be typed where it is to stand', async () => {
    await open(rulePath);
    await row('0').focus();

    await page.keyboard.press('Enter');
    await page.keyboard.type('days since the last order between 60 and 180 or unknown');
    await page
      .getByRole('option', { name: /^Add Days since the last order is between 60 and 180/ })
      .waitFor();
    await page.keyboard.press('Enter');

    await soon(() => savedLines()[1]).toMatchObject({
      path: '$.daysSinceLastOrder',
      operator: 'orUnknown:between',
      value: [60, 180],
    });
  });

  test('every line says what it is when nobody knows the fact, and whom it keeps out', async () => {
    await open(rulePath);
    const tier = row('2');
    const gutter = tier.getByTitle(/come to this line/);
    await gutter.waitFor();
    const before = await gutter.textContent();

    await tier.getByLabel('If Value tier is unknown').selectOption('yes');

    await soon(() => savedLines()[2]?.operator).toBe('orUnknown:in');
    await soon(() => gutter.textContent()).not.toBe(before);
    await soon(() => row('0').textContent()).toContain('when it happens');
  });

  test('what happens is chosen when it is known what there is, and not before', async () => {
    const known = Promise.withResolvers<void>();
    await page.route('**/api/library', async (route) => {
      await known.promise;
      await route.continue();
    });
    await page.goto(fixture.url + rulePath);
    const what = page.getByLabel('What happens');
    await what.waitFor();

    expect(await what.isDisabled()).toBe(true);
    known.resolve();
    await soon(() => what.isDisabled()).toBe(false);
  });

  test('a fact that is named before it is known which there are is taken as soon as it is', async () => {
    const known = Promise.withResolvers<void>();
    await page.route('**/api/library', async (route) => {
      await known.promise;
      await route.continue();
    });
    await page.goto(fixture.url + rulePath);
    await row('1').waitFor();
    await row('1').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('lead score');
    await page.keyboard.press('Enter');
    await page.getByText('Reading which facts there are …').waitFor();

    known.resolve();
    await soon(() => savedLines().map(({ path }) => path)).toContain('$.leadScore');
  });

  test('a rule gives the contact to who leads the team, and says so to them', async () => {
    await open('/rules/qualified-lead-to-inside-sales');
    const action = () => draft('best-practice', 'qualified-lead-to-inside-sales');

    await page.getByLabel('What happens').selectOption({ label: 'Give the contact another owner' });
    await page.getByLabel('Title', { exact: true }).fill('Call them today');

    await soon(action).toMatchObject({
      event: {
        type: 'owner.assign',
        params: { person: { fact: 'cycle', path: '$.teamLead' }, title: 'Call them today', due: 'P1D' },
      },
    });
  });

  test('a rule that no longer passes its tests says which and why', async () => {
    await open(rulePath);

    await row('2').getByLabel('Comparison of Value tier').selectOption({ label: 'is' });
    await row('2').getByLabel('Value for Value tier').selectOption('b');
    await soon(() => savedLines()[2]).toMatchObject({ operator: 'equal', value: 'b' });
    await page.getByRole('button', { name: /^Tests 6\/7/ }).click();

    await soon(() => page.getByRole('complementary', { name: 'Proof of the rule' }).textContent()).toContain(
      'Expected Outcome: true',
    );
  });

  test('sentence, text and tree are one document', async () => {
    await open(rulePath);

    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByLabel('Add by typing').fill('lead score is at least 70');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Change: Lead score is at least 70 points' }).waitFor();

    await page.getByRole('tab', { name: 'JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'The document as JSON' });
    await soon(() => savedLines().length).toBe(4);
    const text = canonicalText('best-practice', documentOf('best-practice', draft()));
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text.replace('"value": 70', '"value": 80'));
    await page.getByText('This is the document itself').waitFor();
    await soon(() => savedLines()[3]?.value).toBe(80);

    await page.getByRole('tab', { name: 'Conditions' }).click();
    await soon(() => row('3').getByLabel('Value for Lead score').inputValue()).toBe('80');
    expect(canonicalText('best-practice', documentOf('best-practice', draft()))).toBe(
      text.replace('"value": 70', '"value": 80'),
    );
  });

  test('a text that is no document leaves the last good one in place and says what is wrong', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'The document as JSON' });
    await editor.click();

    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(' nonsense');
    await page.getByText(/^Not taken over yet: Line \d+, column \d+/).waitFor();
    await page.getByRole('tab', { name: 'Conditions' }).click();

    await soon(() => tree().getByRole('treeitem').count()).toBe(5);
    expect(draft()).toBeUndefined();
  });

  test('a sentence that is typed and not taken keeps the rule from going on without it', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'Sentence' }).click();
    const typing = page.getByLabel('Add by typing');
    await typing.fill('lead score is at least 70');
    await page.getByText(/^What is written in 1 field is not taken over yet/).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();

    await page.getByText(/^What is written in 1 field/).waitFor({ state: 'detached' });
    await soon(() => savedLines().length).toBe(4);
  });

  const clause = (words: string) => page.getByRole('button', { name: `Change: ${words}`, exact: true });
  const clauseField = () => page.getByRole('textbox', { name: /^Change: / });
  const sentenceOf = async (path = rulePath) => {
    await open(path);
    await page.getByRole('tab', { name: 'Sentence' }).click();
  };
  const undone = () => page.getByRole('button', { name: /^Undo: / });

  test('a clause of the sentence is changed where it stands, in one step of undo, and nothing else with it', async () => {
    await sentenceOf();
    const tier = clause('Value tier is one of a, b');
    const before = linesOf(
      documentOf('best-practice', JSON.parse(bytesOf('best-practice', 'win-back-good-customers'))),
    );
    await tier.focus();

    await page.keyboard.press('Enter');
    await soon(() => hasFocus(clauseField())).toBe(true);
    expect(await clauseField().inputValue()).toBe('Value tier is one of a, b');
    await page.getByText('Understood: Value tier is one of a, b').waitFor();
    await page.keyboard.type(', q');
    await page
      .getByText('“one of a, b, q” is no value')
      .or(page.getByText('“a, b, q” is no value'))
      .waitFor();
    await page.keyboard.press('Enter');
    await soon(() => hasFocus(clauseField())).toBe(true);
    await clauseField().fill('value tier is a and open cases is 1');
    await page.getByText('One condition stands here.').waitFor();
    await clauseField().fill('value tier is a');
    await page.keyboard.press('Enter');

    await soon(() => hasFocus(clause('Value tier is a'))).toBe(true);
    await soon(savedLines).toEqual(
      before.map((line) =>
        line.path === '$.valueTier'
          ? { ...line, operator: line.operator.replace(/in$/, 'equal'), value: 'a' }
          : line,
      ),
    );
    await undone().click();
    await tier.waitFor();
    await soon(() =>
      page.getByRole('button', { name: 'Undo', exact: true }).getAttribute('aria-disabled'),
    ).toBe('true');
    expect(seen.complaints).toEqual([]);
  });

  test('a clause that is left is as it was and has the focus again', async () => {
    await sentenceOf();
    await clause('Value tier is one of a, b').click();
    await clauseField().fill('lead score is 3');

    await page.keyboard.press('Escape');
    await soon(() => hasFocus(clause('Value tier is one of a, b'))).toBe(true);
    await page.keyboard.press(' ');
    await soon(() => hasFocus(clauseField())).toBe(true);
    await page.keyboard.press('Enter');

    await soon(() => hasFocus(clause('Value tier is one of a, b'))).toBe(true);
    expect(await undone().count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show its line' }).click();
    await soon(() => hasFocus(row('2'))).toBe(true);
    expect(draft()).toBeUndefined();
  });

  test('a clause is removed by its key or by emptying it, but never the last', async () => {
    await sentenceOf();
    await clause('Value tier is one of a, b').focus();

    await page.keyboard.press('Delete');
    await soon(() => savedLines().map(({ path }) => path)).toEqual(['$.reason', '$.openCases']);
    await soon(() => hasFocus(clause('Open cases is 0 cases'))).toBe(true);
    await page.keyboard.press('Enter');
    await clauseField().fill('');
    await page.getByText('Nothing is written here: Enter removes it').waitFor();
    await page.keyboard.press('Enter');
    await soon(() => savedLines().map(({ path }) => path)).toEqual(['$.reason']);
    await soon(() => hasFocus(page.getByRole('button', { name: /^Change: / }))).toBe(true);
    await page.keyboard.press('Delete');

    await page.getByRole('alert').getByText('A condition needs at least one line.').waitFor();
    expect(savedLines().length).toBe(1);
  });

  test('the word between clauses turns “all of” into “any of” and back, and keeps the focus', async () => {
    await sentenceOf();
    await page.getByRole('button', { name: 'and, change to “or”' }).first().press('Enter');

    await soon(() => conditionsOf('win-back-good-customers')).toMatchObject({ any: [{}, {}, {}] });
    const or = page.getByRole('button', { name: 'or, change to “and”' }).first();
    await soon(() => hasFocus(or)).toBe(true);
    await page.keyboard.press(' ');
    await soon(() => conditionsOf('win-back-good-customers')).toMatchObject({ all: [{}, {}, {}] });
    await soon(() => canonicalText('best-practice', documentOf('best-practice', draft()))).toBe(
      bytesOf('best-practice', 'win-back-good-customers'),
    );
  });

  test('a clause that no words say is changed under Conditions, and a “not” is taken away', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'The document as JSON' });
    await editor.click();
    const text = bytesOf('best-practice', 'win-back-good-customers');
    const document = JSON.parse(text);
    document.conditions.all[1] = { not: document.conditions.all[1] };
    document.conditions.all[2] = leaf('contact', '$.city', 'not:equal', 'Porto');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(canonicalText('best-practice', documentOf('best-practice', document)));
    await soon(() => conditionsOf('win-back-good-customers')).toMatchObject({ all: [{}, { not: {} }, {}] });

    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByRole('button', { name: /^not, take it away from: Open cases is 0/ }).press('Enter');
    await soon(() => hasFocus(clause('Open cases is 0 cases'))).toBe(true);
    await soon(() => savedLines()[1]?.path).toBe('$.openCases');
    await page.getByRole('link', { name: /^Change under Conditions: City not: is Porto/ }).press('Enter');
    await soon(() => hasFocus(row('2'))).toBe(true);
  });

  const gridCell = (row: number, column: number) =>
    page.getByRole('grid', { name: 'Conditions as a table' }).locator(`[data-spot="${row} ${column}"]`);
  const conditionsOf = (id: string) => documentOf('best-practice', draft('best-practice', id)).conditions;

  test('conditions are read and written as a table by keyboard, and every step can be undone', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'Table' }).click();
    await gridCell(0, 0).focus();

    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('few');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('“few” cannot be read here').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('<= 2');
    await page.keyboard.press('Tab');
    await soon(() => hasFocus(gridCell(0, 2))).toBe(true);
    await soon(() => savedLines()[1]).toMatchObject({
      path: '$.openCases',
      operator: 'lessThanInclusive',
      value: 2,
    });
    await page.getByLabel('If Value tier is unknown').selectOption('no');
    await soon(() => savedLines()[2]?.operator).toBe('known:in');
    await gridCell(0, 0).focus();
    await page.keyboard.press('Delete');
    await soon(() => savedLines().map(({ path }) => path)).toEqual(['$.openCases', '$.valueTier']);

    const undo = page.getByRole('button', { name: /^Undo/ });
    while ((await undo.getAttribute('aria-disabled')) === 'false') await undo.click();
    await page.keyboard.press('Control+s');
    await soon(() => canonicalText('best-practice', documentOf('best-practice', draft()))).toBe(
      bytesOf('best-practice', 'win-back-good-customers'),
    );
  });

  test('a row and a column are added as soon as something is asked in them', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'Table' }).click();

    await page.getByRole('button', { name: 'Ask about another fact' }).click();
    await page.keyboard.type('lead score');
    await page.keyboard.press('Enter');
    await soon(() => hasFocus(gridCell(0, 3))).toBe(true);
    expect(draft()).toBeUndefined();
    await page.keyboard.type('>= 70');
    await page.keyboard.press('Enter');
    await soon(() => savedLines()[3]).toMatchObject({
      path: '$.leadScore',
      operator: 'known:greaterThanInclusive',
    });

    await page.getByRole('button', { name: 'Add a row' }).click();
    await soon(() => hasFocus(gridCell(1, 0))).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('95..100');
    await page.keyboard.press('Enter');
    await soon(() => conditionsOf('win-back-good-customers')).toMatchObject({
      any: [{ all: [{}, {}, {}, {}] }, { path: '$.leadScore', operator: 'known:between', value: [95, 100] }],
    });
    await soon(() => page.getByRole('row', { name: /^2/ }).count()).toBe(1);
  });

  test('a line that several rows ask is one cell, and says that it counts in all of them', async () => {
    await open('/rules/lead-left');
    await page.getByRole('tab', { name: 'Table' }).click();

    await gridCell(0, 0).click();
    await page.getByText('One line, shown in rows 1 and 2: a change counts in all of them.').waitFor();
    await soon(() => gridCell(0, 0).getAttribute('rowspan')).toBe('2');
    await page.keyboard.press('Delete');
    await page.getByText('The line stood in 2 rows; none of them asks it any more.').waitFor();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await gridCell(0, 2).click();
    await page.keyboard.press('Delete');
    await page
      .getByRole('alert')
      .getByText(/Remove the row, or change the group under Conditions/)
      .waitFor();
    await page.getByRole('button', { name: 'Show under Conditions' }).click();

    await soon(() => hasFocus(row('2.0'))).toBe(true);
  });

  test('a try says of every row and cell how it went', async () => {
    await open(rulePath);
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page
      .getByRole('combobox', { name: "Try one of the rule's tests" })
      .selectOption('tier c is not called');

    await page.getByRole('rowheader', { name: /^1 does not fit/ }).waitFor();
    await soon(() => gridCell(0, 1).textContent()).toMatch(/holds/);
    await soon(() => gridCell(0, 2).textContent()).toMatch(/does not hold/);
  });

  test('a field keeps what it cannot take, says what it can, and comes back on Escape', async () => {
    await open(rulePath);
    const span = page.getByLabel('Success is looked at after');
    const before = await span.inputValue();

    await span.fill('1.4 days');
    await span.press('Enter');
    await page.getByText(/^Write a span in whole units up to 999,999/).waitFor();
    await soon(() => span.getAttribute('aria-invalid')).toBe('true');
    await span.press('Escape');
    await soon(() => span.inputValue()).toBe(before);

    const priority = page.getByLabel('Priority, 1 to 1000');
    await priority.fill('1001');
    await page.getByText(/^Write a whole number from 1 to 1,000\./).waitFor();
    await soon(() => priority.inputValue()).toBe('1001');
    await page.getByRole('button', { name: /^Back to \d+/ }).click();
    await soon(() => priority.getAttribute('aria-invalid')).toBe('false');
    expect(draft()).toBeUndefined();
  });

  test('a try turns the tree, names the smallest change that would flip it, and is kept as a test', async () => {
    await open(rulePath);
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Proof of the rule' });

    await panel.getByLabel('Try on a contact').fill('ana');
    await panel.getByRole('button', { name: 'Ana Duarte' }).click();
    await panel.getByText('It does not fire').waitFor();
    await soon(() => row('2').textContent()).toMatch(/does not hold\s+seen: c/);
    await soon(() => row('1').textContent()).toMatch(/holds\s+seen: 0/);
    await panel.getByText('To fire, Value tier would have to be one of a, b (now c).').waitFor();

    await panel.getByRole('button', { name: 'Try that' }).click();
    await panel.getByText('It fires').waitFor();
    await panel.getByLabel('Value tier').selectOption('');
    await panel.getByText('Unknown: the owner of the data is asked').waitFor();
    await soon(() => row('2').textContent()).toMatch(/unknown\s+not known/);

    await panel.getByLabel('Keep this as a test').fill('nobody knows how good a customer');
    await panel.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'Tests 8/8' }).waitFor();
    await soon(() => documentOf('best-practice', draft()).tests.at(-1)).toMatchObject({
      name: 'nobody knows how good a customer',
      facts: { history: { openCases: 0 }, event: { reason: expect.any(String) } },
      expect: { outcome: 'unknown' },
    });
    expect(JSON.stringify(draft())).not.toContain('daysSinceLastOrder');
  });

  test('the rail finds a rule by keyboard', async () => {
    await open(rulePath);

    await page.keyboard.press('/');
    await page.keyboard.type('who answers');
    await page
      .getByRole('link', { name: /Who answers a new lead/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { level: 1, name: 'Who answers a new lead, and how fast' }).waitFor();
  });

  test('the list shows rules by stage and says when a review is overdue', async () => {
    const overdue = rules.library['best-practice'].get('win-back-good-customers');
    if (overdue) Object.assign(overdue, { reviewBy: '2026-01-15' });
    await page.goto(`${fixture.url}/rules`);

    const stage = page.getByRole('region', { name: /First order/ });
    const line = stage.getByRole('link', { name: new RegExp(ruleTitle) });
    await line.waitFor();

    await soon(() => line.textContent()).toMatch(
      /retention[\s\S]*Version 3 live[\s\S]*Review was due 15 Jan 2026/,
    );
    await page.getByLabel('Find by name, owner or conflict group').fill('win back good');
    await soon(() => page.locator('main').getByRole('listitem').count()).toBe(1);
  });

  test('who may not edit sees everything, changes nothing and is told why', async () => {
    rules.me = { person: 'Vera', roles: ['viewer'] };
    await open(rulePath);
    await page.getByRole('button', { name: 'Try', exact: true }).click();

    await page.getByText('Only agents and administrators see contacts.').waitFor();
    await row('1').focus();
    await page.keyboard.press('Delete');
    await page.keyboard.press('Enter');

    await soon(() => tree().getByRole('treeitem').count()).toBe(4);
    await soon(() => row('1').getByLabel('Comparison of Open cases').isDisabled()).toBe(true);

    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByRole('link', { name: 'Value tier is one of a, b', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /^Change: |, change to/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Value tier is one of a, b', exact: true }).click();
    await soon(() => hasFocus(row('2'))).toBe(true);
  });

  const cell = (row: number, column: number) =>
    page.getByRole('grid', { name: 'Decision table' }).locator(`[data-spot="${row} ${column}"]`);
  const table = () => documentOf('tables', draft('tables', 'lead-routing'));

  test('a table is walked, written and given up on by keyboard', async () => {
    await open(tablePath);
    await cell(0, 0).focus();

    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('many');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('“many” cannot be read here').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('50..69');
    await page.keyboard.press('Enter');

    await soon(() => hasFocus(cell(2, 0))).toBe(true);
    await soon(() => table()?.rows[1]?.cells.i1).toEqual({ operator: 'known:between', value: [50, 69] });
    await cell(1, 0).click();
    await page.getByLabel('If Lead score is unknown').selectOption('yes');
    await soon(() => table()?.rows[1]?.cells.i1?.operator).toBe('orUnknown:between');
    await page.keyboard.press('Control+z');
  });

  test('a table takes what a spreadsheet copied', async () => {
    await open(tablePath);
    await cell(4, 0).click();

    await page.evaluate(`{
      const data = new DataTransfer();
      data.setData('text/plain', '10..20\\temail\\t\\tmarketing\\t12\\n< 10\\t\\t\\tmarketing\\t48\\n');
      document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }`);

    await soon(() => table()?.rows.slice(4)).toEqual([
      {
        id: 'r5',
        cells: {
          i1: { operator: 'known:between', value: [10, 20] },
          i2: { operator: 'known:equal', value: 'email' },
        },
        out: { o1: 'marketing', o2: 12 },
      },
      {
        id: 'r6',
        cells: { i1: { operator: 'known:lessThan', value: 10 } },
        out: { o1: 'marketing', o2: 48 },
      },
    ]);
  });

  test('a case without a row stands below the table and is added by one press', async () => {
    await open(tablePath);
    await cell(4, 0).click();
    await page.getByRole('button', { name: 'Remove the row' }).click();

    const add = page.getByRole('button', { name: 'No row fits this: add it' });
    await add.click();
    await soon(() => table()?.rows[4]?.id).toBe('r5');

    expect(Object.keys(table()?.rows[4]?.cells ?? {}).length).toBeGreaterThan(0);
    await page.getByText('empty', { exact: true }).first().waitFor();
  });

  test('a table is read as sentences, whose phrases lead to their cells', async () => {
    await open(tablePath);
    await page.getByRole('tab', { name: 'Sentence' }).click();
    const rows = page.getByRole('list', { name: 'Rows in words' }).getByRole('listitem');
    await soon(() => rows.nth(0).textContent()).toMatch(/^r1 When Lead score is/);
    await soon(() => rows.nth(1).textContent()).toMatch(/^r2 Otherwise, when/);

    await rows.nth(1).getByRole('link').last().click();
    await soon(() => hasFocus(cell(1, 4))).toBe(true);
  });

  test('a row that is typed becomes one of the table, and what it gives out is said in its cells', async () => {
    await open(tablePath);
    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByLabel('Add a row by typing').fill('lead score is at most 20');
    await page.getByRole('button', { name: 'Add', exact: true }).click();

    await soon(() => table()?.rows[4]).toEqual({
      id: 'r6',
      cells: { i1: { operator: 'known:lessThanInclusive', value: 20 } },
      out: {},
    });
    await soon(() => hasFocus(cell(4, 3))).toBe(true);
  });

  test('a row that never wins says which one wins first', async () => {
    await open(tablePath);
    await cell(4, 0).click();

    await page.getByRole('button', { name: 'Move the row up' }).click();
    await page.getByText('r5 wins first').waitFor();

    await soon(() => page.getByRole('row', { name: /^r4/ }).textContent()).toContain('r5 wins first');
  });

  test('a try shows the row that decides', async () => {
    await open(tablePath);
    await page.getByRole('button', { name: 'Try', exact: true }).click();

    await page
      .getByRole('combobox', { name: "Try one of the table's tests" })
      .selectOption('an advertisement');

    await page.getByText('Row r2 decides. r4, r5 would fit too.').waitFor();
    await soon(() => page.getByRole('row', { name: /^r2/ }).textContent()).toContain('fits');
  });

  const changeGroup = async (kind: Locator) =>
    kind.selectOption((await kind.inputValue()) === 'any' ? 'all' : 'any');
  test.each(shipped)(
    'opening, changing and undoing $kind/$id gives its bytes',
    async ({ kind, id, path }) => {
      const kept = () => canonicalText(kind, documentOf(kind, draft(kind, id)));
      await open(path);
      for (const view of viewsOf(kind)) await page.getByRole('tab', { name: view }).click();
      await page.getByRole('tab', { name: viewsOf(kind)[0] }).click();
      expect(draft(kind, id)).toBeUndefined();
      if (kind === 'tables') await page.getByRole('button', { name: 'Repeat the row' }).click();
      else await changeGroup(tree().getByLabel('Kind of group').first());
      await page.keyboard.press('Control+s');
      await soon(kept).not.toBe(bytesOf(kind, id));
      await page.getByRole('button', { name: /^Undo: / }).click();
      await page.keyboard.press('Control+s');
      await soon(kept).toBe(bytesOf(kind, id));
      expect(seen.complaints).toEqual([]);
    },
  );
});

describe.skipIf(noBrowser).each([
  ['desk', 'light'],
  ['phone', 'dark'],
] as const)('pages of rules on a %s, %s', (width, scheme) => {
  const browser = aBrowser();
  let fixture: UiFixture;
  let seen: Seen;

  beforeAll(async () => {
    fixture = await startUiFixture('full', 0, (await rulesFixture()).gate);
    seen = await openPage(browser(), { width, scheme });
  });
  afterAll(() => fixture?.close());

  const shown: { name: string; path: string; act?: (page: Page) => Promise<void> }[] = [
    {
      name: 'rules',
      path: '/rules',
      act: (page) => page.getByRole('heading', { name: /^Targeted/ }).waitFor(),
    },
    { name: 'rule', path: rulePath, act: (page) => page.getByText(/→/).first().waitFor() },
    {
      name: 'rule-try',
      path: rulePath,
      act: async (page) => {
        await page.getByRole('button', { name: 'Try', exact: true }).click();
        await page
          .getByRole('combobox', { name: "Try one of the rule's tests" })
          .selectOption('tier c is not called');
        await page.getByText('To fire, ').waitFor();
      },
    },
    {
      name: 'rule-new-line',
      path: rulePath,
      act: async (page) => {
        await page.getByRole('treeitem', { name: /^Add a line/ }).click();
        await page.getByRole('listbox').getByRole('option').first().waitFor();
      },
    },
    {
      name: 'rule-sentence',
      path: rulePath,
      act: async (page) => {
        await page.getByRole('tab', { name: 'Sentence' }).click();
        await page.getByLabel('Add by typing').fill('lead score is at least 70');
      },
    },
    {
      name: 'rule-clause',
      path: rulePath,
      act: async (page) => {
        await page.getByRole('tab', { name: 'Sentence' }).click();
        await page.getByRole('button', { name: /^Change: Value tier/ }).click();
        await page.getByText('Understood: Value tier is one of a, b').waitFor();
      },
    },
    {
      name: 'rule-json',
      path: rulePath,
      act: async (page) => {
        await page.getByRole('tab', { name: 'JSON' }).click();
        await page.getByRole('textbox', { name: 'The document as JSON' }).waitFor();
      },
    },
    {
      name: 'rule-tests',
      path: rulePath,
      act: (page) => page.getByRole('button', { name: /^Tests/ }).click(),
    },
    {
      name: 'rule-table-try',
      path: '/rules/discount-above-limit',
      act: async (page) => {
        await page.getByRole('tab', { name: 'Table' }).click();
        await page.getByRole('button', { name: 'Try', exact: true }).click();
        await page.getByRole('combobox', { name: "Try one of the rule's tests" }).selectOption({ index: 1 });
        await page
          .getByRole('rowheader', { name: /fits|does not fit/ })
          .first()
          .waitFor();
      },
    },
    {
      name: 'rule-table-row',
      path: '/rules/discount-above-limit',
      act: async (page) => {
        await page.getByRole('tab', { name: 'Table' }).click();
        await page.getByRole('button', { name: 'Add a row' }).click();
        await page.locator('[role=gridcell]:focus').waitFor();
        await page.keyboard.type('nobody');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
      },
    },
    {
      name: 'rule-refused',
      path: rulePath,
      act: async (page) => {
        await page.getByLabel('Success is looked at after').fill('-5 days');
        await page.getByLabel('Priority, 1 to 1000').fill('0');
        await page.getByText(/^Write a whole number from 1 to 1,000/).waitFor();
      },
    },
    { name: 'table', path: tablePath, act: (page) => page.getByRole('grid').waitFor() },
    {
      name: 'table-sentence',
      path: tablePath,
      act: async (page) => {
        await page.getByRole('tab', { name: 'Sentence' }).click();
        await page.getByLabel('Add a row by typing').fill('lead score is at most 20');
      },
    },
  ];

  test.each(shipped)('$kind/$id reads well as a table and as sentences', async ({ kind, path }) => {
    const { page, complaints } = seen;
    await page.goto(fixture.url + path);
    for (const view of viewsOf(kind).filter((one) => one === 'Table' || one === 'Sentence')) {
      await page.getByRole('tab', { name: view }).click();
      if (view === 'Table') await page.getByRole('gridcell').first().waitFor();
      else await page.getByRole('link', { name: /\S/ }).first().waitFor();
      expect(await inaccessible(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);
      if (width === 'phone') expect(await tooSmallToTouch(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  test.each(shown)('$name reads well', async ({ name, path, act }) => {
    const { page, complaints } = seen;
    await page.goto(fixture.url + path);
    await act?.(page);
    await expectReadsWell({ page, complaints }, { name, width, scheme });
  });
});

const bytesOf = (kind: string, id: string) => readFileSync(join(library, kind, `${id}.json`), 'utf8');

function documentOf<K extends 'best-practice' | 'tables'>(kind: K, document: unknown) {
  const parsed = parseDocument(kind, document ?? {});
  if (!parsed.ok) throw new Error(`no ${kind} is saved: ${parsed.problems[0]?.message}`);
  return parsed.document;
}
