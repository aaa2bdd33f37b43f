import { check } from '@baton/rules/check/check.ts';
import { canonicalText } from '@baton/rules/documents/canonical.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import type { Step } from '@baton/rules/documents/journey.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import { expect, test } from 'vitest';
import { aLibrary } from '../support/documents.ts';
import { done, journeyOf } from '../support/journeys.ts';
import { mailTemplate } from '../support/mails.ts';

const sending = (own: Partial<Extract<Step, { kind: 'send' }>>, bodies: Record<string, string>): Library => ({
  ...aLibrary({ rules: [], tables: [], handovers: [] }),
  journeys: new Map([
    [
      'selling',
      journeyOf(
        {
          say: {
            kind: 'send',
            title: 'Say',
            template: 'letter',
            channel: 'email',
            purpose: 'marketing',
            next: 'done',
            ...own,
          },
          done,
        },
        { id: 'selling' },
      ),
    ],
  ]),
  templates: new Map([['letter', mailTemplate(bodies, { channel: own.channel ?? 'email' })]]),
});

const found = (library: Library) =>
  check(library)
    .filter(({ code }) => code === 'template-without-unsubscribe')
    .map(({ document, path }) => `${document} ${path}`);

test('mail that sells must offer a way out in every language', () => {
  expect(found(sending({}, { en: 'Bye: {{ unsubscribe }}', de: 'Kauf!' }))).toEqual([
    'templates/letter languages.de.body',
  ]);
  expect(found(sending({}, { en: '{{unsubscribe | mail_link}}', de: '{{- unsubscribe -}}' }))).toEqual([]);
});

test('a word or another value is no way out', () => {
  expect(found(sending({}, { en: 'unsubscribe {{ unsubscribed }} {{ contact.unsubscribe }}' }))).toHaveLength(
    1,
  );
});

test('service mail and other channels need none', () => {
  expect(found(sending({ purpose: 'service' }, { en: 'Your order' }))).toEqual([]);
  expect(found(sending({ channel: 'sms' }, { en: 'Sale' }))).toEqual([]);
});

test('the default language of a template is one that it is written in', () => {
  const parsed = parseDocument('templates', mailTemplate({ en: 'Hello' }, { language: 'de' }));

  expect(parsed).toMatchObject({
    ok: false,
    problems: [{ path: 'language', message: expect.stringContaining('one of the languages') }],
  });
});

test.each(['EN', 'english', 'de_AT', ''])('"%s" is no name of a language', (language) => {
  const parsed = parseDocument('templates', mailTemplate({ en: 'Hello', [language]: 'Hi' }));

  expect(parsed).toMatchObject({ ok: false, problems: [{ code: 'wrong-format' }] });
});

test('languages are written in one order, whatever order they came in', () => {
  const one = mailTemplate({ en: 'Hello', de: 'Hallo' });
  const other = mailTemplate({ de: 'Hallo', en: 'Hello' });

  expect(canonicalText('templates', one)).toBe(canonicalText('templates', other));
});
