import { compileMail } from '@baton/functions/templates/compile-mail.ts';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { noBrowser, openBrowser } from '../designer/browser.ts';
import { hostileText, pieceOfMail } from '../support/hostile-mails.ts';
import { mjmlOf, rendered } from '../support/mails.ts';

/** What a browser finds in mails that no mail may hold. It runs inside the page. */
const dangersIn = (page: Page, mails: readonly string[]) =>
  page.evaluate(`${JSON.stringify(mails)}.flatMap((mail) =>
    Array.from(new DOMParser().parseFromString(mail, 'text/html').querySelectorAll('*')).flatMap((element) => [
      ...(element.matches('script, iframe, object, embed, form, svg, math, base, link') ? [element.tagName] : []),
      ...element.getAttributeNames().filter((name) => name.startsWith('on') || name === 'srcdoc'),
      ...['href', 'src', 'background']
        .map((name) => element.getAttribute(name) ?? '')
        .filter((address) => /^(javascript|data|vbscript):/i.test(address.trim())),
    ]))`);

test.skipIf(noBrowser)('a browser finds nothing that runs in any mail that compiles', async () => {
  const mails: string[] = [];
  const pieces = fc.array(pieceOfMail, { minLength: 1, maxLength: 9 });
  for (const [content, v] of fc.sample(fc.tuple(pieces, hostileText), { numRuns: 1500, seed: 7 })) {
    const body = mjmlOf(`<mj-text>${content.join('')}</mj-text>`);
    if ((await compileMail(body, 'en')).ok) mails.push(await rendered(body, { v }));
  }
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();

    expect(mails.length).toBeGreaterThan(100);
    expect(await dangersIn(page, ['<p onclick=""><a href="javascript:1">'])).toHaveLength(2);
    expect(await dangersIn(page, mails)).toEqual([]);
  } finally {
    await browser.close();
  }
});
