import { contentOf } from '@baton/functions/library/versions.ts';
import { readAddress } from '@baton/infra/local/push/address.ts';
import { compare, type Entry, type Place, portionsOf } from '@baton/infra/local/push/compare.ts';
import { check } from '@baton/rules/check/check.ts';
import {
  type DocumentKind,
  documentKinds,
  isDocumentKind,
  type Library,
} from '@baton/rules/documents/index.ts';
import { expect, test } from 'vitest';
import { aTemplate, greetingLibrary } from '../support/publishing-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const place = ({ kind, id }: Place) => `${kind}/${id}`;
const kinds = Object.keys(documentKinds).filter(isDocumentKind);

/** As a host would list a library that was published to it. */
function asLive(library: Library, managedBy: 'code' | 'designer' = 'code') {
  return kinds.flatMap((kind) => linesOf(kind, library)).map((line) => ({ ...line, version: 1, managedBy }));
}
function linesOf<K extends DocumentKind>(kind: K, library: Library) {
  return [...library[kind].values()].map((document) => {
    const { text } = contentOf(kind, JSON.parse(JSON.stringify(document)));
    const parsed = documentKinds[kind].parse(JSON.parse(text));
    return { kind, id: parsed.id, hash: contentOf(kind, JSON.parse(text)).hash };
  });
}

test('what is live already is not sent', async () => {
  const library = await shippedLibrary();
  const documents = Object.values(library).reduce((sum, kind) => sum + kind.size, 0);

  expect(compare(library, asLive(library))).toEqual({ send: [], unchanged: documents, left: [], gone: [] });
});

test('what differs is sent, left to the designer or gone', () => {
  const library = greetingLibrary();
  const changed = new Map([['hello', aTemplate({ body: 'Hi' })]]);
  const live = [
    ...asLive({ ...library, stages: new Map() }),
    { kind: 'tables', id: 'designed', version: 3, hash: 'h', managedBy: 'designer' as const },
    { kind: 'letters', id: 'of-a-later-version', version: 1, hash: 'h', managedBy: 'code' as const },
  ];
  const byDesigner = live.map((line) =>
    line.id === 'greeting' ? { ...line, managedBy: 'designer' as const, hash: 'h' } : line,
  );

  const { send, left, gone } = compare({ ...library, templates: changed, events: new Map() }, byDesigner);

  expect(send.map(place)).toEqual(['stages/targeted', 'stages/converted', 'templates/hello']);
  expect(left.map(place)).toEqual(['journeys/greeting']);
  expect(gone.map(place)).toEqual(['events/order.placed', 'events/order.returned']);
});

test('references resolve at any cut between two groups', async () => {
  const library = await shippedLibrary();
  const { send } = compare(library, []);
  const cuts = [...send.keys()].filter((at) => send[at]?.group !== send[at + 1]?.group);

  expect(cuts.length).toBeGreaterThan(50);
  for (const cut of cuts) {
    const sent = new Set(send.slice(0, cut + 1).map(place));
    const known = <T>(kind: DocumentKind, documents: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
      new Map([...documents].filter(([id]) => sent.has(`${kind}/${id}`)));
    const part: Library = {
      facts: known('facts', library.facts),
      events: known('events', library.events),
      'best-practice': known('best-practice', library['best-practice']),
      tables: known('tables', library.tables),
      stages: known('stages', library.stages),
      handovers: known('handovers', library.handovers),
      journeys: known('journeys', library.journeys),
      campaigns: known('campaigns', library.campaigns),
      templates: known('templates', library.templates),
      calendars: known('calendars', library.calendars),
      'service-levels': known('service-levels', library['service-levels']),
      settings: known('settings', library.settings),
      channels: known('channels', library.channels),
    };
    expect(check(part).filter(({ severity }) => severity === 'error')).toEqual([]);
  }
});

const entries = (count: number, bytes = 10): Entry[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'templates',
    id: `t-${index}`,
    group: `t-${index}`,
    document: { body: 'x'.repeat(bytes) },
  }));
const places = (count: number): Place[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'templates', id: `old-${index}` }));
const sizes = (...given: Parameters<typeof portionsOf>) =>
  portionsOf(...given).map(({ documents, retire }) => [documents.length, retire.length]);

test('what is gone leaves after whoever names it', async () => {
  const { send } = compare(await shippedLibrary(), []);
  const gone = compare(greetingLibrary(), asLive(await shippedLibrary())).gone;
  const at = (kind: DocumentKind, list: readonly Place[]) => list.findIndex((one) => one.kind === kind);

  expect(at('campaigns', gone)).toBeLessThan(at('journeys', gone));
  expect(at('journeys', gone)).toBeLessThan(at('templates', gone));
  expect(at('templates', send)).toBeLessThan(at('journeys', send));
});

test('what fits into one publication changes together', () => {
  expect(sizes([], [])).toEqual([]);
  expect(sizes(entries(90), places(8))).toEqual([[90, 8]]);
});

test('what does not is sent in order, and what is gone leaves last', () => {
  expect(sizes(entries(98), places(1))).toEqual([
    [98, 0],
    [0, 1],
  ]);
  expect(sizes(entries(100), places(100))).toEqual([
    [98, 0],
    [2, 0],
    [0, 98],
    [0, 2],
  ]);
  expect(portionsOf(entries(100), []).flatMap(({ documents }) => documents)).toEqual(entries(100));
});

test('a group is not cut where it fits into one publication', () => {
  const group = (entry: Entry) => ({ ...entry, group: 'one' });

  expect(sizes([...entries(60), ...entries(60).map(group)], [])).toEqual([
    [60, 0],
    [60, 0],
  ]);
  expect(sizes(entries(120).map(group), [])).toEqual([
    [98, 0],
    [22, 0],
  ]);
});

test('no publication is larger than a request may be', () => {
  expect(sizes(entries(5, 90_000), [])).toEqual([
    [2, 0],
    [2, 0],
    [1, 0],
  ]);
  expect(() => portionsOf(entries(1, 260_000), [])).toThrow(/templates\/t-0: it has .* kB.*split/);
});

test.each([
  ['http://127.0.0.1:4400', undefined],
  ['http://localhost:4400/', undefined],
  ['http://[::1]:4400', undefined],
  ['https://abc123.execute-api.eu-central-1.amazonaws.com', 'eu-central-1'],
  ['https://abc123.execute-api.cn-north-1.amazonaws.com.cn/prod', 'cn-north-1'],
])('%s is the address of a host', (text, region) => {
  expect(readAddress(text)).toEqual({ url: new URL(text), ...(region && { region }) });
});

test.each([
  ['here', /no address/],
  ['http://192.168.0.7:4400', /plain http.*use https/],
  ['http://127.0.0.1.example.com', /plain http/],
  ['http://abc123.execute-api.eu-central-1.amazonaws.com', /plain http/],
  ['https://crm.example.com', /no API.*ApiUrl/],
  ['https://abc123.execute-api.eu-central-1.amazonaws.com.example.com', /no API/],
  ['https://evil.example/.execute-api.eu-central-1.amazonaws.com', /no API/],
  ['ftp://127.0.0.1', /no way/],
  ['http://me:secret@127.0.0.1:4400', /leave out user/],
])('%s is refused', (text, says) => {
  expect(() => readAddress(text)).toThrow(says);
  expect(() => readAddress(text)).not.toThrow(/secret/);
});
