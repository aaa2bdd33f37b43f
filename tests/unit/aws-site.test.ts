import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { emptySite, putSite } from '@baton/functions/adapters/aws/site.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { describe, expect, test } from 'vitest';
import { type RestAnswer, type RestRequest, stubRest } from '../support/rest-stub.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const files = {
  'index.html': '<!doctype html>',
  'favicon.svg': '<svg/>',
  '_app/version.json': '{"version":"2"}',
  '_app/immutable/entry/start.B3x.js': 'start()',
  '_app/immutable/assets/app.C4y.css': 'body{}',
  '_app/immutable/assets/font.D5z.woff2': 'woff',
  'data/unknown.bin': 'bytes',
  'manifest.webmanifest': '{}',
};

function folderOf(contents: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** A bucket as S3 keeps one; it lists at most so many keys at once. */
function bucketOf(former: string[] = [], { page = 1000, locked = '' } = {}) {
  const stored = new Map(former.map((key) => [key, { content: '', type: '', cache: '' }]));
  const log: string[] = [];
  let fault: ((request: RestRequest) => RestAnswer | undefined) | undefined;
  const { connection, requests } = stubRest((request) => {
    const failed = fault?.(request);
    if (failed) return failed;
    if (request.method === 'PUT') return put(request);
    return request.method === 'POST' ? deleted(request) : listed(request);
  });

  function put({ path, headers, body }: RestRequest): RestAnswer {
    log.push(`put ${path.slice(1)}`);
    const { 'content-type': type = '', 'cache-control': cache = '' } = headers;
    stored.set(path.slice(1), { content: body, type, cache });
    return { status: 200 };
  }
  function deleted({ body }: RestRequest): RestAnswer {
    const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
    if (keys.length === 0 || keys.length > 1000) return xml('<Error><Code>MalformedXML</Code></Error>', 400);
    log.push(...keys.map((key) => `delete ${key}`));
    for (const key of keys) if (key !== locked) stored.delete(key);
    const errors = keys
      .filter((key) => key === locked)
      .map((key) => `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>no</Message></Error>`);
    return xml(`<DeleteResult>${errors.join('')}</DeleteResult>`);
  }
  function listed({ query }: RestRequest): RestAnswer {
    const after = query['continuation-token'] ?? '';
    const left = [...stored.keys()].sort().filter((key) => key > after);
    const keys = left.slice(0, page);
    const more = left.length > page ? `<NextContinuationToken>${keys.at(-1)}</NextContinuationToken>` : '';
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return xml(`<ListBucketResult>${contents}${more}</ListBucketResult>`);
  }

  return {
    site: { client: new S3Client(connection), bucket: 'site' },
    stored,
    log,
    requests,
    fail: (given: typeof fault) => {
      fault = given;
    },
  };
}

const xml = (body: string, status = 200): RestAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});

describe('putting the designer', () => {
  test('every file gets there with its type and how long it may be kept', async () => {
    const { site, stored } = bucketOf();

    expect(await putSite(site, folderOf(files))).toBe(8);

    const kept = Object.fromEntries([...stored].map(([key, { type, cache }]) => [key, [type, cache]]));
    const forEver = 'public, max-age=31536000, immutable';
    expect(kept).toEqual({
      'index.html': ['text/html; charset=utf-8', 'no-cache'],
      'favicon.svg': ['image/svg+xml', 'no-cache'],
      '_app/version.json': ['application/json; charset=utf-8', 'no-cache'],
      '_app/immutable/entry/start.B3x.js': ['text/javascript; charset=utf-8', forEver],
      '_app/immutable/assets/app.C4y.css': ['text/css; charset=utf-8', forEver],
      '_app/immutable/assets/font.D5z.woff2': ['font/woff2', forEver],
      'data/unknown.bin': ['application/octet-stream', 'no-cache'],
      'manifest.webmanifest': ['application/manifest+json', 'no-cache'],
    });
    expect(stored.get('index.html')?.content).toBe('<!doctype html>');
  });

  test('the page that names the others comes last, and former files go after it', async () => {
    const { site, log, stored } = bucketOf(['_app/immutable/entry/start.A2w.js', 'index.html', 'old.txt']);

    await putSite(site, folderOf(files));

    const page = log.indexOf('put index.html');
    expect(log.slice(0, page).every((line) => line.startsWith('put '))).toBe(true);
    expect(log.slice(0, page)).toHaveLength(7);
    expect(log.slice(page + 1).sort()).toEqual([
      'delete _app/immutable/entry/start.A2w.js',
      'delete old.txt',
    ]);
    expect([...stored.keys()].sort()).toEqual(Object.keys(files).sort());
  });

  test.each([1, 2, 5])('former files go also where they are listed by pages of %i', async (page) => {
    const former = Array.from({ length: 7 }, (_, at) => `old/${at}.js`);
    const { site, stored } = bucketOf(former, { page });

    await putSite(site, folderOf(files));

    expect([...stored.keys()].sort()).toEqual(Object.keys(files).sort());
  });

  test('a second time changes nothing', async () => {
    const { site, log } = bucketOf();
    const folder = folderOf(files);

    await putSite(site, folder);
    await putSite(site, folder);

    expect(log.filter((line) => line.startsWith('delete'))).toEqual([]);
  });

  test.each([
    ['without a page', { 'app.js': 'start()' }],
    ['whose page lies deeper', { 'nested/index.html': '<!doctype html>' }],
    ['that is empty', {}],
  ])('a folder %s is refused before anything is written', async (_what, contents) => {
    const { site, requests } = bucketOf(['index.html']);

    await expect(putSite(site, folderOf(contents))).rejects.toThrow(Rejected);
    expect(requests).toEqual([]);
  });

  test('where a file cannot be put nothing goes and the former page stays', async () => {
    const { site, stored, fail } = bucketOf(['index.html', 'old.js']);
    fail(({ method, path }) =>
      method === 'PUT' && path.endsWith('.css')
        ? xml('<Error><Code>AccessDenied</Code></Error>', 403)
        : undefined,
    );

    await expect(putSite(site, folderOf(files))).rejects.toThrow();

    expect(stored.get('index.html')?.content).toBe('');
    expect(stored.has('old.js')).toBe(true);
  });

  test('a former file that stays is told', async () => {
    const { site } = bucketOf(['old.js', 'older.js'], { locked: 'old.js' });

    const putting = putSite(site, folderOf(files));

    await expect(putting).rejects.toThrow(Transient);
    await expect(putting).rejects.toThrow(
      'old.js and 0 other files stay in site (AccessDenied); deploy again',
    );
  });
});

describe('emptying the bucket', () => {
  test.each([1, 3, 1000])('takes everything, by pages of %i', async (page) => {
    const { site, stored } = bucketOf(Object.keys(files), { page });

    await emptySite(site);

    expect(stored.size).toBe(0);
  });

  test('leaves an empty one alone', async () => {
    const { site, log } = bucketOf();

    await emptySite(site);

    expect(log).toEqual([]);
  });

  test('takes one that is gone for empty, and nothing else', async () => {
    const { site, fail } = bucketOf();

    fail(() => xml('<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>', 404));
    await expect(emptySite(site)).resolves.toBeUndefined();
    fail(() => xml('<Error><Code>AccessDenied</Code><Message>no</Message></Error>', 403));
    await expect(emptySite(site)).rejects.toThrow('no');
  });
});
