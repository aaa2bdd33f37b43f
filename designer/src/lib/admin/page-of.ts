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
