import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHtml, readVersion } from '@baton/functions/library/versions.ts';
import { createFileOutbox } from '@baton/infra/local/channels/file-outbox.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { expect, onTestFinished, test } from 'vitest';
import { callsOf } from '../support/api-calls.ts';
import { mailTemplate, textOf } from '../support/mails.ts';
import { greetingLibrary, openPublishingHost, start } from '../support/publishing-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const letter = mailTemplate(
  { en: textOf('Hello {{ contact.name }}'), de: textOf('Guten Tag {{ contact.name }}') },
  { id: 'hello' },
);
const mailLibrary = (): Library => ({ ...greetingLibrary(), templates: new Map([['hello', letter]]) });

/** Two customers order; what they are sent lies in the folder of the outbox. */
async function mailsSent(library: Library, people: Record<string, string>[]): Promise<string[]> {
  const clock = createVirtualClock(start);
  const folder = temporaryFolder();
  const host = await openHost({
    folder: temporaryFolder(),
    clock: { ...clock, kind: 'virtual' },
    library,
    identitySeed: 'tests',
    log: { info: () => {}, warn: () => {}, error: () => {} },
    channel: (settle) => createFileOutbox({ folder, settle }),
  });
  onTestFinished(() => host.close());
  const call = callsOf(host.api);
  for (const [index, { email = '', ...data }] of people.entries()) {
    const event = { specversion: '1.0', source: 'tests', subject: `email:${email}` };
    for (const [type, what] of [
      ['contact.updated', data],
      ['order.placed', { orderId: `order-${index}` }],
    ] as const) {
      const answer = await call('POST /api/events', {
        body: { ...event, id: `${type}-${index}`, type, data: what },
      });
      expect(answer).toMatchObject({ status: 202 });
      await host.settle();
    }
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.eml'),
  );
  return files.map((name) => unquoted(readFileSync(join(folder, name), 'utf8')));
}

const unquoted = (mail: string): string =>
  Buffer.from(
    mail
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

test('a published mail in MJML is sent as HTML, to each in their language, and no name is markup', async () => {
  const mails = await mailsSent(await shippedLibrary(), [
    { email: 'joerg@example.com', name: 'Jörg <b>B</b>', language: 'de-AT' },
    { email: 'ann@example.com', name: 'Ann', language: 'fr' },
  ]);

  const german = mails.find((mail) => mail.includes('To: joerg@example.com')) ?? '';
  const english = mails.find((mail) => mail.includes('To: ann@example.com')) ?? '';
  expect(mails).toHaveLength(2);
  expect(german).toMatch(/^Subject: Ihre Bestellung order-0/m);
  expect(german).toMatch(/Content-Type: text\/html; charset=utf-8\s[\s\S]*<!doctype html>/);
  expect(german).toContain('<html lang="de"');
  expect(german).toContain('Guten Tag Jörg &lt;b&gt;B&lt;/b&gt;,');
  expect(german).not.toMatch(/<mj|\{\{|\{%/);
  expect(english).toMatch(/^Subject: Your order order-1/m);
  expect(english).toContain('<html lang="en"');
  expect(english).toContain('Hello Ann,');
});

test('a version keeps the text as it was written, and beside it the HTML it was compiled to', async () => {
  const host = await openPublishingHost({ library: mailLibrary() });
  onTestFinished(() => host.close());
  const version = { kind: 'templates', id: 'hello', version: 1 } as const;

  expect((await readVersion(host.ports, version)).body).toEqual(letter);
  expect(await readHtml(host.ports, version, 'de')).toMatch(
    /^<!doctype html>[\s\S]*Guten Tag \{\{ contact\.name \}\}/,
  );
  expect(await readHtml(host.ports, version, 'fr')).toBeUndefined();
});

test('a new version is sent as soon as it is live', async () => {
  const host = await openPublishingHost({ library: mailLibrary() });
  onTestFinished(() => host.close());
  const changed = mailTemplate({ en: textOf('Changed') }, { id: 'hello' });

  expect(await host.byCode([['templates', changed]])).toMatchObject({ status: 202 });
  await host.settle();

  expect(await host.live()).toMatchObject({ 'templates/hello': 2 });
  expect(await host.documents.html('hello', 2, 'en')).toContain('Changed');
  expect(await host.documents.html('hello', 1, 'en')).toContain('Hello');
});

test('a mail that is no MJML is refused with its place, and nothing is stored', async () => {
  const host = await openPublishingHost({ library: mailLibrary() });
  onTestFinished(() => host.close());
  const broken = mailTemplate({ en: textOf('Hi'), de: textOf('<script>1</script>') }, { id: 'hello' });

  const answer = await host.byCode([['templates', broken]]);

  expect(answer).toMatchObject({
    status: 400,
    body: {
      problems: [
        {
          path: 'templates/hello.languages.de.body',
          reason: expect.stringContaining('Line 5: <script>'),
          remedy: expect.stringContaining('Take it out'),
        },
      ],
    },
  });
  await expect(readVersion(host.ports, { kind: 'templates', id: 'hello', version: 2 })).rejects.toThrow(
    'no version 2',
  );
});
