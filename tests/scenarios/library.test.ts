import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { compileTemplate } from '@baton/functions/templates/check-templates.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import { check } from '@baton/rules/check/check.ts';
import {
  runHandoverTests,
  runRuleTests,
  runTableTests,
  type TestResult,
} from '@baton/rules/decide/run-tests.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { type DocumentKind, documentKinds, isDocumentKind } from '@baton/rules/documents/index.ts';
import { sampleLinks, type Template } from '@baton/rules/documents/template.ts';
import { runJourneyTests } from '@baton/rules/journey/run-tests.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../rules/library');
const { library, problems } = await loadLibrary(folder);
const kinds = Object.keys(documentKinds).filter(isDocumentKind);
const everyDocument = kinds.flatMap((kind) => [...library[kind].keys()].map((id) => ({ kind, id })));

test('every file of the library is a document of its kind', () => {
  expect(problems).toEqual([]);
});

test('the library has nothing that the checks would stop or warn about', () => {
  expect(check(library)).toEqual([]);
});

test.each(everyDocument)('$kind/$id is written as the designer would save it', async ({ kind, id }) => {
  const text = await readFile(join(folder, kind, `${id}.json`), 'utf8');

  expect(text).toBe(canonical(kind, id));
});

test.each(everyDocument)('$kind/$id points an editor to its schema', ({ kind, id }) => {
  expect(library[kind].get(id)?.$schema).toBe(`../../schemas/${kind}.schema.json`);
});

describe('documents keep the promises their own tests make', () => {
  for (const rule of library['best-practice'].values())
    test(`best-practice/${rule.id}`, async () => expectAllPassed(await runRuleTests(rule)));
  for (const table of library.tables.values())
    test(`tables/${table.id}`, async () => expectAllPassed(await runTableTests(table)));
  for (const handover of library.handovers.values())
    test(`handovers/${handover.id}`, async () => expectAllPassed(await runHandoverTests(handover)));
  for (const journey of library.journeys.values())
    test(`journeys/${journey.id}`, async () => expectAllPassed(await runJourneyTests(journey, library)));
});

const written = [...library.templates.values()].flatMap((template) =>
  Object.keys(template.languages).map((language) => ({ id: template.id, language, template })),
);

test.each(written)(
  'template $id says something in $language to somebody with and without a name',
  async ({ template, language }) => {
    const { html, problems } = await compileTemplate(template);

    expect(problems).toEqual([]);
    for (const contact of [knownContact(template), {}]) {
      const values = { ...sampleLinks, ...template.sample, contact: { ...contact, language } };
      const rendered = await renderTemplate(template, values, async (wanted) => html.get(wanted));

      expect(rendered).toMatchObject({ ok: true, message: { subject: /\S/, body: /\S/ } });
      const readable = JSON.stringify(rendered).replaceAll(/<style.*?<\/style>/g, '');
      expect(readable).not.toMatch(/\{\{|\{%|undefined|NaN|\[object|Invalid|, *[.,]/);
      if (rendered.ok) expect(rendered.message.body).toContain(`lang="${language}"`);
    }
  },
);

function knownContact({ sample: { contact } }: Template): JsonObject {
  if (typeof contact !== 'object' || contact === null || Array.isArray(contact))
    throw new Error('a sample needs a contact');
  return contact;
}

test('every e-mail is written in English and German, in one look, and says in the list of mails what it is about', () => {
  const mails = [...library.templates.values()].filter(({ channel }) => channel === 'email');
  const heads = mails.flatMap(({ languages }) =>
    Object.values(languages).map(
      ({ body }) => body.replace(/<mj-(title|preview)>.*|<mjml .*/g, '').split('<mj-body')[0],
    ),
  );

  expect(mails.filter(({ languages }) => Object.keys(languages).join() !== 'de,en')).toEqual([]);
  expect(new Set(heads).size).toBe(1);
  for (const { id, languages } of mails)
    for (const { body } of Object.values(languages))
      expect(body, id).toMatch(/<mj-preview>\S[^<]+<\/mj-preview>/);
});

test('every template is sent by some journey, in the channel it was written for', () => {
  const sent = new Map<string, string>();
  for (const { steps } of library.journeys.values())
    for (const step of Object.values(steps)) if (step.kind === 'send') sent.set(step.template, step.channel);
  const channels = new Map([...library.templates.values()].map(({ id, channel }) => [id, channel]));
  const unsent = [...channels.keys()].filter((id) => !sent.has(id));

  expect([...sent].filter(([id, channel]) => channels.get(id) !== channel)).toEqual([]);
  expect(unsent).toEqual([]);
});

test('each kind of journey step is used somewhere, so that each is tried by a real journey', () => {
  const used = [...library.journeys.values()].flatMap(({ steps }) =>
    Object.values(steps).map(({ kind }) => kind),
  );

  expect([...new Set(used)].sort()).toEqual([
    'approve',
    'branch',
    'case',
    'emit',
    'end',
    'enrol',
    'experiment',
    'handover',
    'offer',
    'send',
    'task',
    'update',
    'wait',
    'wait-for',
  ]);
});

test('rules, journeys and handovers ship with enough tests', () => {
  const few = [
    ...[...library['best-practice'].values()].filter(({ tests }) => tests.length < 3),
    ...[...library.handovers.values()].filter(({ tests }) => tests.length < 3),
    ...[...library.journeys.values()].filter(({ tests }) => tests.length < 6),
  ];

  expect(few.map(({ id }) => id)).toEqual([]);
});

function canonical(kind: DocumentKind, id: string): string {
  const document = library[kind].get(id);
  if (!document) throw new Error(`${kind}/${id} was not loaded`);
  return canonicalText(kind, document);
}

function expectAllPassed(results: readonly TestResult[]): void {
  expect(results.length).toBeGreaterThan(0);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
}
