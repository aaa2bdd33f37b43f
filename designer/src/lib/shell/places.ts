import type { Right } from '@baton/rules/roles.ts';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Headset from '@lucide/svelte/icons/headset';
import House from '@lucide/svelte/icons/house';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Mail from '@lucide/svelte/icons/mail';
import MailPlus from '@lucide/svelte/icons/mail-plus';
import Megaphone from '@lucide/svelte/icons/megaphone';
import RefreshCcwDot from '@lucide/svelte/icons/refresh-ccw-dot';
import Route from '@lucide/svelte/icons/route';
import Scale from '@lucide/svelte/icons/scale';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Users from '@lucide/svelte/icons/users';
import { mayDo } from '#lib/session/me.svelte.ts';

/**
 * A place of the navigation: whom it is shown to, and which addresses besides its own belong to it. `opens`: the right that is
 * enough to be there all the same, where pages within decide for themselves.
 */
export type Place = {
  href: string;
  title: string;
  icon: typeof House;
  right: Right;
  opens?: Right;
  also?: string;
  /** Addresses within it that another right opens too; the page says what is missing. */
  within?: Readonly<Record<string, Right>>;
};

export const places: readonly Place[] = [
  { href: '/', title: 'Home', icon: House, right: 'see-figures' },
  { href: '/desk', title: 'Desk', icon: Headset, right: 'work-desk' },
  { href: '/tasks', title: 'Tasks', icon: ListTodo, right: 'work-desk' },
  {
    href: '/contacts',
    title: 'Contacts',
    icon: Users,
    right: 'see-contacts',
    within: { '/contacts/import': 'import-contacts' },
  },
  { href: '/cycle', title: 'Cycle', icon: RefreshCcwDot, right: 'see-figures' },
  { href: '/journeys', title: 'Journeys', icon: Route, right: 'see-figures' },
  { href: '/rules', title: 'Rules', icon: Scale, right: 'see-figures', also: '/tables' },
  { href: '/templates', title: 'Templates', icon: MailPlus, right: 'see-figures' },
  { href: '/campaigns', title: 'Campaigns', icon: Megaphone, right: 'see-reach' },
  { href: '/messages', title: 'Messages', icon: Mail, right: 'see-contacts' },
  { href: '/insights', title: 'Insights', icon: ChartColumn, right: 'see-figures' },
  { href: '/admin', title: 'Admin', icon: Settings2, right: 'see-audit', opens: 'see-figures' },
];

/** The place that an address of the designer belongs to; nothing for one that there is not. */
export const placeOf = (path: string): Place | undefined =>
  places.find(({ href, also }) => isWithin(path, href) || (also !== undefined && isWithin(path, also)));

/** An address, if whoever works here may open it: nobody is led to where they may do nothing. */
export function ifOpen(href: string | undefined): string | undefined {
  const path = href?.split('?')[0] ?? '';
  const place = placeOf(path);
  return place && !mayOpen(place, path) ? undefined : href;
}

export const mayOpen = ({ right, opens = right, within }: Place, path: string): boolean =>
  mayDo(opens) || (within?.[path] !== undefined && mayDo(within[path]));

const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`);
