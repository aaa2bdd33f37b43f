import type { ContactsView } from '@baton/functions/api/views.ts';
import type { ElementHandle, Frame, Locator, Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { aBrowser, noBrowser, openPage } from '../designer/browser.ts';
import { hostileMarkup } from '../support/hostile-markup.ts';
import { written } from '../support/import-files.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { patiently, soon } from '../support/soon.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { dealOut, enquire, sow } from './hostile-fixture.ts';

/*
 * Every text that pages show is hostile markup, and every field is given some by hand. It is shown as the text that it is:
 *
 * 1. Nothing of it runs: no function of it is called, no dialog or window opens, no page goes elsewhere, nothing is asked of another host.
 * 2. Nothing of it becomes an element: no attribute that runs, no address that runs, no script but the page's own.
 * 3. The page's policy has nothing to refuse. Were it needed, one that is missing would let the text run.
 * 4. Each payload is read as it stands on some page; so what never came to a page is not taken for what did no harm.
 * 5. The page still works: its heading is there and nothing in it failed.
 */

if (noBrowser) console.info(`nothing-runs not run: ${noBrowser}`);

/**
 * Three complaints of the browser are meant: an answer of the host that there is no such document, or that a draft is not taken;
 * that a frame with a mail runs no scripts, which it says of the sentinel's own; and a style, of which the sentinel tells with its
 * element, because whatever is typed into coloured text Chromium dresses in a style of its own, which the policy refuses. That a
 * frame with a mail holds nothing that could run is looked at by itself.
 */
const meant =
  /^Failed to load resource: the server responded with a status of 4\d\d|^Blocked script execution in 'about:(blank|srcdoc)'|^Applying inline style violates/;

/** Calls of what the payloads call, and of all that a page must not do by itself. */
const sentinel = `
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = () => void window.told(name + ' was called');
  window.ran = () => void window.told('a payload ran');
  document.addEventListener('securitypolicyviolation', (event) =>
    event.violatedDirective === 'style-src-attr' && event.composedPath()[0].closest('.cm-line') ||
    window.told('refused by the policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' at ' + (event.composedPath()[0].outerHTML ?? '').slice(0, 300)));
  const runs = (element) => {
    for (const { name, value } of element.attributes)
      if (/^on/i.test(name) || /^[\\s\\u0000-\\u001f]*(javascript|vbscript):/i.test(value) && /href|src|action|data/i.test(name))
        window.told('an element came to be: ' + element.outerHTML.slice(0, 200));
    if (element.matches('object, embed, base, marquee, meta[http-equiv=refresh i], iframe:not([sandbox])'))
      window.told('an element came to be: ' + element.outerHTML.slice(0, 200));
    if (element instanceof HTMLScriptElement && element.src && new URL(element.src).origin !== location.origin)
      window.told('a script came to be: ' + element.src);
  };
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === 'attributes') runs(target);
      for (const node of addedNodes)
        if (node instanceof Element) for (const element of [node, ...node.querySelectorAll('*')]) runs(element);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
`;

/** All that a reader could read: texts, what stands in fields, names and titles. */
const texts = `[
  document.title,
  document.body.textContent,
  ...[...document.querySelectorAll('input, textarea')].map(({ value }) => value),
  ...[...document.querySelectorAll('[title], [aria-label], option')].flatMap((element) => [element.title, element.ariaLabel, element.label]),
].filter(Boolean).join('\\n')`;

/** What is folded away is read too. */
const unfold = `for (const details of document.querySelectorAll('details')) details.open = true`;

/** What a frame that shows a mail must not hold, though it could not run. */
const alive = `[...document.querySelectorAll('*')].filter((element) => element.matches('script, iframe, object, embed, base, form, svg, meta[http-equiv], [href], [srcset]')
  || [...element.attributes].some(({ name }) => /^on/i.test(name))).map(({ outerHTML }) => outerHTML.slice(0, 200))`;

/** A preview that is drawn anew meanwhile is another frame, and is looked at instead. */
async function framesAreInert(page: Page): Promise<void> {
  const held = async (): Promise<unknown> => {
    const others = page.frames().filter((frame) => frame !== page.mainFrame());
    try {
      return (await Promise.all(others.map((frame) => frame.evaluate(alive)))).flat();
    } catch (error) {
      return String(error);
    }
  };
  await soon(held).toEqual([]);
}

const Texts = z.string();
/** Blanks and control characters are shown in more than one way. */
const bare = (text: string) => text.replace(/[\s\p{Cc}\u2028\u2029\ufeff]/gu, '');

describe.skipIf(noBrowser)('hostile markup in every text', () => {
  const browser = aBrowser();
  const deal = dealOut();

  test('is shown as text on every page, and nothing of it runs', async () => {
    const host = await startHost(temporaryFolder());
    onTestFinished(async () => void (await host.stop()));
    await sow(host, deal);
    const { look, seen, pages, page, told } = await watchedPage(host);
    const contacts = await contactsOf(host);

    for (const path of pathsOf(contacts)) {
      await page.goto(host.url + path);
      await look(path);
    }
    await everyPanel(page, host, look);
    const unseen = () => hostileMarkup.filter((payload) => !seen.has(payload));
    // Which payload comes to stand where hangs on the library; those that were dealt only to what no page shows are said once more.
    await page.goto(await host.newLink()); // the last panel was an approver's
    for (const payload of unseen()) {
      await page.goto(`${host.url}/contacts/${await enquire(host, payload)}`);
      await look(`an enquiry of ${payload}`);
    }

    expect(told).toEqual([]);
    console.info(
      `${hostileMarkup.length} payloads, ${seen.size} seen as text on ${pages.size} pages and panels`,
    );
    expect(unseen()).toEqual([]);
    expect(pages.size).toBeLessThan(120); // hardly any was left to be said once more
  }, 400_000);

  test('is typed into every field of every page, and nothing of it runs', async () => {
    const host = await startHost(temporaryFolder());
    onTestFinished(async () => void (await host.stop()));
    const { look, page, told } = await watchedPage(host);
    let fields = 0;

    for (const path of pagesWithFields) {
      await page.goto(host.url + path);
      await look(path);
      fields += await fillAll(page);
      await look(`${path}, filled in`);
    }
    fields += await fillOpened(page, host, look);
    fields += await fillSteps(page, host, look);

    await page.goto(`${host.url}/contacts/import`);
    await page.getByLabel('Choose a CSV file').setInputFiles(await hostileFile());
    await look('a file chosen');
    await page.getByRole('button', { name: /^Import \d+ rows/ }).click();
    await page.getByRole('heading', { name: 'The import is done' }).waitFor(patiently);
    await look('a file imported');

    console.info(`${fields} fields were filled in`);
    expect(told).toEqual([]);
    expect(fields).toBeGreaterThan(60);
  }, 400_000);

  test('a payload that becomes an element is found', async () => {
    const { page, close } = await openPage(browser());
    onTestFinished(close);
    const told: string[] = [];
    await page.exposeFunction('told', (what: string) => void told.push(what));
    await page.addInitScript(sentinel);
    await page.goto('data:text/html,<body>');
    await page.evaluate(`document.body.innerHTML = '<img src=x onerror=ran(1)>'`);

    await soon(() => told.join()).toContain('a payload ran');
    expect(told.join()).toContain('an element came to be: <img');
  });

  async function watchedPage(host: RunningHost) {
    const { page, close } = await openPage(browser());
    onTestFinished(close);
    const told: string[] = [];
    page.on('pageerror', (error) => told.push(`failed: ${error}, at ${page.url()}`));
    page.on('console', (message) => {
      if (!/^(error|warning)$/.test(message.type()) || meant.test(message.text())) return;
      told.push(`complained: ${message.text()}, at ${page.url()}`);
    });
    await page.exposeFunction('told', (what: string) => void told.push(`${what}, at ${page.url()}`));
    await page.addInitScript(sentinel);
    page.on('dialog', (dialog) => {
      told.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.context().on('page', (other) => told.push(`a window opened: ${other.url()}`));
    page.context().on('request', (request) => {
      if (!/^(data:image|blob:)/.test(request.url()) && !request.url().startsWith(`${host.url}/`))
        told.push(`asked another host: ${request.url()}`);
    });
    page.on('framenavigated', (frame) => {
      if (!isOurs(frame, host)) told.push(`went elsewhere: ${frame.url()}`);
    });
    await page.goto(await host.newLink());

    const seen = new Set<string>();
    const pages = new Set<string>();
    const look = async (name: string) => {
      await page.getByRole('heading', { level: 1 }).first().waitFor(patiently);
      await soon(() => page.getByText(/^Reading /).count()).toBe(0);
      await page.evaluate(unfold);
      await framesAreInert(page);
      const shown = bare(Texts.parse(await page.evaluate(texts)));
      for (const payload of hostileMarkup) if (shown.includes(bare(payload))) seen.add(payload);
      pages.add(name);
      expect({ name, told }).toEqual({ name, told: [] });
    };
    return { page, look, seen, pages, told };
  }
});

const Link = z.object({ url: z.string() });
const linkFor = async (host: RunningHost, id: string): Promise<string> =>
  Link.parse((await host.post(`/api/people/${id}/link`, {})).body).url;

const isOurs = (frame: Frame, { url }: RunningHost): boolean =>
  frame.parentFrame()
    ? /^about:(srcdoc|blank)$/.test(frame.url())
    : frame.url().startsWith(`${url}/`) || frame.url() === 'about:blank';

async function contactsOf(host: RunningHost): Promise<string[]> {
  const { contacts } = await host.view<ContactsView>('/api/contacts?q=hostile-');
  return contacts.map(({ id }) => id);
}

const pagesWithFields = [
  ...[
    '/desk',
    '/contacts',
    '/contacts?filter=%7B%7D',
    '/contacts/import',
    '/cycle',
    '/cycle/stages/welcomed',
  ],
  ...[
    '/cycle/handovers/marketing-to-inside-sales',
    '/journeys',
    '/journeys/welcome',
    '/rules',
    '/rules/complaint-case',
  ],
  ...['/tables/lead-routing', '/tasks', '/messages', '/templates', '/templates/welcome', '/campaigns'],
  ...['/campaigns/spring-check-in', '/insights', '/admin', '/admin/audit', '/admin/quarantine'],
  ...['/admin/settings', '/settings/channels/email', '/settings/settings/program'],
];

const pathsOf = (contacts: readonly string[]): string[] => [
  ...[
    '/',
    '/desk',
    '/contacts',
    '/contacts?q=hostile-',
    '/cycle',
    '/journeys',
    '/rules',
    '/tasks',
    '/messages',
    '/templates',
  ],
  ...['/campaigns', '/insights', '/admin', '/admin/audit', '/admin/roles', '/admin/quarantine'],
  ...contacts.map((id) => `/contacts/${id}`),
  ...contacts.slice(0, 2).map((id) => `/desk/${id}`),
  `/contacts?q=${encodeURIComponent(hostileMarkup[0] ?? '')}`,
  `/contacts?stage=${encodeURIComponent(hostileMarkup[6] ?? '')}`,
  `/journeys/${encodeURIComponent(hostileMarkup[6] ?? '')}`,
  ...['/cycle/stages/welcomed', '/cycle/handovers/marketing-to-inside-sales', '/campaigns/spring-check-in'],
  ...['/journeys/welcome', '/journeys/complaint', '/journeys/lead-qualification'],
  ...['/rules/ask-for-consent', '/rules/complaint-case', '/rules/win-back-good-customers'],
  ...['/tables/lead-routing', '/tables/retention-offers', '/templates/welcome', '/templates/rate-offer'],
  ...['/admin/settings', '/settings/channels/email', '/settings/calendars/service-desk'],
];

type Look = (name: string) => Promise<void>;

const step = (page: Page) =>
  page
    .getByRole('list', { name: 'Steps', exact: true })
    .getByRole('heading', { level: 2 })
    .getByRole('button');

/** What opens on the pages: drawings, panels, views, sheets, previews and the search. */
async function everyPanel(page: Page, host: RunningHost, look: Look): Promise<void> {
  const press = async (name: string | RegExp) => {
    await page.getByRole('button', { name }).or(page.getByRole('tab', { name })).first().click();
    await look(`${new URL(page.url()).pathname}, ${name}`);
  };
  const closeSheet = () => page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();

  for (const path of ['/journeys/welcome', '/journeys/complaint', '/journeys/lead-qualification']) {
    await page.goto(host.url + path);
    await page.getByRole('group', { name: /: / }).first().waitFor(patiently);
    await press(/^Problems/);
    await press('Try it');
    await press(/^History/);
    await closeSheet();
    await press('List');
    for (const button of (await step(page).all()).slice(0, 12)) {
      await button.click();
      await look(`${path}, a step`);
    }
  }
  for (const path of [
    '/rules/ask-for-consent',
    '/rules/win-back-good-customers',
    '/tables/lead-routing',
    '/templates/welcome',
  ]) {
    await page.goto(host.url + path);
    await look(path);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await look(`${path}, a view`);
    }
    await press(/^History/);
    await closeSheet();
  }
  await page.goto(`${host.url}/templates/complaint-acknowledged`);
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.locator('iframe').contentFrame().getByText('onerror=ran(1)').first().waitFor(patiently);
  await look('a mail to somebody made up of payloads');
  for (const form of ['Phone', 'Plain text', 'Desktop']) await press(form);
  for (const words of ['hostile', 'svg', 'script', 'welcome']) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Search pages/ }).fill(words);
    await page
      .getByRole('status')
      .getByText(/results?$/)
      .waitFor(patiently);
    await look(`searching ${words}`);
    await page.keyboard.press('Escape');
  }
  await page.goto(await linkFor(host, 'arno'));
  await page.goto(`${host.url}/rules/ask-for-consent`);
  await press('Approve');
}

