import type { DocumentLine } from '@baton/functions/api/views.ts';
import type { Right } from '@baton/rules/roles.ts';
import { pageOf, sayKind } from '#lib/document/kinds.ts';
import { places } from '#lib/shell/places.ts';
import { sayName } from '#lib/words/values.ts';

/** Something that can be gone to or done. `id` names it for good; `words` are others by which people look for it. */
export type Choice = { id: string; title: string; about: string; words: string; kind: string; href?: string };
export type Group = { title: string; choices: Choice[]; more: number };

type Offered = { title: string; href: string; right: Right; about?: string; words?: string };

const pages: readonly Offered[] = [
  ...places.filter(({ href }) => href !== '/admin'),
  { title: 'People', href: '/admin', right: 'see-people', about: 'Admin', words: 'users accounts team' },
  { title: 'Roles', href: '/admin/roles', right: 'see-figures', about: 'Admin', words: 'rights permissions' },
  {
    title: 'Settings',
    href: '/admin/settings',
    right: 'see-figures',
    about: 'Admin',
    words: 'channels quiet hours caps consent holidays working hours service levels teams holdout',
  },
  { title: 'Audit', href: '/admin/audit', right: 'see-audit', about: 'Admin', words: 'who changed what' },
  {
    title: 'Not taken',
    href: '/admin/quarantine',
    right: 'see-quarantine',
    about: 'Admin',
    words: 'quarantine dead letters redrive',
  },
];

const commands: readonly (Offered & { id: string })[] = [
  {
    id: 'new-journey',
    title: 'New journey',
    href: '/journeys?new',
    right: 'edit-documents',
    words: 'create add draw',
  },
  {
    id: 'import-contacts',
    title: 'Import contacts',
    href: '/contacts/import',
    right: 'import-contacts',
    words: 'csv file upload excel',
  },
  {
    id: 'filter-contacts',
    title: 'Filter contacts by a condition',
    href: '/contacts?filter={}',
    right: 'see-contacts',
    words: 'segment who fits list',
  },
  {
    id: 'overdue-tasks',
    title: 'See overdue tasks',
    href: '/tasks?overdue=true',
    right: 'work-desk',
    words: 'late due',
  },
  {
    id: 'start-campaign',
    title: 'Start a campaign',
    href: '/campaigns',
    right: 'run-journeys',
    words: 'run send',
  },
];

export const signingOut: Choice = {
  id: 'command:sign-out',
  kind: 'command',
  title: 'Sign out',
  about: '',
  words: 'log out leave',
};

type May = (right: Right) => boolean;

export const pagesFor = (may: May): Choice[] =>
  pages
    .filter(({ right }) => may(right))
    .map(({ title, href, about = '', words = '' }) => ({
      ...{ id: `page:${href}`, kind: 'page', title, about, words, href },
    }));

export const commandsFor = (may: May, isSignedIn: boolean): Choice[] => [
  ...commands
    .filter(({ right }) => may(right))
    .map(({ id, title, href, about = '', words = '' }) => ({
      ...{ id: `command:${id}`, kind: 'command', title, about, words, href },
    })),
  ...(isSignedIn ? [signingOut] : []),
];

/** The documents that have a page to go to. */
export function documentChoices(lines: readonly DocumentLine[]): Choice[] {
  return lines.flatMap(({ kind, id, title, team, version }) => {
    const href = pageOf(kind, id);
    if (!href) return [];
    const about = `${sayName(team)}${version === 0 ? ' · not live yet' : ''}`;
    return [{ id: `document:${kind}/${id}`, kind, title, about, words: `${id} ${sayKind(kind)}`, href }];
  });
}

/** The order of groups where they fit equally well. */
const groups: readonly { kind: string; title: string }[] = [
  { kind: 'command', title: 'Commands' },
  { kind: 'page', title: 'Pages' },
  { kind: 'journeys', title: 'Journeys' },
  { kind: 'best-practice', title: 'Rules' },
  { kind: 'tables', title: 'Decision tables' },
  { kind: 'stages', title: 'Stages' },
  { kind: 'handovers', title: 'Handovers' },
  { kind: 'campaigns', title: 'Campaigns' },
  { kind: 'templates', title: 'Templates' },
  { kind: 'channels', title: 'Channels' },
  { kind: 'calendars', title: 'Working hours' },
  { kind: 'service-levels', title: 'Service levels' },
  { kind: 'settings', title: 'Program' },
  { kind: 'facts', title: 'Facts' },
  { kind: 'events', title: 'Events' },
];

const mostOfAGroup = 6;

/** What the typed words name, the group with the best of them first. Without words: recent choices, commands and pages. */
export function groupsFor(
  all: readonly Choice[],
  typed: string,
  recent: readonly string[],
): readonly Group[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? atFirst(all, recent) : fitting(all, words);
}

function atFirst(all: readonly Choice[], recent: readonly string[]): Group[] {
  const again = recent.flatMap((id) => all.filter((choice) => choice.id === id));
  const others = all.filter(
    ({ kind, id }) => (kind === 'page' || kind === 'command') && !recent.includes(id),
  );
  const of = (wanted: string) => others.filter(({ kind }) => kind === wanted);
  return [
    { title: 'Recent', choices: again, more: 0 },
    { title: 'Commands', choices: of('command'), more: 0 },
    { title: 'Pages', choices: of('page'), more: 0 },
  ].filter(({ choices }) => choices.length > 0);
}

function fitting(all: readonly Choice[], words: readonly string[]): Group[] {
  return groups
    .map(({ kind, title }) => {
      const ranked = all
        .filter((choice) => choice.kind === kind)
        .map((choice) => ({ choice, rank: rankOf(choice, words) }))
        .filter(({ rank }) => rank < noFit)
        .sort((one, other) => one.rank - other.rank);
      return {
        title,
        best: ranked[0]?.rank ?? noFit,
        choices: ranked.slice(0, mostOfAGroup).map(({ choice }) => choice),
        more: Math.max(0, ranked.length - mostOfAGroup),
      };
    })
    .filter(({ choices }) => choices.length > 0)
    .sort((one, other) => one.best - other.best)
    .map(({ title, choices, more }) => ({ title, choices, more }));
}

const noFit = 9;

/** 0: the title begins so, 1: one of its words does, 2: the title holds it, 3: its other words do. */
function rankOf({ title, about: beside, words: others }: Choice, words: readonly string[]): number {
  const name = title.toLowerCase();
  const about = `${name} ${beside} ${others}`.toLowerCase();
  if (!words.every((word) => about.includes(word))) return noFit;
  if (name.startsWith(words.join(' '))) return 0;
  if (words.every((word) => name.split(/[\s:,-]+/).some((part) => part.startsWith(word)))) return 1;
  return words.every((word) => name.includes(word)) ? 2 : 3;
}
