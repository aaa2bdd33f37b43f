import type { HomeView } from '@baton/functions/api/views.ts';
import { createContext } from 'svelte';
import { readHome } from '#lib/api.ts';
import { keepReading, type Reading } from '#lib/reading/reading.svelte.ts';
import { isVirtual, learnClock } from '#lib/time/host-clock.svelte.ts';

/** The key figures, read once for all pages: they bring the host's clock and the names of stages and queues. */
export function keepReadingHome(isHome: () => boolean): Reading<HomeView> {
  return keepReading(
    async (signal) => {
      const home = await readHome(signal);
      learnClock(home.now, home.clock);
      return home;
    },
    () => (isHome() || isVirtual() ? 2_000 : 10_000),
  );
}

export const [getHome, setHome] = createContext<Reading<HomeView>>();
