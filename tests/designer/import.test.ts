import { readFile, utimes } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { written } from '../support/import-files.ts';
import { soon } from '../support/soon.ts';
import { aBrowser, expectReadsWell, noBrowser, openPage } from './browser.ts';

const Events = z.array(
  z.object({ id: z.string(), type: z.string(), subject: z.string(), data: z.record(z.string(), z.json()) }),
);
type Events = z.infer<typeof Events>;

const people = `Customer ID,E-Mail,Full name,City,Score,Newsletter
c-1,ana@example.com,Ana Duarte,Lisbon,80,yes
c-2,jonas@example.com,Jonas Weber,Köln,soon,no
c-3,,"Meike ""M."" Brandt",,12,
,,Nobody,,1,maybe
`;

describe.skipIf(noBrowser)('importing contacts', () => {
  const browser = aBrowser();
  let server: UiFixture;
  let fixture: DocumentsFixture;
  /** What the host was sent, and what it knows by id. */
  let posted: Events[];
  let taken: Set<string>;
  /** Runs before a batch is answered; `false`: the host is gone. */
  let beforeAnswer: (events: Events) => Promise<boolean>;

  beforeEach(async () => {
    fixture = await documentsFixture();
    posted = [];
    taken = new Set();
    beforeAnswer = async () => true;
    server = await startUiFixture('full', 0, async (request, response) => {
      if (request.url !== '/api/imports/contacts') return fixture.gate(request, response);
      const events = Events.parse(JSON.parse(await text(request)));
      posted.push(events);
      if (!(await beforeAnswer(events))) {
        request.socket.destroy();
        return true;
      }
      const known = events.filter(({ id }) => taken.has(id)).length;
      for (const { id } of events) taken.add(id);
      response.writeHead(202, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ accepted: events.length, known }));
      return true;
    });
    return () => server.close();
  });

  async function open(look: Parameters<typeof openPage>[1] = {}) {
    const seen = await openPage(browser(), look);
    onTestFinished(() => seen.close());
    await seen.page.goto(`${server.url}/contacts/import`);
    return seen;
  }
  /** A file of a day on which the host's clock has already been. */
  async function chooses(page: Page, content: string | Buffer, name = 'people.csv'): Promise<void> {
    const file = await written({ [name]: content });
    await utimes(file, 1767225600, 1767225600);
    await page.getByLabel('Choose a CSV file').setInputFiles(file);
  }
  const meaning = (page: Page, column: string) => page.getByRole('combobox', { name: column, exact: true });
  const imports = (page: Page, label: string) =>
    page.getByRole('button', { name: label, exact: true }).click();
  const figure = async (page: Page, label: string) =>
    (await page.locator('dl > div').filter({ hasText: label }).locator('dd').textContent())?.trim();
  const rows = (count: number) =>
    `id,name\n${Array.from({ length: count }, (_, n) => `n-${n},Person ${n}`).join('\n')}`;

  test('headings are understood, the rows are shown as they will be taken, and go in', async () => {
    const { page, complaints } = await open();
    await chooses(page, people);
    await page.getByText('3 of 4 rows can be taken; 1 row would be left out.').waitFor();

    await soon(() => meaning(page, 'E-Mail').inputValue()).toBe('identifier:email');
    await soon(() => meaning(page, 'Score').inputValue()).toBe('');
    await page.getByText('Line 5', { exact: true }).first().waitFor();
    await page.getByText('Names no contact; fill one of them.').first().waitFor();
    await imports(page, 'Import 3 rows');
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();

    expect(posted.flat().map(({ subject, data }) => [subject, data])).toEqual([
      ['customer:c-1', { email: 'ana@example.com', name: 'Ana Duarte', city: 'Lisbon' }],
      ['customer:c-2', { email: 'jonas@example.com', name: 'Jonas Weber', city: 'Köln' }],
      ['customer:c-3', { name: 'Meike "M." Brandt' }],
    ]);
    expect([await figure(page, 'Taken'), await figure(page, 'Rows left out')]).toEqual(['3', '1']);
    expect(complaints).toEqual([]);
  });

  test('a person says what other columns mean; what does not fit is told with line, column, reason and remedy', async () => {
    const { page } = await open();
    await chooses(page, people);
    await meaning(page, 'Score').selectOption({ label: 'Lead score (points)' });
    await meaning(page, 'Newsletter').selectOption({ label: 'Consent to marketing by e-mail' });
    await page.getByLabel('How consent was given, kept as its proof').fill('Fair 2025');
    await page.getByText('2 of 4 rows can be taken; 2 rows would be left out.').waitFor();

    const wrong = await page
      .locator('section', { has: page.getByRole('heading', { name: 'Before it goes in' }) })
      .getByRole('listitem')
      .allInnerTexts();
    expect(wrong.map((line) => line.split('\n'))).toEqual([
      ['Line 3', 'Score', '"soon" is not a number.'],
      ['Line 5', 'Customer ID, E-Mail', 'Names no contact; fill one of them.'],
      ['Line 5', 'Newsletter', '"maybe" is neither yes nor no.'],
    ]);
    await imports(page, 'Import 2 rows');
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();

    expect(posted.flat().map(({ type, subject, data }) => [type, subject, data])).toEqual([
      ['contact.updated', 'customer:c-1', expect.objectContaining({ leadScore: 80 })],
      [
        'consent.given',
        'customer:c-1',
        { channel: 'email', purpose: 'marketing', method: 'import', source: 'Fair 2025' },
      ],
      ['contact.updated', 'customer:c-3', expect.objectContaining({ leadScore: 12 })],
    ]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('people.csv.rejects.csv');
    expect(await readFile(await download.path(), 'utf8')).toMatch(
      /^line,path,reason\r\n3,Score,"""soon"" is not a number"\r\n/,
    );
  });

  test('who stops goes on where it stopped, and nothing is sent twice', async () => {
    const { page } = await open();
    let letGo = () => {};
    beforeAnswer = (events) =>
      posted.length === 2 && events.length > 0
        ? new Promise((resolve) => {
            letGo = () => resolve(true);
          })
        : Promise.resolve(true);
    await chooses(page, rows(2200));
    await imports(page, 'Import 2,200 rows');
    await page.getByRole('heading', { name: /^Importing: [1-9]/ }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    letGo();
    await page.getByRole('heading', { name: /^Stopped at/ }).waitFor();
    expect(posted).toHaveLength(2);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();

    expect(posted.map((events) => events.length)).toEqual([500, 500, 500, 500, 200]);
    expect([await figure(page, 'Taken'), await figure(page, 'Already there')]).toEqual(['2,200', '0']);
  });

  test('a host that goes away is said, and what it has is not sent again', async () => {
    const { page } = await open();
    let isGone = true;
    beforeAnswer = async () => !isGone || posted.length < 2;
    await chooses(page, rows(1200));
    await imports(page, 'Import 1,200 rows');
    await page.getByText('The host does not answer. What was taken stays.').waitFor();
    isGone = false;
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();

    // A browser may ask once more by itself before it gives up.
    const begins = posted.map((events) => events[0]?.subject);
    expect(begins.filter((subject) => subject === 'customer:n-0')).toHaveLength(1);
    expect(begins.slice(-2)).toEqual(['customer:n-500', 'customer:n-1000']);
    expect(taken.size).toBe(1200);
  });

  test('the same file again changes nothing', async () => {
    const { page } = await open();
    for (const label of ['Import another file', 'See contacts']) {
      await chooses(page, rows(20));
      await imports(page, 'Import 20 rows');
      await page.getByRole('heading', { name: 'The import is done' }).waitFor();
      if (label === 'Import another file') await page.getByRole('button', { name: label }).click();
    }

    expect(taken.size).toBe(20);
    expect(posted[1]?.map(({ id }) => id)).not.toEqual([]);
  });

  test.each([
    ['an empty file', '', 'The file is empty. Export it again.'],
    [
      'a workbook',
      Buffer.from([0x50, 0x4b, 3, 4, 0, 0]),
      'The file is a workbook or an archive, not text. Save it as "CSV UTF-8".',
    ],
    [
      'UTF-16',
      Buffer.from('\uFEFFid;name\n1;x\n', 'utf16le'),
      'The file is not UTF-8 but UTF-16. Save it as "CSV UTF-8".',
    ],
    [
      'a picture',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 2, 3]),
      'The file is no text. Save it as "CSV UTF-8".',
    ],
    [
      'columns of one name',
      'id,id\n1,2',
      'The header names "id" more than once. Rename the columns so that each name stands once.',
    ],
  ])('%s is refused in clear words', async (_name, content, words) => {
    const { page } = await open();
    await chooses(page, content);

    await page.getByRole('alert').getByText(words).waitFor();
    await chooses(page, people);
    await page.getByRole('heading', { name: 'What the columns mean' }).waitFor();
  });

  test('a quote that never ends takes the rest with it, and says where it begins', async () => {
    const { page } = await open();
    await chooses(page, 'id,name\n1,Ana\n2,"Jonas\n3,Meike\n');

    await page.getByText('1 of 2 rows can be taken; 1 row would be left out.').waitFor();
    await page.getByText('Has a quoted cell that never ends; close the quote.').first().waitFor();
  });

  test('other separators and 300 columns; without a name for the contact it cannot begin', async () => {
    const { page } = await open();
    const columns = Array.from({ length: 300 }, (_, n) => `column ${n}`);
    await chooses(page, `${columns.join(';')}\n${columns.map((_, n) => n).join(';')}`);
    await page.getByText('300 columns', { exact: false }).waitFor();
    await page.getByText(/^No column names the contact\./).waitFor();
    await soon(() => page.getByRole('combobox').count()).toBe(12);

    await page.getByRole('button', { name: 'Show 288 more columns, all left out' }).click();
    await meaning(page, 'column 299').selectOption({ label: 'Telephone number' });
    await page.getByText('1 of 1 row can be taken.').waitFor();
    await meaning(page, 'column 1').selectOption({ label: 'Telephone number' });

    await page
      .getByText('“column 299” and “column 1” are both taken for Telephone number.', { exact: false })
      .waitFor();
  });

  test('an editor may import them, and see what came of it', async () => {
    fixture.me = { person: 'Edda', roles: ['editor'] };
    const { page } = await open();
    await chooses(page, rows(2));
    await imports(page, 'Import 2 rows');
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();

    await soon(() => page.getByRole('link', { name: 'See contacts' }).count()).toBe(1);
  });

  test('who has no right to import is told so', async () => {
    fixture.me = { person: 'Ines', roles: ['agent'] };
    const { page } = await open();

    await page.getByText('Your roles do not let you import contacts from files.', { exact: false }).waitFor();
    await soon(() => page.getByLabel('Choose a CSV file').count()).toBe(0);
  });

  test.each([
    ['desk', 'light'],
    ['phone', 'dark'],
    ['phone', 'light'],
    ['desk', 'dark'],
  ] as const)('reads well on a %s, %s', async (width, scheme) => {
    const { page, complaints } = await open({ width, scheme });
    await page.getByText('Choose a CSV file').waitFor();
    await expectReadsWell({ page, complaints }, { name: 'import-choose', width, scheme });
    await chooses(page, people);
    await meaning(page, 'Score').selectOption({ label: 'Lead score (points)' });
    await page.getByText('2 of 4 rows can be taken; 2 rows would be left out.').waitFor();
    await expectReadsWell({ page, complaints }, { name: 'import-columns', width, scheme });
    await imports(page, 'Import 2 rows');
    await page.getByRole('heading', { name: 'The import is done' }).waitFor();
    await expectReadsWell({ page, complaints }, { name: 'import-done', width, scheme });
  });
});

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
