/**
 * The host's clock. Under a virtual clock "in two days" counts from the host's instant, not from this machine's,
 * so the instant comes with the host's answers and only a system clock ticks on by itself.
 */
let told = $state.raw<{ instant: number; heardAt: number; virtual: boolean }>();
let here = $state(Date.now());

export function learnClock(now: string, clock: 'system' | 'virtual'): void {
  told = { instant: Date.parse(now), heardAt: Date.now(), virtual: clock === 'virtual' };
}

/** Milliseconds since 1970 by the host's clock; reading it in a component keeps the component current. */
export function hostNow(): number {
  if (!told) return here;
  return told.virtual ? told.instant : told.instant + Math.max(0, here - told.heardAt);
}

export function isVirtual(): boolean {
  return told?.virtual ?? false;
}

/** Moves this machine's share of the clock once a second while the page is seen. Returns the way to stop. */
export function tick(): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') here = Date.now();
  }, 1000);
  return () => clearInterval(timer);
}
