import { markPattern, marksIn } from './marks.ts';
import type { Attribute, MarkupFlaw } from './markup.ts';

const linking = new Set(['href', 'src', 'background', 'action', 'cite', 'longdesc', 'xlink:href']);
const harmless = /^\s*(https?:\/\/|mailto:|tel:|sms:|cid:|#)/i;
const encoded = /\|\s*(url_encode|uri_escape|cgi_escape|url_part)\s*-?\}\}$/;

/**
 * Makes the links of a mail safe for any value. An address that is one output goes through `mail_link`, which lets pages,
 * mailboxes and phones through; in an address that begins as a fixed text each value is encoded as a part of it.
 * Anything else could become an address that runs something, and is refused. Changes `liquid` where it stands in links.
 */
export function secureLinks(attributes: readonly Attribute[], liquid: string[]): MarkupFlaw[] {
  return attributes.flatMap(({ name, value }): MarkupFlaw[] => {
    if (!linking.has(name)) return [];
    const marks = marksIn(value);
    const [mark] = marks;
    if (mark === undefined) return flawsOfFixed(name, value);

    const isWhole = value.replace(markPattern, '').trim() === '' && marks.length === 1;
    if (isWhole && isOutput(liquid[mark])) {
      filter(liquid, mark, 'mail_link');
      return [];
    }
    const before = value.slice(0, value.search(markPattern));
    if (/^\s*(https?:\/\/[^/?#]+[/?#]|mailto:|tel:|sms:)/i.test(before)) {
      for (const part of marks) if (isOutput(liquid[part])) filter(liquid, part, 'url_part');
      return [];
    }
    return [
      {
        mark,
        what: `The address in "${name}" could become anything. Let it be one {{ value }}, or begin with a fixed https://host/.`,
      },
    ];
  });
}

function flawsOfFixed(name: string, value: string): MarkupFlaw[] {
  if (value.trim() === '' || harmless.test(value)) return [];
  return [
    {
      near: value,
      what: `${JSON.stringify(value.slice(0, 40))} in "${name}" is no address for a mail. Begin with https://, mailto: or tel:.`,
    },
  ];
}

const isOutput = (text: string | undefined): boolean => text?.startsWith('{{') ?? false;

function filter(liquid: string[], mark: number, name: string): void {
  const output = liquid[mark] ?? '';
  if (name === 'url_part' && encoded.test(output)) return;
  liquid[mark] = output.replace(/\s*(-?\}\})$/, ` | ${name} $1`);
}
