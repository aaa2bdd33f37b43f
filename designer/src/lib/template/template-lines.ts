import type { DocumentLine } from '@baton/functions/api/views.ts';
import type { Library, Template } from '@baton/rules/documents/index.ts';

/** One template in the list: what the host says of it, what is live of it, and which journeys send it. */
export type TemplateLine = {
  line: DocumentLine;
  template?: Template;
  usedBy: { id: string; title: string }[];
};

export function templateLines(lines: readonly DocumentLine[], library: Library): TemplateLine[] {
  return lines
    .filter(({ kind }) => kind === 'templates')
    .map((line): TemplateLine => {
      const template = library.templates.get(line.id);
      return { line, usedBy: journeysThatSend(line.id, library), ...(template ? { template } : {}) };
    })
    .sort((a, b) => (a.line.title < b.line.title ? -1 : 1));
}

export const journeysThatSend = (id: string, { journeys }: Library): { id: string; title: string }[] =>
  [...journeys.values()]
    .filter(({ steps }) => Object.values(steps).some((step) => step.kind === 'send' && step.template === id))
    .map((journey) => ({ id: journey.id, title: journey.title }));

/** Whether the words of a search stand in what is shown of a line. */
export function matches({ line, template, usedBy }: TemplateLine, search: string): boolean {
  const about = [line.title, line.id, line.team, template?.channel ?? '', ...usedBy.map(({ title }) => title)]
    .join(' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => about.includes(word));
}

export const channelNames: Readonly<Record<Template['channel'], string>> = {
  email: 'E-mail',
  sms: 'SMS',
  push: 'Push',
  webhook: 'Webhook',
};
