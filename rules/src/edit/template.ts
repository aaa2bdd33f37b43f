import { Template } from '../documents/template.ts';
import type { Json, JsonObject } from '../json.ts';
import { type Edited, edited, refused } from './edited.ts';

/** Everything that can be done to a template, as pure functions. */
type EditedTemplate = Edited<Template>;
type Texts = Template['languages'][string];

export type TemplateFields = Partial<Pick<Template, 'title' | 'why' | 'channel'>> & { team?: string };

export function changeTemplate(template: Template, { team, ...fields }: TemplateFields): EditedTemplate {
  const owner = team === undefined ? template.owner : { ...template.owner, team };
  return edited({ ...template, ...fields, owner });
}

/** Another subject or body in one language. An empty subject is none. */
export function changeTexts(template: Template, language: string, texts: Partial<Texts>): EditedTemplate {
  const before = template.languages[language];
  if (!before) return refused(`It is not written in "${language}" any more.`);
  const { subject, ...rest } = { ...before, ...texts };
  const after = subject ? { subject, ...rest } : rest;
  return edited({ ...template, languages: { ...template.languages, [language]: after } });
}

const known = Template.shape.language;

/** A language to write it in, begun with the texts of the default one. */
export function addLanguage(template: Template, language: string): EditedTemplate {
  if (!known.safeParse(language).success)
    return refused('Name a language such as "de", or with its country "pt-BR".');
  if (template.languages[language]) return refused(`It is written in "${language}" already.`);
  const texts = template.languages[template.language] ?? { body: '' };
  return edited({ ...template, languages: { ...template.languages, [language]: texts } });
}

export function removeLanguage(template: Template, language: string): EditedTemplate {
  if (!template.languages[language]) return refused(`It is not written in "${language}" any more.`);
  if (language === template.language)
    return refused('Contacts whose language is not known get this one. Make another the default first.');
  const { [language]: _, ...languages } = template.languages;
  return edited({ ...template, languages });
}

/** What contacts get whose language is not known. */
export function makeDefault(template: Template, language: string): EditedTemplate {
  return template.languages[language]
    ? edited({ ...template, language })
    : refused(`It is not written in "${language}" any more.`);
}

/** Another made-up value for the preview; `undefined` takes it away. `path` leads there: contact, city. */
export function changeSample(
  template: Template,
  path: readonly string[],
  value: Json | undefined,
): EditedTemplate {
  return edited({ ...template, sample: withValue(template.sample, path, value) });
}

function withValue(
  values: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: Json | undefined,
): JsonObject {
  if (rest.length === 0) {
    const { [name]: _, ...others } = values;
    return value === undefined ? others : { ...values, [name]: value };
  }
  const inner = Object.hasOwn(values, name) ? values[name] : undefined;
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  return { ...values, [name]: withValue(isObject ? inner : {}, rest, value) };
}

/** A template with nothing in it but a greeting. */
export function emptyTemplate(given: {
  id: string;
  title: string;
  team: string;
  channel: Template['channel'];
}): Template {
  const { id, title, team, channel } = given;
  const isMail = channel === 'email';
  return {
    $schema: '../../schemas/templates.schema.json',
    id,
    title,
    why: 'Say here for whom it is and what it is to bring about.',
    owner: { team },
    managedBy: 'designer',
    channel,
    language: 'en',
    languages: {
      en: { ...(isMail ? { subject: title } : {}), body: isMail ? firstMail : 'Hello {{ contact.name }},' },
    },
    sample: { contact: { name: 'Ana Ribeiro' } },
  };
}

const firstMail = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ contact.name }},</mj-text>
        <mj-text><a href="{{ unsubscribe }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`;
