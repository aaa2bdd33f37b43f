import type { IncomingMessage } from 'node:http';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type DocumentsFixture, documentsFixture } from '../e2e/documents-fixture.ts';
import { contactsPage } from '../e2e/ui-fixture-data.ts';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import { aSite, expectReadsWell, noBrowser } from './browser.ts';

const Asked = z.object({
  stages: z.array(z.string()),
  q: z.string().default(''),
  conditions: z.record(z.string(), z.json()),
  after: z.string().optional(),
});

const tierA = { all: [{ fact: 'contact', path: '$.valueTier', operator: 'in', value: ['a'] }] };
const address = `/contacts?filter=${encodeURIComponent(JSON.stringify(tierA))}`;

describe.skipIf(noBrowser)('filtering contacts by a condition', () => {
  let server: UiFixture;
  let fixture: DocumentsFixture;
  let asked: z.infer<typeof Asked>[];
  let reached: number;
  let isPartial: boolean;

  const open = aSite(async () => {
    fixture = await documentsFixture();
    asked = [];
    reached = 0;
    isPartial = false;
    server = await startUiFixture('full', 0, async (request, response) => {
      const send = (body: object): true => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        return true;
      };
      if (request.url === '/api/reach') {
        reached++;
        return send({ contacts: 412, of: 23108, at: '2026-03-10T09:30:00.000Z', lines: {} });
      }
      if (request.url !== '/api/contacts/matching') return fixture.gate(request, response);
      const question = Asked.parse(JSON.parse(await text(request)));
      asked.push(question);
      const isNobody = JSON.stringify(question.conditions).includes('nobody');
      const { contacts } = contactsPage(isNobody ? 0 : 60, new URLSearchParams());
      return send({
        contacts: question.after
          ? contacts.slice(0, 2).map((one) => ({ ...one, id: `${one.id}-x` }))
          : contacts,
        ...(question.after || isNobody ? {} : { cursor: '50.ct-49' }),
        ...{ fit: isNobody ? 0 : 412, of: 23108, unknown: 31, at: '2026-03-10T09:30:00.000Z' },
        ...(isPartial ? { partial: true } : {}),
      });
    });
    return server;
  });

  const count = (page: Page) => page.getByRole('status').filter({ hasText: 'of 23,108 fit' });
  const remove = (page: Page) => page.getByRole('link', { name: /^Remove the filter/ });

  test('a condition is begun by typing it, shown in words, and stands in the address', async () => {
    const { page, complaints } = await open('/contacts?stage=developed');
    await page.getByRole('link', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Fact to filter by' }).fill('value tier is a');
    await page.keyboard.press('Enter');
    await count(page).waitFor();

    expect((await count(page).textContent())?.replace(/\s+/g, ' ').trim()).toBe(
      '412 of 23,108 fit, 31 unknown',
    );
    await soon(() => remove(page).getAttribute('aria-label')).toBe('Remove the filter: Value tier is a');
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('stage')).toBe('developed');
    expect(JSON.parse(searchParams.get('filter') ?? '')).toEqual(asked[0]?.conditions);
    expect(asked[0]?.stages).toEqual(['developed']);
    expect(complaints).toEqual([]);
  });

  test('who opens such an address sees the same, and every edit changes list, words and address', async () => {
    const { page } = await open(address);
    await count(page).waitFor();
    expect(asked[0]?.conditions).toEqual(tierA);

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('tree', { name: 'Contacts for whom this holds' }).waitFor();
    await page.getByRole('treeitem', { name: /^Add a line/ }).click();
    await page.getByRole('combobox', { name: /fact/i }).fill('city is Köln');
    await page.keyboard.press('Enter');
    await page.waitForURL(/K%C3%B6ln/);

    await page.getByRole('link', { name: /^Remove the filter: .*City is Köln$/ }).waitFor();
    expect(JSON.stringify(asked.at(-1)?.conditions)).toContain('Köln');
    expect(reached).toBeGreaterThan(0);
  });

  test('the back button takes the filter back, and the chip removes it', async () => {
    const { page } = await open('/contacts');
    await page.getByRole('link', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Fact to filter by' }).fill('value tier is a');
    await page.keyboard.press('Enter');
    await count(page).waitFor();

    await page.goBack();
    await page.getByRole('combobox', { name: 'Fact to filter by' }).waitFor();
    await page.goForward();
    await count(page).waitFor();
    await remove(page).click();
    await page
      .getByRole('link', { name: /Ana Duarte/ })
      .first()
      .waitFor();

    expect(new URL(page.url()).search).toBe('');
  });

  test('stage and search narrow it further, and more pages are shown', async () => {
    const { page } = await open(address);
    await page.getByRole('button', { name: /more/i }).click();
    await page.locator('a[href$="-x"]').first().waitFor();
    expect(asked.at(-1)?.after).toBe('50.ct-49');
    await page.getByRole('link', { name: /^Welcomed/ }).click();
    await page.getByRole('searchbox').fill('ana');
    await page.waitForURL(/q=ana/);
    await count(page).waitFor();

    expect(asked.at(-1)).toMatchObject({ stages: ['welcomed'], q: 'ana', conditions: tierA });
  });

  test('what is typed while a link is followed, or just before, is searched for at once with it', async () => {
    const { page } = await open(address);
    await count(page).waitFor();
    await page.getByRole('link', { name: /^Welcomed/ }).waitFor();
    await page.evaluate(`{
      document.querySelector('[data-stage="welcomed"] a').click();
      const box = document.querySelector('#contact-search');
      box.value = 'ana';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }`);
    await page.waitForURL(/stage=welcomed.*q=ana|q=ana.*stage=welcomed/);

    await page.getByRole('searchbox').fill('ana d');
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'ana d' && !url.searchParams.has('stage'));
    await soon(() => asked.at(-1)).toMatchObject({ stages: [], q: 'ana d', conditions: tierA });
    await soon(() => page.getByRole('searchbox').inputValue()).toBe('ana d');
  });

  test('nobody fits, a part was looked at, and an address that says nothing: each is said', async () => {
    isPartial = true;
    const nobody = { all: [{ fact: 'contact', path: '$.city', operator: 'equal', value: 'nobody' }] };
    const { page } = await open(`/contacts?filter=${encodeURIComponent(JSON.stringify(nobody))}`);
    await page.getByText('No contact fits.').waitFor();
    await page
      .getByText('There are more contacts than can be looked at for one answer', { exact: false })
      .waitFor();
    await page.goto(`${server.url}/contacts?filter=%7B%22all%22%3A%5B%5D%7D`);

    await page.getByRole('alert').getByText('The address holds no filter that can be understood.').waitFor();
  });

  test('agents, who may not ask whom conditions reach, filter without it', async () => {
    fixture.me = { person: 'Ines', roles: ['agent'] };
    const { page } = await open(address);
    await count(page).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('tree').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    expect(reached).toBe(0);
  });

  test.each([
    ['desk', 'light'],
    ['phone', 'dark'],
    ['phone', 'light'],
    ['desk', 'dark'],
  ] as const)('reads well on a %s, %s', async (width, scheme) => {
    const { page, complaints } = await open('/contacts?filter={}', { width, scheme });
    await page.getByRole('combobox', { name: 'Fact to filter by' }).waitFor();
    await page
      .getByRole('link', { name: /Ana Duarte/ })
      .first()
      .waitFor();
    await expectReadsWell({ page, complaints }, { name: 'filter-begin', width, scheme });
    await page.goto(server.url + address);
    await count(page).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('tree').waitFor();
    await expectReadsWell({ page, complaints }, { name: 'filter', width, scheme });
  });
});

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
