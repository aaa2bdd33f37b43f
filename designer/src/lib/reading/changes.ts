import { hearChanges } from '#lib/api.ts';

const listeners = new Set<() => void>();
let connected = false;
let hearing: AbortController | undefined;

/** How soon a lost connection is tried again, in milliseconds; each time in vain twice as long. */
const [soonest, latest] = [1000, 30_000];

/** Whether the host tells of changes now; where it does, nobody need ask it every other second. */
export const isTold = (): boolean => connected;

/** Calls whenever something changed at the host. One connection serves all; it ends with the last listener. */
export function onChanged(listener: () => void): () => void {
  listeners.add(listener);
  if (!hearing) {
    hearing = new AbortController();
    void hear(hearing.signal);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    hearing?.abort();
    hearing = undefined;
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}

async function hear(signal: AbortSignal): Promise<void> {
  let pause = soonest;
  while (!signal.aborted) {
    const heard = await hearChanges(
      tell,
      (now) => {
        const lost = connected && !now;
        connected = now;
        if (now) pause = soonest;
        // Whoever relied on being told looks at once, and again every other second until there is a connection.
        if (lost && !signal.aborted) tell();
      },
      signal,
    );
    if (heard === 'never') return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(latest, pause * 2);
  }
}
