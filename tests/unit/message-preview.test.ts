import { compileTemplate } from '@baton/functions/templates/check-templates.ts';
import { previewTemplate } from '@baton/functions/use-cases/preview-template.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import { sampleLinks } from '@baton/rules/documents/template.ts';
import { emptyTemplate } from '@baton/rules/edit/template.ts';
import { missingValues } from '@baton/rules/sending/missing-values.ts';
import { segmentsOf } from '@baton/rules/sending/segments.ts';
import { expect, test } from 'vitest';
import { hostileBodies } from '../support/hostile-templates.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const mail = emptyTemplate({ id: 'hello', title: 'Hello', team: 'marketing', channel: 'email' });
const sms = (body: string) => ({
  ...emptyTemplate({ id: 'hi', title: 'Hi', team: 'marketing', channel: 'sms' as const }),
  languages: { en: { body } },
});

test('a preview is what sending would render, for every shipped template', async () => {
  for (const template of (await shippedLibrary()).templates.values()) {
    const values = { ...sampleLinks, ...template.sample };
    const { html } = await compileTemplate(template);
    const sent = await renderTemplate(template, values, async (language) => html.get(language));

    const seen = await previewTemplate({ template, values: template.sample });

    expect(seen.problems).toEqual([]);
    expect(sent).toEqual({
      ok: true,
      message: { ...(seen.subject ? { subject: seen.subject } : {}), body: seen.html ?? seen.text },
    });
  }
});

test('says what would leave a gap, in the language that is looked at', async () => {
  const template = { ...mail, languages: { ...mail.languages, de: { body: 'Hallo {{ contact.city }}' } } };

  expect((await previewTemplate({ template, values: {}, language: 'de' })).missing).toEqual(['contact.city']);
  expect((await previewTemplate({ template, values: { contact: { name: 'Ana' } } })).missing).toEqual([]);
});

test('says what keeps a message from being sent, and shows nothing of it', async () => {
  const seen = await previewTemplate({ template: sms('Hello {{ contact.name'), values: {} });

  expect(seen).toMatchObject({ text: '', problems: [{ path: 'languages.en.body' }] });
});

test('a value cannot become markup in a mail', async () => {
  const { html } = await previewTemplate({
    template: mail,
    values: { contact: { name: '<img src=x onerror=alert(1)>' } },
  });

  expect(html).toContain('&lt;img src=x');
});

test('work without end is refused as it is in sending', async () => {
  const refused: string[] = [];
  for (const [name, body] of Object.entries(hostileBodies)) {
    const begun = performance.now();
    const { problems } = await previewTemplate({ template: sms(body()), values: { contact: {} } });
    if (problems.length > 0) refused.push(name);

    expect(performance.now() - begun, name).toBeLessThan(5000);
  }

  expect(refused).toEqual(expect.arrayContaining(['a loop in a loop', 'a text that doubles', 'many cases']));
});

test.each([
  ['', 0, 'gsm-7'],
  ['a'.repeat(160), 1, 'gsm-7'],
  ['a'.repeat(161), 2, 'gsm-7'],
  ['a'.repeat(306), 2, 'gsm-7'],
  ['€'.repeat(80), 1, 'gsm-7'],
  [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 3, 'gsm-7'],
  ['я'.repeat(70), 1, 'unicode'],
  ['я'.repeat(71), 2, 'unicode'],
  ['🙂'.repeat(35), 1, 'unicode'],
])('%j is carried in %i segments of %s', (text, segments, alphabet) => {
  expect(segmentsOf(text)).toMatchObject({ segments, alphabet, characters: [...text].length });
});

test.each([
  ['{{ contact.name }} {{ contact.city | upcase }}', ['contact.city']],
  ['{{ contact.city | default: "there" }}', []],
  ['{% assign who = contact.name %}{{ who }}', []],
  ['{% for one in contact.list %}{{ one.x }}{% endfor %}', []],
  [
    '{{ contact.constructor }} {{ contact.empty }} {{ contact.empty }}',
    ['contact.constructor', 'contact.empty'],
  ],
])('%s misses %j', (text, missing) => {
  expect(missingValues(text, { contact: { name: 'Ana', empty: '' } })).toEqual(missing);
});
