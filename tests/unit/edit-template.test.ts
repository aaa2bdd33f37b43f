import { canonicalText } from '@baton/rules/documents/canonical.ts';
import { parseDocument } from '@baton/rules/documents/parse.ts';
import {
  addLanguage,
  changeSample,
  changeTemplate,
  changeTexts,
  emptyTemplate,
  makeDefault,
  removeLanguage,
} from '@baton/rules/edit/template.ts';
import { expect, test } from 'vitest';
import { shippedLibrary } from '../support/shipped-library.ts';

const start = emptyTemplate({ id: 'hello', title: 'Hello', team: 'marketing', channel: 'email' });
const reason = (edited: { ok: boolean; reason?: string }) => (edited.ok ? '' : edited.reason);
const made = <D>(edited: { ok: true; document: D } | { ok: false; reason: string }): D => {
  if (!edited.ok) throw new Error(edited.reason);
  return edited.document;
};

test('a new template is a sound document', () => {
  expect(parseDocument('templates', start)).toMatchObject({ ok: true });
});

test('an emptied subject leaves the document', () => {
  expect(made(changeTexts(start, 'en', { subject: '' })).languages.en).not.toHaveProperty('subject');
});

test('another language begins with the texts of the default one and can be taken out again', () => {
  const both = made(addLanguage(start, 'de'));

  expect(both.languages.de).toEqual(start.languages.en);
  expect(made(removeLanguage(both, 'de'))).toEqual(start);
});

test.each([
  ['a language that is none', addLanguage(start, 'german'), /such as "de"/],
  ['one that is there', addLanguage(start, 'en'), /already/],
  ['taking the default out', removeLanguage(start, 'en'), /another the default/],
  ['a default that is not written', makeDefault(start, 'de'), /not written/],
  ['texts of a language that is gone', changeTexts(start, 'de', { body: 'x' }), /not written/],
])('refuses %s', (_, edited, expected) => {
  expect(reason(edited)).toMatch(expected);
});

test('a made-up value stands below its names and goes again', () => {
  const given = made(changeSample(start, ['order', 'total'], 12));

  expect(given.sample).toEqual({ contact: { name: 'Ana Ribeiro' }, order: { total: 12 } });
  expect(made(changeSample(given, ['order'], undefined))).toEqual(start);
});

test('an edit and its reverse give every shipped template back, byte for byte', async () => {
  for (const template of (await shippedLibrary()).templates.values()) {
    const texts = template.languages[template.language];
    const renamed = made(changeTemplate(template, { title: 'Other', team: 'other', channel: 'sms' }));
    const back = made(
      changeTemplate(renamed, {
        title: template.title,
        team: template.owner.team,
        channel: template.channel,
      }),
    );
    const retyped = made(changeTexts(back, template.language, { body: 'x', subject: 'y' }));
    const again = made(changeTexts(retyped, template.language, { subject: '', ...texts }));

    expect(canonicalText('templates', again)).toBe(canonicalText('templates', template));
  }
});