const textFields = (page: Page): Locator =>
  page
    .getByRole('textbox')
    .or(page.getByRole('searchbox'))
    .or(page.getByRole('combobox'))
    .and(page.locator(':not(select, [type=date], [type=time], [type=datetime-local])'));

let typed = 0;

async function fillAll(page: Page): Promise<number> {
  let filled = 0;
  for (const field of await textFields(page).elementHandles()) {
    if (!(await field.isVisible()) || !(await field.isEditable())) continue;
    await typeInto(page, field, hostileMarkup[(typed++ * 37) % hostileMarkup.length] ?? '');
    filled++;
  }
  return filled;
}

async function typeInto(page: Page, field: ElementHandle, text: string): Promise<void> {
  if (await field.evaluate('(element) => element.isContentEditable')) {
    await field.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(text);
  } else await field.fill(text);
  await field.evaluate('(element) => element.blur()');
}

/** Headings, cells and the file's own name are payloads; a third of the rows cannot be taken. */
const hostileFile = () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = hostileMarkup
    .slice(0, 90)
    .map((payload, index) => [index % 3 ? `h-${index}` : '', payload, payload].map(quoted).join(','));
  return written({ '<img src=x onerror=ran(1)>.csv': ['id,name,"<svg onload=ran(1)>"', ...rows].join('\n') });
};

