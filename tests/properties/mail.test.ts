import { compileTemplate } from '@baton/functions/templates/check-templates.ts';
import { compileMail } from '@baton/functions/templates/compile-mail.ts';
import { renderTemplate } from '@baton/functions/use-cases/render-template.ts';
import { sampleLinks } from '@baton/rules/documents/template.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attack, hostileText, pieceOfMail } from '../support/hostile-mails.ts';
import { mjmlOf, rendered, valuesIn } from '../support/mails.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const library = await shippedLibrary();
const marker = 'marker0value';

const everywhere = mjmlOf(
  `<mj-text><p title="{{ v }}" class='{{ v }}'>{{ v }} {% assign w = v %}{{ w | prepend: v }}{% capture c %}{{ v }}{% endcapture %}</p></mj-text>
<mj-image src="https://example.com/{{ v }}.png" alt="{{ v }}" />
<mj-button href="https://example.com/?v={{ v }}&w={{ v }}" title="{{ v }}">{{ v | upcase | downcase }}</mj-button>
<mj-table><tr><td>{% for i in list %}{{ i }}{% endfor %}</td></tr></mj-table>
<mj-raw>{{ v }}{% echo v %}{% cycle v, v %}</mj-raw>`,
  '<mj-preview>{{ v }}</mj-preview>',
);

const plainOf = await rendered(everywhere, { v: marker, list: [marker] });

test('no value becomes markup, wherever a mail shows it', async () => {
  await fc.assert(
    fc.asyncProperty(hostileText, async (v) => {
      const mail = await rendered(everywhere, { v, list: [v] });

      const shown = valuesIn(plainOf, marker, mail);

      expect(shown).toBeDefined();
      for (const value of shown ?? []) expect(value).not.toMatch(/[<>"']/);
    }),
    { numRuns: 300 },
  );
});

test('a value that is a whole link leads to a page, a mailbox or a phone, or nowhere', async () => {
  const linked = mjmlOf(
    '<mj-button href="{{ v }}">Go</mj-button><mj-text><a href="{{ v }}">Go</a></mj-text>',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostileText, attack, fc.webUrl()), async (v) => {
      const mail = await rendered(linked, { v });

      const links = Array.from(mail.matchAll(/<a\s+href="([^"]*)"/g), ([, href]) => href);
      expect(links).toHaveLength(2);
      for (const href of links) expect(href).toMatch(/^$|^(https?:\/\/|mailto:|tel:)[^\s<>"']*$/i);
    }),
    { numRuns: 300 },
  );
});

/** The same values with every text in them exchanged. */
function withTexts(value: Json, text: string): Json {
  if (typeof value === 'string') return text;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => withTexts(entry, text));
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withTexts(entry, text)]));
}

test.each([...library.templates.values()].map((template) => ({ id: template.id, template })))(
  'no fact becomes markup in $id',
  async ({ template }) => {
    const { html } = await compileTemplate(template);
    const mailFor = async (text: string, language: string) => {
      const facts = Object.entries(template.sample).map(([name, value]) => [name, withTexts(value, text)]);
      const values: JsonObject = { ...sampleLinks, ...Object.fromEntries(facts) };
      const contact = typeof values.contact === 'object' ? { ...values.contact, language } : { language };
      const sent = await renderTemplate(template, { ...values, contact }, async (wanted) => html.get(wanted));
      return sent.ok ? sent.message.body : expect.fail(sent.reason);
    };
    for (const language of Object.keys(template.languages)) {
      const plain = await mailFor(marker, language);
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          const shown = valuesIn(plain, marker, await mailFor(text, language));

          expect(shown).toBeDefined();
          for (const value of shown ?? []) expect(value).not.toMatch(/[<>"']/);
        }),
        { numRuns: 15 },
      );
    }
  },
);

test('any text is refused or compiled; what is compiled shows no value as markup', async () => {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieceOfMail, { minLength: 1, maxLength: 9 }),
      hostileText,
      async (pieces, v) => {
        const body = mjmlOf(`<mj-text>${pieces.join('')}</mj-text>`);
        const result = await compileMail(body, 'en');
        if (!result.ok) {
          for (const { what } of result.flaws) expect(what).toMatch(/\S.*\.$/);
          return;
        }
        compiled++;
        const plain = await rendered(body, { v: marker });
        const shown = valuesIn(plain, marker, await rendered(body, { v }));
        expect(shown).toBeDefined();
        for (const value of shown ?? []) expect(value).not.toMatch(/[<>"']/);
      },
    ),
    { numRuns: 1500 },
  );
  expect(compiled).toBeGreaterThan(100);
});
