import type { Right } from '@baton/rules/roles.ts';

/**
 * A place of the navigation: whom it is shown to, and which addresses besides its own belong to it. `opens`: the right that is
 * enough to be there all the same, where pages within decide for themselves.
 */
type Known = {
  href: string;
  title: string;
  right: Right;
  opens?: Right;
  also?: string;
  /** Others by which people look for it. */
  words: string;
  /** Addresses within it that another right opens too; the page says what is missing. */
  within?: Readonly<Record<string, Right>>;
};

const known = [
  { href: '/', title: 'Home', right: 'see-figures', words: 'figures start overview' },
  { href: '/desk', title: 'Desk', right: 'work-desk', words: 'calls queue next best action' },
  { href: '/tasks', title: 'Tasks', right: 'work-desk', words: 'to do work' },
  {
    href: '/contacts',
    title: 'Contacts',
    right: 'see-contacts',
    within: { '/contacts/import': 'import-contacts' },
    words: 'customers people',
  },
  { href: '/cycle', title: 'Cycle', right: 'see-figures', words: 'stages handovers map' },
  { href: '/journeys', title: 'Journeys', right: 'see-figures', words: 'automation flows' },
  {
    href: '/rules',
    title: 'Rules',
    right: 'see-figures',
    also: '/tables',
    words: 'best practice decision tables',
  },
  { href: '/templates', title: 'Templates', right: 'see-figures', words: 'texts mails sms' },
  { href: '/campaigns', title: 'Campaigns', right: 'see-reach', words: 'audience segments' },
  { href: '/messages', title: 'Messages', right: 'see-contacts', words: 'mail email sms outbox' },
  { href: '/insights', title: 'Insights', right: 'see-figures', words: 'charts conversion waiting times' },
  {
    href: '/admin',
    title: 'Admin',
    right: 'see-audit',
    opens: 'see-figures',
    also: '/settings',
    words: 'administration',
  },
] as const satisfies readonly Known[];

export type PlaceAddress = (typeof known)[number]['href'];
export type Place = Known & { href: PlaceAddress };
export const places: readonly Place[] = known;

/** The place that an address of the designer belongs to; nothing for one that there is not. */
export const placeOf = (path: string): Place | undefined =>
  places.find(({ href, also }) => isWithin(path, href) || (also !== undefined && isWithin(path, also)));

const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);
