import type { Template } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { Liquid, type Template as Parsed } from 'liquidjs';

/**
 * Liquid without any way out: no files, own properties only, unknown filters refused, parsing, rendering and memory
 * bounded. An absent value renders as nothing, because a message must not fail on a name nobody gave.
 */
const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  relativeReference: false,
  templates: {},
  parseLimit: 200_000,
  renderLimit: 50,
  memoryLimit: 2_000_000,
});

const parsed = new Map<string, Parsed[]>();
const parsedAtMost = 2000;

export type Rendered =
  | { ok: true; message: { subject?: string; body: string } }
  | { ok: false; reason: string };

/** Fills a template with the facts of one contact. */
export function renderTemplate(template: Pick<Template, 'subject' | 'body'>, values: JsonObject): Rendered {
  try {
    const body = render(template.body, values);
    return {
      ok: true,
      message: template.subject ? { subject: oneLine(render(template.subject, values)), body } : { body },
    };
  } catch (error) {
    return {
      ok: false,
      reason:
        error instanceof Error
          ? (error.message.split('\n')[0] ?? 'cannot be rendered')
          : 'cannot be rendered',
    };
  }
}

function render(text: string, values: JsonObject): string {
  const template = parsed.get(text) ?? remember(text, liquid.parse(text));
  return String(liquid.renderSync(template, values));
}

function remember(text: string, template: Parsed[]): Parsed[] {
  if (parsed.size >= parsedAtMost) parsed.clear();
  parsed.set(text, template);
  return template;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
