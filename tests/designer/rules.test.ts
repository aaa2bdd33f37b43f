import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Leaf } from '@baton/rules/conditions/condition.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RulesFixture, rulesFixture } from '../e2e/rules-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage, type Seen } from './browser.ts';

const rulePath = '/rules/win-back-good-customers';
const tablePath = '/tables/lead-routing';

/** A draft is saved after a moment of quiet, so a look at it may have to wait. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 6000 });

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
  const hasFocus = async (place: Locator) => (await place.and(page.locator(':focus')).count()) === 1;

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
    expect(await tree().getByRole('treeitem').count()).toBe(5);
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
    expect(await page.getByRole('menu').count()).toBe(0);

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
    expect(await row('0').textContent()).toContain('when it happens');
  });

  test('a rule that no longer passes its tests says which and why', async () => {
    await open(rulePath);

    await row('2').getByLabel('Comparison of Value tier').selectOption({ label: 'is' });
    await row('2').getByLabel('Value for Value tier').selectOption('b');
    await soon(() => savedLines()[2]).toMatchObject({ operator: 'equal', value: 'b' });
    await page.getByRole('button', { name: /^Tests 6\/7/ }).click();

    expect(await page.getByRole('complementary', { name: 'Proof of the rule' }).textContent()).toContain(
      'Expected Outcome: true',
    );
  });

  test('sentence, text and tree are one document', async () => {
    await open(rulePath);

    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByLabel('Add by typing').fill('lead score is at least 70');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'Lead score is at least 70 points' }).waitFor();

    await page.getByRole('tab', { name: 'JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'The document as JSON' });
    await soon(() => savedLines().length).toBe(4);
    const text = canonicalText('best-practice', documentOf('best-practice', draft()));
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text.replace('"value": 70', '"value": 80'));
    await page.getByText('The same document as in the other views').waitFor();
    await soon(() => savedLines()[3]?.value).toBe(80);

    await page.getByRole('tab', { name: 'Conditions' }).click();
    expect(await row('3').getByLabel('Value for Lead score').inputValue()).toBe('80');
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

    expect(await tree().getByRole('treeitem').count()).toBe(5);
    expect(draft()).toBeUndefined();
  });

  test('a phrase of the sentence leads to its line', async () => {
    await open(rulePath);

    await page.getByRole('tab', { name: 'Sentence' }).click();
    await page.getByRole('link', { name: 'Value tier is one of a, b' }).click();

    await soon(() => hasFocus(row('2'))).toBe(true);
  });

  test('a try turns the tree, names the smallest change that would flip it, and is kept as a test', async () => {
    await open(rulePath);
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Proof of the rule' });

    await panel.getByLabel('Try on a contact').fill('ana');
    await panel.getByRole('button', { name: 'Ana Duarte' }).click();
    await panel.getByText('It does not fire').waitFor();
    expect(await row('2').textContent()).toMatch(/does not hold\s+seen: c/);
    expect(await row('1').textContent()).toMatch(/holds\s+seen: 0/);
    await panel.getByText('To fire, Value tier would have to be one of a, b (now c).').waitFor();

    await panel.getByRole('button', { name: 'Try that' }).click();
    await panel.getByText('It fires').waitFor();
    await panel.getByLabel('Value tier').selectOption('');
    await panel.getByText('Unknown: the owner of the data is asked').waitFor();
    expect(await row('2').textContent()).toMatch(/unknown\s+not known/);

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

    expect(await line.textContent()).toMatch(
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

    expect(await tree().getByRole('treeitem').count()).toBe(4);
    expect(await row('1').getByLabel('Comparison of Open cases').isDisabled()).toBe(true);
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

  test('a row that never wins says which one wins first', async () => {
    await open(tablePath);
    await cell(4, 0).click();

    await page.getByRole('button', { name: 'Move the row up' }).click();
    await page.getByText('r5 wins first').waitFor();

    expect(await page.getByRole('row', { name: /^r4/ }).textContent()).toContain('r5 wins first');
  });

  test('a try shows the row that decides', async () => {
    await open(tablePath);
    await page.getByRole('button', { name: 'Try', exact: true }).click();

    await page
      .getByRole('combobox', { name: "Try one of the table's tests" })
      .selectOption('an advertisement');

    await page.getByText('Row r2 decides. r4, r5 would fit too.').waitFor();
    expect(await page.getByRole('row', { name: /^r2/ }).textContent()).toContain('fits');
  });

  const changeGroup = async (kind: Locator) =>
    kind.selectOption((await kind.inputValue()) === 'any' ? 'all' : 'any');
  const shipped = (kind: 'best-practice' | 'tables', documents: ReadonlyMap<string, unknown>) =>
    [...documents.keys()].map((id) => ({ kind, id, path: `/${kind === 'tables' ? kind : 'rules'}/${id}` }));

  test('opening, changing and undoing any shipped rule or table gives its bytes', async () => {
    const all = [
      ...shipped('best-practice', rules.library['best-practice']),
      ...shipped('tables', rules.library.tables),
    ];
    expect(all.length).toBeGreaterThan(30);
    for (const { kind, id, path } of all) {
      await open(path);
      if (kind === 'tables') await page.getByRole('button', { name: 'Repeat the row' }).click();
      else await changeGroup(tree().getByLabel('Kind of group').first());
      await page.keyboard.press('Control+s');
      await soon(() => canonicalText(kind, documentOf(kind, draft(kind, id)))).not.toBe(bytesOf(kind, id));
      await page.getByRole('button', { name: /^Undo: / }).click();
      await page.keyboard.press('Control+s');
      await soon(() => canonicalText(kind, documentOf(kind, draft(kind, id)))).toBe(bytesOf(kind, id));
    }
    expect(seen.complaints).toEqual([]);
  });
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
    { name: 'table', path: tablePath, act: (page) => page.getByRole('grid').waitFor() },
  ];

  test.each(shown)('$name reads well', async ({ name, path, act }) => {
    const { page, complaints } = seen;
    await page.goto(fixture.url + path);
    await act?.(page);
    await expectReadsWell({ page, complaints }, { name, width, scheme });
  });
});

const bytesOf = (kind: string, id: string) =>
  readFileSync(join(import.meta.dirname, '../../rules/library', kind, `${id}.json`), 'utf8');

function documentOf<K extends 'best-practice' | 'tables'>(kind: K, document: unknown) {
  const parsed = parseDocument(kind, document ?? {});
  if (!parsed.ok) throw new Error(`no ${kind} is saved: ${parsed.problems[0]?.message}`);
  return parsed.document;
}
