import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import type { UiFixture } from '../e2e/ui-fixture-server.ts';
import { patiently } from '../support/soon.ts';

const root = join(import.meta.dirname, '../..');
export const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Why these tests cannot run here; undefined when they can. */
export const noBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath}; set CHROMIUM_PATH to run the designer's tests`;

export const widths = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Builds the designer once when there is no build to look at. */
export function ensureBuild(): void {
  if (existsSync(join(root, 'designer/build/index.html'))) return;
  const built = spawnSync('npm', ['run', 'build', '--workspace', 'designer'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the designer does not build:\n${built.stdout}\n${built.stderr}`);
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

export type Seen = { page: Page; complaints: string[]; close(): Promise<void> };

/** A page that remembers everything the browser complained about. */
export async function openPage(
  browser: Browser,
  { width = 'desk', scheme = 'light' }: { width?: keyof typeof widths; scheme?: 'light' | 'dark' } = {},
): Promise<Seen> {
  const context = await browser.newContext({
    viewport: widths[width],
    colorScheme: scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    hasTouch: width === 'phone',
  });
  context.setDefaultTimeout(patiently.timeout);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints, close: () => context.close() };
}

/** What axe finds against WCAG 2.2 AA, one sentence each. */
export async function inaccessible(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ': ' + help + ' at ' + target.join(' ') + ' ' + failureSummary)))`);
}

export const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** Keeps a picture under tests/artefacts for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = join(root, 'tests/artefacts/designer');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Controls of less than 44 px height, boxes to tick with the label around them; links inside a sentence and what only screen readers see are exempt. */
export const tooSmallToTouch = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('button, input, select, summary, nav a, a.button, li > a')]
    .map((control) => [control, (control.matches('[type=checkbox], [type=radio]') && control.closest('label') || control).getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 1 && height < 44)
    .map(([control, { height }]) => control.textContent.trim() + ' is ' + height + ' px high')`);

/** The browser of a file of tests, opened before the first of them on the build as it is. */
export function aBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    ensureBuild();
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  return () => browser;
}

/** Opens pages of a server that every test has for itself. */
export function aSite(start: () => Promise<UiFixture>) {
  const browser = aBrowser();
  let server: UiFixture;
  beforeEach(async () => {
    server = await start();
    return () => server.close();
  });
  return async (path: string, look: Parameters<typeof openPage>[1] = {}): Promise<Seen> => {
    const seen = await openPage(browser(), look);
    onTestFinished(() => seen.close());
    await seen.page.goto(server.url + path);
    return seen;
  };
}

/** Keeps a picture of a page, on which axe finds nothing, nothing leads out of the screen or is too small, and nothing failed. */
export async function expectReadsWell(
  { page, complaints }: Pick<Seen, 'page' | 'complaints'>,
  { name, width, scheme }: { name: string; width: keyof typeof widths; scheme: 'light' | 'dark' },
): Promise<void> {
  await picture(page, `${name}-${width}-${scheme}`);
  expect(await inaccessible(page)).toEqual([]);
  expect(await scrollsSideways(page)).toBe(false);
  if (width === 'phone') expect(await tooSmallToTouch(page)).toEqual([]);
  expect(complaints).toEqual([]);
}
