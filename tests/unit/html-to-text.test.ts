import { htmlToText } from '@baton/functions/adapters/html-to-text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('a mail reads as text with its lines, links and pictures', () => {
  const html = `<!doctype html><html><head><title>No</title><style>p { color: red }</style></head><body>
    <!-- <p>not this</p> -->
    <h1>Gr&uuml;&szlig;e &amp; mehr</h1>
    <p>Liebe <b>Ana</b>,<br>Ihr   Zins:
    3,9&nbsp;%&#33;</p>
    <ul><li>eins</li><li>zwei</li></ul>
    <a href="https://example.com/a?b=1&amp;c=2">Zum Angebot</a> <img src="x.png" alt="Haus">
    <a href='https://example.com'>https://example.com</a>
    <table><tr><td>Rate</td><td>90 €</td></tr></table>
    <script>alert(1)</script></body></html>`;

  expect(htmlToText(html)).toBe(
    [
      'Grüße & mehr',
      '',
      'Liebe Ana,',
      'Ihr Zins: 3,9 %!',
      '',
      '- eins',
      '- zwei',
      '',
      'Zum Angebot (https://example.com/a?b=1&c=2) Haus https://example.com',
      '',
      'Rate 90 €',
    ].join('\n'),
  );
});

test.each([
  ['3 < 5 and &unknown; stay', '3 < 5 and &unknown; stay'],
  ['<p>open <b', 'open'],
  ['a <!-- never closed', 'a'],
  ['a <style> never closed', 'a'],
  ['İ <STYLE>x</STYLE> b', 'İ b'],
  ['&#0; &#55296; &#x110000; x', 'x'],
  ['<a href="javascript:x()">go</a>', 'go'],
  ['', ''],
])('%j reads as %j', (html, text) => {
  expect(htmlToText(html)).toBe(text);
});

test('whatever HTML is like, it is read in one pass and leaves no tag it knows', () => {
  const piece = fc.constantFrom(
    '<p>',
    '</p>',
    '<a href="',
    '">',
    '<',
    '>',
    '<!--',
    '-->',
    '<style',
    '&amp;',
    'x',
    ' ',
    '"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(htmlToText(pieces.join(''))).not.toMatch(/<p>|<\/p>|-->.*<!--/);
    }),
  );
});

test.each(['<', '<!--', '<style>', '<a href="', '&', '<p>', ' '])(
  'a long text of nothing but %j does not hold up the host',
  (piece) => {
    const began = process.cpuUsage();

    htmlToText(piece.repeat(200_000 / piece.length));

    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
  },
);
