import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startUiFixture, type UiFixture } from '../e2e/ui-fixture-server.ts';
import { createSignInGate } from '../support/sign-in-gate.ts';
import { soon } from '../support/soon.ts';
import { type Account, createUserPool } from '../support/user-pool.ts';
import {
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

const ana: Account = { email: 'ana.duarte@example.com', groups: ['admin'] };
const vera: Account = { email: 'vera@example.com', groups: ['viewer'] };

describe.skipIf(noBrowser)('signing in with the cookies of a browser', () => {
  let browser: Browser;
  let pool: ReturnType<typeof createUserPool>;
  let gate: ReturnType<typeof createSignInGate>;
  let fixture: UiFixture;
  let url: string;
  const seen: Seen[] = [];

  beforeAll(async () => {
    ensureBuild();
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    pool = createUserPool();
    gate = createSignInGate(pool);
    fixture = await startUiFixture('full', 0, gate.gate);
    // A name that browsers trust with `Secure` cookies over plain HTTP.
    url = fixture.url.replace('127.0.0.1', 'localhost');
  });
  afterEach(async () => {
    for (const { close } of seen.splice(0)) await close();
    await fixture.close();
  });

  /** A page, and another site at which a person signs in by following a link. */
  async function open(path: string, account: Account, width: keyof typeof widths = 'desk'): Promise<Page> {
    const opened = await openPage(browser, { width });
    seen.push(opened);
    const { page } = opened;
    await page.context().route(`https://${pool.domain}/**`, (route) => {
      const address = route.request().url();
      const isSignIn = new URL(address).pathname === '/oauth2/authorize';
      const link = isSignIn
        ? `<a href="${pool.signIn(address, account)}">Sign in</a>`
        : 'Signed out there too';
      return route.fulfill({ contentType: 'text/html', body: link });
    });
    await page.goto(url + path);
    return page;
  }

  async function signedIn(path: string, account = ana, width: keyof typeof widths = 'desk'): Promise<Page> {
    const page = await open(path, account, width);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByText(account.email).waitFor();
    return page;
  }

  const refreshes = () => pool.asked.filter(({ form }) => form.grant_type === 'refresh_token').length;
  /** Resolves after the page has asked for something at this address once more. */
  const nextAnswer = (page: Page, path: string, status = 200) =>
    page.waitForResponse(
      (response) => new URL(response.url()).pathname === path && response.status() === status,
    );

  test('leads whoever is not signed in to the sign-in page and back to where they wanted to be', async () => {
    const page = await signedIn('/contacts?stage=developed');

    await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor();

    expect(page.url()).toBe(`${url}/contacts?stage=developed`);
    await soon(() => page.getByText('Signed in as').count()).toBe(1);
    expect(gate.asked.at(-1)?.token).toMatch(/^[\w-]+\.[\w-]+\./);
  });

  test('keeps the token from everything but the page itself', async () => {
    const page = await signedIn('/');

    const stores = await page.evaluate(
      '[{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML, location.href]',
    );
    const cookies = await page.context().cookies();

    for (const secret of pool.secrets) expect(JSON.stringify(stores)).not.toContain(secret);
    expect(cookies).toEqual([
      expect.objectContaining({
        name: '__Host-baton',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
        path: '/',
        expires: -1,
      }),
    ]);
  });

  test('goes on when a token ends in the middle, with one new token for all who ask at once', async () => {
    const page = await signedIn('/');
    await page.getByRole('heading', { name: '10,000 contacts' }).waitFor();
    const before = refreshes();

    pool.expireTokens();
    const asked = [nextAnswer(page, '/api/contacts'), nextAnswer(page, '/api/home')];
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await Promise.all(asked);
    await page.getByRole('link', { name: /Ana Duarte/ }).waitFor();

    expect(refreshes() - before).toBe(1);
    await soon(() => page.getByRole('alert').count()).toBe(0);
  });

  test('leads to the sign-in page when the session has ended, and back', async () => {
    const page = await signedIn('/tasks?queue=inside-sales');

    pool.endSessions();
    pool.expireTokens();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByText(ana.email).waitFor();

    expect(page.url()).toBe(`${url}/tasks?queue=inside-sales`);
  });

  test('signs out: session, cookie and token go, and "Back" shows nobody', async () => {
    const page = await signedIn('/contacts/ct-ana');
    await page.getByRole('heading', { name: 'Ana Duarte' }).waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Signed out there too').waitFor();

    expect(new URL(page.url()).searchParams.get('logout_uri')).toBe(`${url}/`);
    expect(pool.sessions()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.goBack({ waitUntil: 'commit' });
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  test('shows who lacks a role which one would do', async () => {
    const page = await signedIn('/tasks', vera);

    const notice = page.getByRole('main').getByRole('alert');
    await notice.waitFor();

    expect(((await notice.textContent()) ?? '').replace(/\s+/g, ' ')).toContain(
      'Only Agent, Administrator may do this, and you are Viewer. Sign in as somebody who has one of these roles; an administrator gives them.',
    );
  });

  test.each(['desk', 'phone'] as const)(
    'says on a %s why a sign-in does not hold, and begins it anew',
    async (width) => {
      const page = await open('/', ana, width);
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
      await page.goto(`${url}/auth/callback?code=c&state=forged`);

      await picture(page, `not-signed-in-${width}`);
      expect(await inaccessible(page)).toEqual([]);
      expect(await scrollsSideways(page)).toBe(false);
      if (width === 'phone') expect(await tooSmallToTouch(page)).toEqual([]);
      await page.getByRole('link', { name: 'Sign in again' }).click();
      await page.getByRole('link', { name: 'Sign in', exact: true }).click();
      await page.getByText(ana.email).waitFor();
    },
  );
});
