import { packText, unpackText } from '@baton/functions/repositories/packed-text.ts';
import { compileTemplate } from '@baton/functions/templates/check-templates.ts';
import { compileMail } from '@baton/functions/templates/compile-mail.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { describe, expect, test } from 'vitest';
import { mailTemplate, mjmlOf, rendered, textOf } from '../support/mails.ts';

describe('a mail in MJML', () => {
  test('becomes HTML in the language of its text, with a preview and no font from elsewhere', async () => {
    const mail = await rendered(
      mjmlOf('<mj-text>Hello</mj-text>', '<mj-preview>In short</mj-preview>'),
      {},
      'de',
    );

    expect(mail).toMatch(/^<!doctype html>\s*<html lang="de"/);
    expect(mail).toMatch(/display:none[^>]*>In short</);
    expect(mail).toContain('>Hello</div>');
    expect(mail).not.toMatch(/<link|fonts\.googleapis|@import/);
  });

  test('keeps Liquid in texts, attributes, conditions and loops', async () => {
    const body = mjmlOf(
      `<mj-image src="{{ picture }}" alt="{{ name | default: "nobody" | upcase }}" />
<mj-raw>{% for thing in things %}</mj-raw>
<mj-text>{% if thing.price < 3 and thing.price > 1 %}{{ thing.name }} is cheap{% else %}{{ thing.name }} is dear{% endif %}</mj-text>
<mj-raw>{% endfor %}</mj-raw>`,
    );

    const mail = await rendered(body, {
      picture: 'https://example.com/p.png',
      things: [
        { name: 'Tea', price: 2 },
        { name: 'Gold', price: 2000 },
      ],
    });

    expect(mail).toContain('src="https://example.com/p.png"');
    expect(mail).toContain('alt="NOBODY"');
    expect(mail.match(/(Tea|Gold) is \w+/g)).toEqual(['Tea is cheap', 'Gold is dear']);
  });

  test('is the same HTML each time', async () => {
    const body = textOf('Hello {{ contact.name }}');

    expect(await compileMail(body, 'en')).toEqual(await compileMail(body, 'en'));
  });

  test('shows values as text, once escaped, also where the author escapes', async () => {
    const mail = await rendered(textOf('{{ name }}|{{ name | escape }}|{% echo name %}|{% cycle name %}'), {
      name: `<b onclick='x'>"A&B"</b>`,
    });

    const shown = '&lt;b onclick=&#39;x&#39;&gt;&#34;A&amp;B&#34;&lt;/b&gt;';
    expect(mail).toContain([shown, shown, shown, shown].join('|'));
  });

  test('writes dates, numbers and money as its language does', async () => {
    const body = textOf('{{ at | date: "%-d. %B" }}; {{ rate | number }}; {{ total | money: "EUR" }}');
    const values = { at: '2026-03-12T10:00:00Z', rate: 9.5, total: 1234.5 };

    expect(await rendered(body, values, 'de')).toContain('12. März; 9,5; 1.234,50\u00a0€');
    expect(await rendered(body, values, 'en')).toContain('12. March; 9.5; €1,234.50');
  });

  test('sends an amount whose currency is none as a number', async () => {
    expect(await rendered(textOf('{{ 3 | money: unknown }}'), {})).toContain('>3.00<');
  });
});

describe('a link in a mail', () => {
  const button = (href: string) => mjmlOf(`<mj-button href="${href}">Go</mj-button>`);
  const hrefOf = (mail: string) => /<a\s+href="([^"]*)"/.exec(mail)?.[1];

  test.each([
    ['https://example.com/a?b=1&c=2', 'https://example.com/a?b=1&amp;c=2'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
    ['javascript:alert(1)', ''],
    [' JavaScript:alert(1)', ''],
    ['java\nscript:alert(1)', ''],
    ['data:text/html,<script>', ''],
    ['//evil.example', ''],
    ['https://example.com/" onclick="x', ''],
  ])('that is the value %j leads to %j', async (url, href) => {
    expect(hrefOf(await rendered(button('{{ url }}'), { url }))).toBe(href);
  });

  test('encodes values that are parts of it, once', async () => {
    const id = 'a b&c=/"<';
    const encoded = 'a%20b%26c%3D%2F%22%3C';

    expect(hrefOf(await rendered(button('https://example.com/?id={{ id }}'), { id }))).toBe(
      `https://example.com/?id=${encoded}`,
    );
    expect(hrefOf(await rendered(button('https://example.com/?id={{ id | url_part }}'), { id }))).toBe(
      `https://example.com/?id=${encoded}`,
    );
  });

  test.each([
    '{{ scheme }}://example.com',
    'https://{{ host }}/a',
    '{% if a %}{{ a }}{% endif %}',
    'javascript:alert(1)',
    '&#106;avascript:alert(1)',
    '/relative',
  ])('must not be %s', async (href) => {
    expect(await compileMail(button(href), 'en')).toMatchObject({
      ok: false,
      flaws: [{ code: 'unsafe-markup', line: 5 }],
    });
  });
});

