import type { Template } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { zoneOffset } from '@baton/rules/time/zone.ts';
import { filters, Liquid, type Template as Parsed } from 'liquidjs';
import { boundWork, inWords, workAtMost } from '../templates/bound-work.ts';

/**
 * Liquid without any way out: no files, own properties only, unknown filters refused, parsing, rendering and memory
 * bounded. An absent value renders as nothing, because a message must not fail on a name nobody gave. The limit on time
 * (ms) is a last resort far above what any message takes, because a limit that a slow machine reaches would make the same
 * message sent here and skipped there.
 */
const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  relativeReference: false,
  templates: {},
  timezoneOffset: 0,
  parseLimit: 200_000,
  renderLimit: 2000,
  memoryLimit: workAtMost,
});

/** The library's own way from a zone's name to its offset takes a third of a millisecond; ours remembers zones. */
const dateFilter = filters.date;
if (typeof dateFilter === 'function')
  liquid.registerFilter('date', function (value: unknown, format?: unknown, zone?: unknown) {
    return dateFilter.call(this, value, format, typeof zone === 'string' ? offsetOf(value, zone) : zone);
  });

boundWork(liquid);

/** Minutes that a zone's time is behind UTC at an instant, as the filter counts them. */
function offsetOf(value: unknown, zone: string): unknown {
  const at = typeof value === 'string' || typeof value === 'number' ? new Date(value).getTime() : Number.NaN;
  const offset = Number.isNaN(at) ? undefined : zoneOffset(at, zone);
  return offset === undefined ? zone : -offset / 60_000;
}

const parsed = new Map<string, Parsed[]>();
const parsedAtMost = 2000;

export type Rendered =
  | { ok: true; message: { subject?: string; body: string } }
  | { ok: false; reason: string };

/** Fills a template with the facts of one contact. */
export function renderTemplate(template: Pick<Template, 'subject' | 'body'>, given: JsonObject): Rendered {
  const values = withKnownZone(given);
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
          ? inWords(error.message.split('\n')[0] ?? 'cannot be rendered')
          : 'cannot be rendered',
    };
  }
}

/** A zone that nobody knows must not keep a message from being sent; the instant is then given in UTC. */
function withKnownZone(values: JsonObject): JsonObject {
  const { contact } = values;
  if (typeof contact !== 'object' || contact === null || Array.isArray(contact)) return values;
  const { timeZone, ...others } = contact;
  const known = typeof timeZone === 'string' && (zones.has(timeZone) || timeZone === 'UTC');
  return timeZone === undefined || known ? values : { ...values, contact: others };
}

const zones = new Set(Intl.supportedValuesOf('timeZone'));

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
