import { type Failure, HostError } from '#lib/api.ts';
import { isTold, onChanged } from './changes.ts';

/** What a page shows of one answer of the host: the last good value, when it was read, and what went wrong since. */
export type Reading<T> = {
  readonly value: T | undefined;
  readonly failure: Failure | undefined;
  readonly readAt: number | undefined;
  /** Reads now, for example after something was sent. Resolves when the answer is shown. */
  again(): Promise<void>;
  /** Keeps reading while the page is seen. Returns the way to stop. */
  start(): () => void;
};

/** A slow host is asked less often: the pause is never shorter than four times what the last answer took. */
const patience = 4;
/** A host that tells of changes is asked all the same, now and then: times pass without anybody writing. */
const pauseWhenTold = 15_000;
const pauseWhenMissed = 300;

/**
 * Reads again and again. An answer equal to the last one changes nothing on the page, so open details, focus and
 * selected text stay; a failed one keeps the last good value and says since when it is old.
 */
export function keepReading<T>(read: (signal: AbortSignal) => Promise<T>, pause = () => 2000): Reading<T> {
  let value = $state.raw<T>();
  let failure = $state.raw<Failure>();
  let readAt = $state<number>();
  let shown = '';
  let asked = 0;
  let reading = new AbortController();

  async function again(): Promise<void> {
    const turn = ++asked;
    reading.abort();
    reading = new AbortController();
    try {
      const answer = await read(reading.signal);
      if (turn !== asked) return;
      const text = JSON.stringify(answer);
      if (text !== shown) value = answer;
      shown = text;
      failure = undefined;
      readAt = Date.now();
    } catch (error) {
      if (turn !== asked) return;
      if (!(error instanceof HostError)) throw error;
      failure = error.failure;
    }
  }

  function start(): () => void {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    /** Something changed while it was being read: what was read may be of before. */
    let missed = false;

    async function round(): Promise<void> {
      clearTimeout(timer);
      const begun = Date.now();
      busy = true;
      missed = false;
      if (document.visibilityState === 'visible') await again();
      busy = false;
      clearTimeout(timer); // a round begun by `onSeen` may have set one meanwhile
      const usual = missed ? pauseWhenMissed : isTold() ? pauseWhenTold : pause();
      if (!stopped) timer = setTimeout(round, Math.max(usual, patience * (Date.now() - begun)));
    }
    const onSeen = () => document.visibilityState === 'visible' && round();

    const onTold = () => {
      missed = busy;
      if (!busy && document.visibilityState === 'visible') void round();
    };
    document.addEventListener('visibilitychange', onSeen);
    const stopHearing = onChanged(onTold);
    round();
    return () => {
      stopped = true;
      asked += 1;
      clearTimeout(timer);
      reading.abort();
      stopHearing();
      document.removeEventListener('visibilitychange', onSeen);
    };
  }

  return {
    get value() {
      return value;
    },
    get failure() {
      return failure;
    },
    get readAt() {
      return readAt;
    },
    again,
    start,
  };
}
