import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/** How long a page is given: much longer than it takes, so that a busy machine fails no test. */
export const patiently = { timeout: 45_000 };

/** What a page shows after the next frames rather than at once: looked at again until it holds. */
export const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, patiently);

export const hasFocus = async (place: Locator): Promise<boolean> =>
  (await place.and(place.page().locator(':focus')).count()) === 1;