/** What only appears when it is asked for: sheets, panels and answers, by the button that opens them. */
const opened: readonly (readonly [path: string, ...buttons: (string | RegExp)[]])[] = [
  ['/journeys', 'New journey'],
  ['/rules', 'New rule'],
  ['/rules', 'New decision table'],
  ['/templates', 'New template'],
  ['/campaigns', 'New campaign'],
  ['/cycle', 'New stage'],
  ['/cycle', 'New handover'],
  ['/admin', 'Add somebody'],
  ['/journeys/welcome', 'Try it', 'With values of your own'],
  ['/rules/complaint-case', 'Try'],
  ['/templates/welcome', 'Choose a contact'],
  ['/', 'Search'],
];

async function fillOpened(page: Page, host: RunningHost, look: Look): Promise<number> {
  let filled = 0;
  for (const [path, ...buttons] of opened) {
    await page.goto(host.url + path);
    await look(path);
    for (const name of buttons) await page.getByRole('button', { name, exact: true }).first().click();
    await textFields(page).last().waitFor(patiently);
    filled += await fillAll(page);
    await look(`${path}, ${buttons.join(', ')}`);
  }
  return filled;
}

/** Steps, one after the other: each kind of step has fields of its own. */
async function fillSteps(page: Page, host: RunningHost, look: Look): Promise<number> {
  let filled = 0;
  await page.goto(`${host.url}/journeys/complaint`);
  await page.getByRole('button', { name: 'List', exact: true }).click();
  const count = Math.min(await step(page).count(), 8);
  for (let index = 0; index < count; index++) {
    await step(page).nth(index).click();
    filled += await fillAll(page);
    await look('a step, filled in');
  }
  return filled;
}
