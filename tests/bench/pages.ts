import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as ask, type IncomingHttpHeaders } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import type { ContactsView } from '@baton/functions/api/views.ts';
import { chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { startHost } from '../support/running-host.ts';

/*
 * What the pages weigh, and how Lighthouse finds them: on the host as it ships with the made-up company, behind a proxy that
 * speaks HTTP/2 and compresses as CloudFront does (its certificate is made by openssl). `npm run bench:pages [-- --size] [Home …]`:
 * with `--size` only the weight, which needs nothing from the network; Lighthouse itself is fetched by npx.
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
const proxy = await likeCloudFront(host.url);
const { contacts } = await host.view<ContactsView>('/api/contacts?q=lindqvist');
const pages = [
  { name: 'Home', path: '/' },
  { name: 'Journey', path: '/journeys/welcome' },
  { name: 'Rule', path: '/rules/ask-for-consent' },
  { name: 'Contact', path: `/contacts/${contacts[0]?.id ?? ''}` },
  { name: 'Desk', path: '/desk' },
].filter(
  ({ name }, _, all) => process.argv.includes(name) || !all.some((one) => process.argv.includes(one.name)),
);

const port = 9400 + Math.floor(Math.random() * 500);
const context = await chromium.launchPersistentContext(join(folder, 'browser'), {
  executablePath,
  ignoreHTTPSErrors: true,
  args: ['--no-sandbox', '--ignore-certificate-errors', `--remote-debugging-port=${port}`],
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
  const look = () =>
    run(
      'npx',
      [
        ...['--yes', lighthouse, proxy.url + path, '--quiet', '--output=json', `--output-path=${output}`],
        ...[`--port=${port}`, '--max-wait-for-load=20000'],
        '--only-categories=performance,accessibility,best-practices',
        ...(device === 'desktop' ? ['--preset=desktop'] : []),
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
  await look().catch(look); // a busy machine now and then misses the beginning of its own trace
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

/** A certificate for this run. */
function selfSigned(): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -keyout ${key} -out ${cert}`;
  execFileSync('openssl', made.split(' '), { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

/** Headers that belong to one connection, or to HTTP/2 alone, are not handed on; nor is a length that compressing changes. */
function handedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const own = /^(:|host$|connection$|keep-alive$|transfer-encoding$|content-length$)/;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.test(name)));
}

/** The host's answers as CloudFront hands them on: over HTTP/2, texts compressed, events as they come. */
async function likeCloudFront(to: string): Promise<{ url: string; close(): void }> {
  const { hostname, port: behind, host: name } = new URL(to);
  const server = createSecureServer({ ...selfSigned(), allowHTTP1: true }, (question, answer) => {
    const { origin } = question.headers;
    const onward = ask(
      {
        ...{ hostname, port: behind, path: question.url, method: question.method },
        headers: { ...handedOn(question.headers), host: name, ...(origin && { origin: to }) },
      },
      (found) => {
        const isText = /^(text\/(?!event-stream)|application\/(json|javascript))/.test(
          found.headers['content-type'] ?? '',
        );
        answer.writeHead(found.statusCode ?? 502, {
          ...handedOn(found.headers),
          ...(isText && { 'content-encoding': 'gzip' }),
        });
        const body = isText ? found.pipe(createGzip()) : found;
        body.pipe(answer);
        answer.on('close', () => found.destroy());
      },
    );
    onward.on('error', () => answer.destroy());
    question.pipe(onward);
  });
  server.on('sessionError', () => undefined); // a page that is left breaks its connection off
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
