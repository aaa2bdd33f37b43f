import { browser } from '$app/env';

/** The editor fills the window. What draws is fetched with the page where a canvas is shown, instead of after it. */
export const load = () => {
  if (browser && matchMedia('(min-width: 1024px)').matches) void import('#lib/journey/Canvas.svelte');
  return { wide: true };
};
