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
import type { PlaceAddress } from './places.ts';

export const placeIcons: Readonly<Record<PlaceAddress, typeof House>> = {
  '/': House,
  '/desk': Headset,
  '/tasks': ListTodo,
  '/contacts': Users,
  '/cycle': RefreshCcwDot,
  '/journeys': Route,
  '/rules': Scale,
  '/templates': MailPlus,
  '/campaigns': Megaphone,
  '/messages': Mail,
  '/insights': ChartColumn,
  '/admin': Settings2,
};