describe('a mail is refused, with the line and what to do', () => {
  test.each<[string, string, string, string]>([
    ['an unknown element', '<mj-textt>Hi</mj-textt>', 'not-mjml', 'mj-textt'],
    ['an unknown attribute', '<mj-text colr="red">Hi</mj-text>', 'not-mjml', 'colr'],
    ['a wrong value', '<mj-text font-size="{{ size }}">Hi</mj-text>', 'not-mjml', 'font-size'],
    [
      'an element that is not closed',
      '<mj-text>Hi',
      'not-mjml',
      '</mj-column> stands where </mj-text> belongs',
    ],
    ['text between elements', 'Hello', 'not-mjml', '"Hello" between elements would be lost'],
    [
      'Liquid between elements',
      '{% if a %}<mj-text>Hi</mj-text>{% endif %}',
      'not-mjml',
      'Put it into <mj-raw>',
    ],
    ['a file', '<mj-include path="/etc/passwd" />', 'not-mjml', '<mj-include> reads files'],
    ['an image without alt', '<mj-image src="https://example.com/a.png" />', 'not-mjml', 'has no "alt"'],
    ['a script', '<mj-text><script>alert(1)</script></mj-text>', 'unsafe-markup', '<script> has no place'],
    [
      'a script in mj-raw',
      '<mj-raw><script src="https://x.example"></script></mj-raw>',
      'unsafe-markup',
      '<script>',
    ],
    ['a handler', '<mj-text><b onclick="x()">Hi</b></mj-text>', 'unsafe-markup', '"onclick" has no place'],
    [
      'a handler smuggled through quotes',
      `<mj-button href='https://a.example/" onclick="x()'>Hi</mj-button>`,
      'unsafe-markup',
      '',
    ],
    ['a frame', '<mj-raw><iframe src="https://x.example"></iframe></mj-raw>', 'unsafe-markup', '<iframe>'],
    ['a form', '<mj-raw><form action="https://x.example"></form></mj-raw>', 'unsafe-markup', '<form>'],
    ['a picture that is code', '<mj-raw><svg></svg></mj-raw>', 'unsafe-markup', '<svg>'],
    [
      'Liquid in an attribute without quotes',
      '<mj-text><a title={{ name }}>Hi</a></mj-text>',
      'unsafe-markup',
      'name="value"',
    ],
    [
      'Liquid in a style',
      '<mj-text><b style="color: {{ color }}">Hi</b></mj-text>',
      'unsafe-markup',
      'stands in a style',
    ],
    [
      'Liquid as an attribute',
      '<mj-text><b {{ a }}>Hi</b></mj-text>',
      'unsafe-markup',
      'name of an attribute',
    ],
    [
      'a style that swallows the rest',
      '<mj-text><style>Hi</mj-text>',
      'unsafe-markup',
      '<style> is not closed',
    ],
    [
      'Liquid as an element',
      '<mj-text><{{ tag }}>Hi</{{ tag }}></mj-text>',
      'unsafe-markup',
      'name of an element',
    ],
    [
      'Liquid across attributes',
      '<mj-text><b title="{% if a %}" lang="{% endif %}">Hi</b></mj-text>',
      'unsafe-markup',
      'begin and end inside it',
    ],
    [
      'a filter that does not escape',
      '<mj-text>{{ name | raw }}</mj-text>',
      'not-liquid',
      'undefined filter: raw',
    ],
    ['an unknown filter', '<mj-text>{{ name | shout }}</mj-text>', 'not-liquid', 'undefined filter: shout'],
    ['Liquid that does not end', '<mj-text>{% if a %}Hi</mj-text>', 'not-liquid', '{% if a %} not closed'],
  ])('for %s', async (_, content, code, what) => {
    const compiled = await compileMail(mjmlOf(content), 'en');

    expect(compiled.ok).toBe(false);
    if (compiled.ok) return;
    const [flaw] = compiled.flaws;
    expect(flaw?.code).toBe(code);
    expect(flaw?.what).toContain(what);
    expect([5, 6]).toContain(flaw?.line);
  });

  test('for styles written into elements, which the compiler cannot do', async () => {
    const compiled = await compileMail(
      mjmlOf('', '<mj-style inline="inline">.a { color: red }</mj-style>'),
      'en',
    );

    expect(compiled).toMatchObject({ ok: false, flaws: [{ code: 'not-mjml', line: 2 }] });
  });

  test('for Liquid that would be lost, because nothing shows what it stands in', async () => {
    const unused = '<mj-attributes><mj-class name="unused" title="{{ name }}" /></mj-attributes>';

    expect(await compileMail(mjmlOf('', unused), 'en')).toMatchObject({
      ok: false,
      flaws: [{ code: 'not-mjml', line: 2, what: expect.stringContaining('would lose {{ name }}') }],
    });
  });

  test('for a style that Liquid changes', async () => {
    const compiled = await compileMail(mjmlOf('', '<mj-style>.a { color: {{ color }} }</mj-style>'), 'en');

    expect(compiled).toMatchObject({ ok: false, flaws: [{ code: 'unsafe-markup', line: 2 }] });
  });

  test('when mail programs would cut it off', async () => {
    const long = textOf('A long letter. '.repeat(7000));

    expect(await compileMail(long, 'en')).toMatchObject({ ok: false, flaws: [{ code: 'mail-too-large' }] });
  });
});

