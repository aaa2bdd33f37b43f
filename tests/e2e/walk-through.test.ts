import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aBrowser, noBrowser, openPage, picture } from '../designer/browser.ts';
import { type RunningHost, startHost } from '../support/running-host.ts';
import { patiently } from '../support/soon.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * Follows README's first journey as it is written: what stands in italics is pressed or filled in, what stands in bold is waited
 * for, and its commands are run. So a text that no longer fits the pages fails here.
 */

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

type Part =
  | { kind: 'press'; name: string }
  | { kind: 'fill'; name: string; value: string }
  | { kind: 'see'; text: string }
  | { kind: 'dialog' }
  | { kind: 'run'; command: string };

/** What a section of README tells its reader to do, in its order. The bold text that begins a paragraph is its heading. */
function partsOf(section: string): Part[] {
  const text = section.replace(/^\*\*\d.*?\*\*/gm, '');
  const token = /```sh\n(.*?)```|_([^_]+?)_(?::?\s“(.*?)”)?|\*\*(.+?)\*\*|in what\s+opens/gs;
  return [...text.matchAll(token)].map(([, command, name, value, seen]): Part => {
    if (command) return { kind: 'run', command };
    if (name && value) return { kind: 'fill', name: folded(name), value: folded(value) };
    if (name) return { kind: 'press', name: folded(name) };
    return seen ? { kind: 'see', text: folded(seen) } : { kind: 'dialog' };
  });
}

const folded = (text: string) => text.replace(/\s+/g, ' ');

function firstJourney(): Part[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, section = ''] = /^## A first journey in ten minutes\n(.*?)^## /ms.exec(readme) ?? [];
  return partsOf(section.slice(section.indexOf('**1.')));
}

describe.skipIf(noBrowser)('the first journey of README', () => {
  const browser = aBrowser();

  async function openAt(link: string): Promise<Page> {
    const { page, close } = await openPage(browser());
    onTestFinished(close);
    await page.goto(link);
    return page;
  }

  test('is drawn, tried, reviewed, published and seen to run, word by word', async () => {
    const host = await startHost(temporaryFolder());
    onTestFinished(async () => void (await host.stop()));
    const own = await openAt(host.link);
    const parts = firstJourney();
    expect(parts.length).toBeGreaterThan(30);

    let page = own;
    for (const part of parts) {
      if (part.kind !== 'run') {
        await follow(page, part);
        continue;
      }
      const said = await runThere(host, part.command);
      const link = /http\S+\/in\/\S+/.exec(said)?.[0];
      page = link ? await openAt(link) : own;
    }
    await picture(own, 'walk-through-end');
  }, 240_000);
});

async function follow(page: Page, part: Exclude<Part, { kind: 'run' }>): Promise<void> {
  const dialog = page.getByRole('dialog');
  if (part.kind === 'dialog') return dialog.waitFor(patiently);
  if (part.kind === 'see') return page.getByText(part.text).first().waitFor(patiently);

  const place = (await dialog.isVisible()) ? dialog : page.locator('body');
  if (part.kind === 'fill') {
    const field = place.getByLabel(part.name, { exact: true });
    await field.waitFor(patiently);
    const isChoice = (await field.and(page.locator('select')).count()) > 0;
    await (isChoice ? field.selectOption({ label: part.value }) : field.fill(part.value));
    return;
  }
  // Names may go on: a button of the palette says where it would add its kind, a place of the navigation how much waits there.
  const name = new RegExp(`^${part.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\b`);
  await place.getByRole('link', { name }).or(place.getByRole('button', { name })).first().click(patiently);
  if (place === dialog) await dialog.waitFor({ state: 'hidden', ...patiently });
}

/** A command of README, at the host of this test. */
async function runThere({ url, folder }: RunningHost, command: string): Promise<string> {
  const main = `${join(root, 'node_modules/.bin/node')} --no-warnings ${join(root, 'infra/local/cli/main.ts')}`;
  const there = command
    .replaceAll('http://127.0.0.1:4400', url)
    .replace(/^npx baton (.*)$/gm, `${main} $1 --data ${folder}`);
  const { stdout } = await run('bash', ['-ec', there], { cwd: root });
  return stdout;
}
