import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import type { ContactsView } from '@baton/functions/api/views.ts';
import { chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { startHost } from '../support/running-host.ts';

/*
 * What the pages weigh, and how Lighthouse finds them: on the host as it ships with the made-up company, behind a proxy that
 * compresses as CloudFront does. `npm run bench:pages [-- --size]`: with `--size` only the weight, which needs nothing from the
 * network; Lighthouse itself is fetched by npx.
 */

const run = promisify(execFile);
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const lighthouse = 'lighthouse@13.5.0';
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const Report = z.object({
  categories: z.record(z.string(), z.object({ score: z.number().nullable() })),
  audits: z.record(z.string(), z.object({ displayValue: z.string().optional() })),
});

const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'));
const host = await startHost(join(folder, 'data'));
const proxy = await compressing(host.url);
const { contacts } = await host.view<ContactsView>('/api/contacts?q=lindqvist');
const pages = [
  { name: 'Home', path: '/' },
  { name: 'Journey', path: '/journeys/welcome' },
  { name: 'Rule', path: '/rules/ask-for-consent' },
  { name: 'Contact', path: `/contacts/${contacts[0]?.id ?? ''}` },
  { name: 'Desk', path: '/desk' },
];

const port = 9400 + Math.floor(Math.random() * 500);
const context = await chromium.launchPersistentContext(join(folder, 'browser'), {
  executablePath,
  args: ['--no-sandbox', `--remote-debugging-port=${port}`],
});
try {
  const page = await context.newPage();
  await page.goto((await host.newLink()).replace(host.url, proxy.url));
  for (const { name, path } of pages) {
    const { first, all } = await weigh(page, path);
    console.info(`${name.padEnd(8)} script ${kB(first)} to show it, ${kB(all)} after two seconds (gzip)`);
  }
  if (!process.argv.includes('--size'))
    for (const { name, path } of pages)
      for (const device of ['desktop', 'mobile'] as const)
        console.info(`${name.padEnd(8)} ${device.padEnd(8)} ${await judged(path, device)}`);
} finally {
  await context.close();
  proxy.close();
  await host.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Bytes of script, each file compressed by itself: until the page's heading stands, and all that came later. */
async function weigh(page: Page, path: string): Promise<{ first: number; all: number }> {
  await page.goto('about:blank');
  const sizes: Promise<number>[] = [];
  const weighed = async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  page.on('response', (answer) => {
    if (answer.request().resourceType() === 'script')
      sizes.push(answer.body().then((body) => gzipSync(body, { level: 6 }).length));
  });
  await page.goto(proxy.url + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const first = await weighed();
  await page.waitForTimeout(2_000);
  const all = await weighed();
  page.removeAllListeners('response');
  return { first, all };
}

async function judged(path: string, device: 'desktop' | 'mobile'): Promise<string> {
  const output = join(folder, 'report.json');
  await run(
    'npx',
    [
      ...['--yes', lighthouse, proxy.url + path, '--quiet', '--output=json', `--output-path=${output}`],
      ...[`--port=${port}`, '--max-wait-for-load=20000'],
      '--only-categories=performance,accessibility,best-practices',
      ...(device === 'desktop' ? ['--preset=desktop'] : []),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const { categories, audits } = Report.parse(JSON.parse(readFileSync(output, 'utf8')));
  const scores = Object.entries(categories).map(
    ([name, { score }]) => `${name} ${Math.round((score ?? 0) * 100)}`,
  );
  const times = [
    'first-contentful-paint',
    'largest-contentful-paint',
    'total-blocking-time',
    'cumulative-layout-shift',
  ];
  return `${scores.join(', ')} (${times.map((name) => `${name} ${audits[name]?.displayValue ?? '?'}`).join(', ')})`;
}

/** The host's answers as CloudFront hands them on: texts compressed, events as they come. */
async function compressing(to: string): Promise<{ url: string; close(): void }> {
  const { hostname, port: behind, host: name } = new URL(to);
  const server = createServer((question, answer) => {
    const { host: _, origin, ...headers } = question.headers;
    const onward = ask(
      {
        ...{ hostname, port: behind, path: question.url, method: question.method },
        headers: { ...headers, host: name, ...(origin && { origin: to }) },
      },
      async (found) => {
        const type = String(found.headers['content-type'] ?? '');
        const isText = /^(text\/(?!event-stream)|application\/(json|javascript))/.test(type);
        const { 'content-length': length, ...kept } = found.headers;
        const sent = isText ? { ...kept, 'content-encoding': 'gzip' } : found.headers;
        answer.writeHead(found.statusCode ?? 502, sent);
        await (isText ? pipeline(found, createGzip(), answer) : pipeline(found, answer)).catch(() =>
          answer.destroy(),
        );
      },
    );
    onward.on('error', () => answer.destroy());
    question.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