describe('a template', () => {
  test('is checked in every language, and told by path, line and remedy', async () => {
    const template = mailTemplate({ en: textOf('Hi'), de: textOf('<script>1</script>') });

    const { html, problems } = await compileTemplate(template);

    expect([...html.keys()]).toEqual(['en']);
    expect(problems).toEqual([
      {
        code: 'unsafe-markup',
        severity: 'error',
        document: 'templates/letter',
        path: 'languages.de.body',
        message: expect.stringMatching(/^Line 5: <script> has no place in a mail\. .*Take it out/),
      },
    ]);
  });

  test('may be plain text, and then only its Liquid is checked', async () => {
    const sound = mailTemplate({ en: 'Hello {{ contact.name }},\n1 < 2' });
    const broken = mailTemplate({ en: 'Hello\n{{ contact.name' });

    expect((await compileTemplate(sound)).problems).toEqual([]);
    expect((await compileTemplate(broken)).problems).toMatchObject([
      { code: 'not-liquid', path: 'languages.en.body', message: expect.stringContaining('Line 2') },
    ]);
  });

  test('cannot be HTML without MJML, nor a text message in MJML', async () => {
    const html = mailTemplate({ en: '<p>Hello {{ contact.name }}</p>' });
    const sms = mailTemplate({ en: textOf('Hi') }, { channel: 'sms' });

    for (const template of [html, sms])
      expect((await compileTemplate(template)).problems).toMatchObject([{ code: 'not-mjml' }]);
  });

  test('with a subject that is no Liquid is refused', async () => {
    const template = { ...mailTemplate({}), languages: { en: { subject: '{{ a', body: 'Hello' } } };

    expect((await compileTemplate(template)).problems).toMatchObject([{ path: 'languages.en.subject' }]);
  });
});

describe('sending a template', () => {
  const noHtml = async () => undefined;

  test('a plain text that a value turns into HTML is not sent', async () => {
    const template = mailTemplate({ en: '{{ contact.name }}, hello' });

    expect(await renderTemplate(template, { contact: { name: 'Ana <3' } }, noHtml)).toMatchObject({
      ok: true,
      message: { body: 'Ana <3, hello' },
    });
    expect(await renderTemplate(template, { contact: { name: '<p><script>' } }, noHtml)).toEqual({
      ok: false,
      reason: 'a plain text would be taken for HTML',
    });
  });

  test('MJML that was never compiled is not sent', async () => {
    expect(await renderTemplate(mailTemplate({ en: textOf('Hi') }), {}, noHtml)).toEqual({
      ok: false,
      reason: 'no HTML for language en',
    });
  });

  test('a subject is one line of text and is not escaped', async () => {
    const template = {
      ...mailTemplate({}),
      languages: { en: { subject: 'To {{ contact.name }}', body: 'Hello' } },
    };

    expect(await renderTemplate(template, { contact: { name: "O'Neill\nBcc: x" } }, noHtml)).toMatchObject({
      message: { subject: "To O'Neill Bcc: x" },
    });
  });

  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['de_CH', 'de'],
    [' DE ', 'de'],
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['pt-br', 'pt-BR'],
    ['fr', 'en'],
    ['German', 'en'],
    ['__proto__', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    [7, 'en'],
  ])('to a contact whose language is %j is done in %s', async (language, spoken) => {
    const template = mailTemplate({ en: 'Hello', de: 'Hallo', 'pt-BR': 'Olá' });

    const contact: JsonObject = language === undefined ? {} : { language };
    expect(await renderTemplate(template, { contact }, noHtml)).toMatchObject({
      message: { subject: `Letter ${spoken}` },
    });
  });
});

test('a long text is stored as a sixth of it and comes back the same; a short one stays readable', () => {
  const mail = `<!doctype html>${'<td style="padding: 3px 0; font-weight: 600;">Grüße \u{1F600}</td>'.repeat(200)}`;

  expect(unpackText(packText(mail))).toBe(mail);
  expect(packText(mail).length).toBeLessThan(mail.length / 6);
  expect(packText('Hello')).toBe('Hello');
  expect(unpackText('br: Hello')).toBe('br: Hello');
});
