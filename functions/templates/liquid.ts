import { zoneOffset } from '@baton/rules/time/zone.ts';
import { filters, Liquid, type Template as Parsed } from 'liquidjs';
import { boundWork, workAtMost } from './bound-work.ts';

/** What a text becomes: plain text as it is, or HTML in which no value can be markup. */
export type Form = 'text' | 'html';
type Engine = { liquid: Liquid; parsed: Map<string, Parsed[]> };

const dateFilter = filters.date;
const parsedAtMost = 2000;
const engines = new Map<string, Engine>();

/** Parses a text once. Throws with a sentence that names line and column where it is no Liquid. */
export function parseLiquid(text: string, form: Form, language: string): Parsed[] {
  const { liquid, parsed } = engineFor(form, language);
  const known = parsed.get(text);
  if (known) return known;
  const template = liquid.parse(text);
  if (parsed.size >= parsedAtMost) parsed.clear();
  parsed.set(text, template);
  return template;
}

export const renderLiquid = (text: string, form: Form, language: string, values: object): string =>
  String(engineFor(form, language).liquid.renderSync(parseLiquid(text, form, language), values));

function engineFor(form: Form, language: string): Engine {
  const name = `${form} ${language}`;
  const engine = engines.get(name) ?? { liquid: createLiquid(form, language), parsed: new Map() };
  engines.set(name, engine);
  return engine;
}

/**
 * Liquid without any way out: no files, own properties only, unknown filters refused, parsing, rendering and memory
 * bounded. An absent value renders as nothing, because a message must not fail on a name nobody gave. The limit on time
 * (ms) is a last resort far above what any message takes, because a limit that a slow machine reaches would make the same
 * message sent here and skipped there.
 *
 * In HTML every value is escaped, and there is no `raw`: facts come from forms and other systems, and none of them is
 * markup that somebody has looked at.
 */
function createLiquid(form: Form, language: string): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    relativeReference: false,
    templates: {},
    timezoneOffset: 0,
    locale: language,
    parseLimit: 200_000,
    renderLimit: 2000,
    memoryLimit: workAtMost,
    ...(form === 'html' ? { outputEscape: 'escape' as const } : {}),
  });
  // The library's own way from a zone's name to its offset takes a third of a millisecond; ours remembers zones.
  if (typeof dateFilter === 'function')
    liquid.registerFilter('date', function (value: unknown, format?: unknown, zone?: unknown) {
      return dateFilter.call(this, value, format, typeof zone === 'string' ? offsetOf(value, zone) : zone);
    });
  liquid.registerFilter('number', (value: unknown) => formatted(value, language, {}));
  liquid.registerFilter('money', (value: unknown, currency: unknown) =>
    formatted(value, language, moneyStyle(currency)),
  );
  liquid.registerFilter('mail_link', mailLink);
  liquid.registerFilter('url_part', (value: unknown) => encodeURIComponent(textOf(value).toWellFormed()));
  if (form === 'html') {
    liquid.unregisterFilter('raw');
    // Everything is escaped at the end; escaping it before as well would show "&amp;".
    for (const name of ['escape', 'xml_escape', 'escape_once'])
      liquid.registerFilter(name, (value: unknown) => value);
  }
  boundWork(liquid);
  return liquid;
}

/** Minutes that a zone's time is behind UTC at an instant, as the filter counts them. */
function offsetOf(value: unknown, zone: string): unknown {
  const at = typeof value === 'string' || typeof value === 'number' ? new Date(value).getTime() : Number.NaN;
  const offset = Number.isNaN(at) ? undefined : zoneOffset(at, zone);
  return offset === undefined ? zone : -offset / 60_000;
}

function formatted(value: unknown, language: string, style: Intl.NumberFormatOptions): unknown {
  return typeof value === 'number' ? new Intl.NumberFormat(language, style).format(value) : value;
}

/** A currency that is none must not keep a message from being sent; the amount then stands alone. */
const moneyStyle = (currency: unknown): Intl.NumberFormatOptions =>
  typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
    ? { style: 'currency', currency }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };

/** A link that leads to a page, a mailbox or a phone, and nothing that a browser would run. */
function mailLink(value: unknown): string {
  const text = textOf(value).trim();
  return /^(https?:\/\/|mailto:|tel:)[^\s\p{Cc}]+$/iu.test(text) ? text : '';
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
