import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { soon } from '../support/soon.ts';
import {
  aBrowser,
  ensureBuild,
  inaccessible,
  noBrowser,
  openBrowser,
  openPage,
  picture,
  type Seen,
  scrollsSideways,
  tooSmallToTouch,
  type widths,
} from './browser.ts';

const forbidden = {
  error: 'only Agent, Administrator may do this, and you are Viewer',
  problems: [{ path: 'roles', reason: 'your account has other roles', remedy: 'ask an administrator' }],
};

/** Puts a host that asks for tokens between a page and the canned answers; the cookie of the session is a field here. */
async function askForTokens(page: Page) {
  const host = { hasSession: true, tokens: 0, valid: '', forbids: '', asked: [] as string[] };
  const html = (title: string) => ({ contentType: 'text/html', body: `<title>${title}</title>` });

  await page.route('**/auth/**', (route) => {
    const { pathname, search } = new URL(route.request().url());
    host.asked.push(`${route.request().method()} ${pathname}${search}`);
    if (pathname === '/auth/sign-in') return route.fulfill(html('Sign in'));
    if (route.request().headers()['x-baton'] !== '1') return route.fulfill({ status: 403 });
    if (pathname === '/auth/sign-out') {
      host.hasSession = false;
      return route.fulfill({ json: { url: 'https://login.example/logout' } });
    }
    if (!host.hasSession) return route.fulfill({ status: 401, json: { error: 'no session', problems: [] } });
    host.valid = `token-${++host.tokens}`;
    const session = { accessToken: host.valid, expiresInSeconds: 900, person: 'ana.duarte@example.com' };
    return route.fulfill({ json: { ...session, roles: ['agent', 'editor'] } });
  });
  await page.route('**/api/**', (route) => {
    if (route.request().headers().authorization !== `Bearer ${host.valid}` || host.valid === '')
      return route.fulfill({ status: 401, json: { message: 'Unauthorized' } });
    if (host.forbids && route.request().url().includes(host.forbids))
      return route.fulfill({ status: 403, json: forbidden });
    return route.continue();
  });
  await page.route('https://login.example/**', (route) => route.fulfill(html('Signed out')));
  return host;
}

describe.skipIf(noBrowser)('where a host asks for tokens, the designer', () => {
  const browser = aBrowser();
  let fixture: UiFixture;
  let seen: Seen;
  let page: Page;
  let host: Awaited<ReturnType<typeof askForTokens>>;
  beforeEach(async () => {
    fixture = await startUiFixture('full');
    await open('desk');
  });
  afterEach(async () => {
    await seen.close();
    await fixture.close();
  });

  async function open(width: keyof typeof widths): Promise<void> {
    await seen?.close();
    seen = await openPage(browser(), { width });
    page = seen.page;
    host = await askForTokens(page);
  }
  const renewals = () => host.asked.filter((line) => line === 'POST /auth/token').length;

  test('fetches one token for all requests of a page, and leaves it nowhere that it could be taken from', async () => {
    await page.goto(`${fixture.url}/contacts`);
    await page.getByText('Ana Duarte').waitFor();
    await page.getByText('Signed in as ana.duarte@example.com').waitFor();

    expect(renewals()).toBe(1);
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).toBe(
      '[{},{},""]',
    );
    expect(await page.content()).not.toContain('token-1');
  });

  test('goes on without a word when its token ends', async () => {
    await page.goto(fixture.url);
    await page.getByRole('heading', { name: '10,000 contacts' }).waitFor();

    host.valid = '';
    await page.waitForResponse((response) => response.url().endsWith('/auth/token'));
    await page.waitForResponse((response) => response.url().endsWith('/api/home') && response.ok());

    expect(renewals()).toBe(2);
    await soon(() => page.getByRole('alert').count()).toBe(0);
  });

  test('leads to where people sign in, and says which page to come back to', async () => {
    host.hasSession = false;

    await page.goto(`${fixture.url}/contacts?stage=developed`);
    await page.waitForURL('**/auth/sign-in**');

    expect(host.asked.filter((line) => line.startsWith('GET'))).toEqual([
      'GET /auth/sign-in?to=%2Fcontacts%3Fstage%3Ddeveloped',
    ]);
  });

  test('shows why somebody may not see a page', async () => {
    host.forbids = '/api/contacts';

    await page.goto(`${fixture.url}/contacts`);
    const alert = page.getByRole('alert');
    await alert.waitFor();

    await soon(() => alert.textContent()).toContain(
      'Only Agent, Administrator may do this, and you are Viewer.',
    );
    await soon(() => alert.textContent()).toContain('Ask an administrator.');
    expect(renewals()).toBe(1);
  });

  test('signs out, ends the session of the provider too, and asks for nothing more', async () => {
    await page.goto(fixture.url);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('https://login.example/logout');

    expect(host.asked.at(-1)).toBe('POST /auth/sign-out');
  });

  test('says so when somebody could not be signed out', async () => {
    await page.goto(fixture.url);
    await page.route('**/auth/sign-out', (route) =>
      route.fulfill({ status: 503, json: { error: 'the sign-in page does not answer', problems: [] } }),
    );

    await page.getByRole('button', { name: 'Sign out' }).click();

    await page.getByText('You are still signed in. The sign-in page does not answer.').waitFor();
    await soon(() => page.getByRole('button', { name: 'Sign out' }).count()).toBe(1);
  });

  test.each(['desk', 'phone'] as const)('fits who is signed in on a %s', async (width) => {
    await open(width);
    await page.goto(fixture.url);
    await page.getByText('Signed in as').waitFor();
    await page.getByRole('heading', { name: '10,000 contacts' }).waitFor();

    expect(await inaccessible(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    if (width === 'phone') expect(await tooSmallToTouch(page)).toEqual([]);
    await picture(page, `signed-in-${width}`);
  });
});

describe.skipIf(noBrowser)('where a host asks nobody to sign in, the designer', () => {
  test('says nothing of it and asks for no token', async () => {
    ensureBuild();
    const [browser, fixture] = await Promise.all([openBrowser(), startUiFixture('full')]);
    const { page } = await openPage(browser);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));

    await page.goto(fixture.url);
    await page.getByRole('heading', { name: '10,000 contacts' }).waitFor();

    await soon(() => page.getByText('Signed in as').count()).toBe(0);
    expect(asked.filter((path) => path.startsWith('/auth/'))).toEqual([]);
    await browser.close();
    await fixture.close();
  });
});
