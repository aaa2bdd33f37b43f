import fc from 'fast-check';

/** Texts that attack, alone and in the middle of others. */
export const attack = fc.constantFrom(
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '</title></style></textarea><svg/onload=alert(1)>',
  '--><script>',
  '<![endif]-->',
  '{{ contact }}',
  '{% raw %}',
  '&lt;script&gt;',
  '&#60;b&#62;',
  '\u2028</div>',
  '\ud800<b>',
);
export const hostileText = fc
  .array(fc.oneof(attack, fc.string({ unit: 'binary', maxLength: 12 })), { minLength: 1, maxLength: 4 })
  .map((parts) => `v${parts.join('')}`);

/** Pieces of mails, which make whole and broken ones. */
export const pieceOfMail = fc.constantFrom(
  '<mj-text>',
  '</mj-text>',
  '<mj-raw>',
  '</mj-raw>',
  '<mj-button href="',
  '<mj-image alt="" src="',
  '<a href="',
  "<a href='",
  '<p title="',
  '<style>',
  '</style>',
  '<title>',
  '</title>',
  '<script>',
  '</script>',
  '<!--',
  '-->',
  '<!--[if mso]>',
  '<![endif]-->',
  '">',
  "'>",
  '" ',
  '/>',
  '<',
  '>',
  '{{ v }}',
  '{{ v',
  '{% if v %}',
  '{% else %}',
  '{% endif %}',
  '{% raw %}',
  '{% endraw %}',
  'https://example.com/',
  'javascript:',
  ' onclick=',
  'text ',
  '\n',
);
