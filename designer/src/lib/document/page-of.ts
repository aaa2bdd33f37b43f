/** Where a document is edited; nothing where there is no page for its kind. */
export function pageOf({ kind, document }: { kind?: string; document?: string }): string | undefined {
  if (!kind || !document) return undefined;
  const folder = folders[kind];
  return folder && `${folder}/${encodeURIComponent(document)}`;
}

const folders: Readonly<Record<string, string>> = {
  journeys: '/journeys',
  'best-practice': '/rules',
  tables: '/tables',
  stages: '/cycle/stages',
  handovers: '/cycle/handovers',
};

/** What one document of a kind is called within a sentence. */
export const sayKind = (kind: string): string => kindWords[kind] ?? kind;

const kindWords: Readonly<Record<string, string>> = {
  facts: 'facts',
  events: 'event',
  'best-practice': 'rule',
  tables: 'decision table',
  stages: 'stage',
  handovers: 'handover',
  journeys: 'journey',
  campaigns: 'campaign',
  templates: 'template',
  calendars: 'calendar',
  'service-levels': 'service level',
  settings: 'settings',
  channels: 'channel',
};
