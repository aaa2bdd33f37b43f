import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { openPage, type Seen, type widths } from '../designer/browser.ts';
import type { RunningHost } from '../support/running-host.ts';

const Link = z.object({ url: z.string() });

export type Person = Pick<Seen, 'page' | 'complaints'> & { go(path: string): Promise<Page> };

/**
 * A browser of its own in which a person is signed in by a link of theirs, until the test ends. `complaints` are also the answers
 * of the host that refuse.
 */
export async function signIn(
  browser: Browser,
  host: RunningHost,
  id: string,
  width: keyof typeof widths = 'desk',
): Promise<Person> {
  const { url } = Link.parse((await host.post(`/api/people/${id}/link`, {})).body);
  const { page, complaints, close } = await openPage(browser, { width });
  onTestFinished(close);
  page.on('response', (answer) => {
    if (answer.status() >= 400) complaints.push(`${answer.status()} ${answer.url()}`);
  });
  await page.goto(url);
  const go = async (path: string) => {
    await page.goto(host.url + path);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    return page;
  };
  return { page, complaints, go };
}
