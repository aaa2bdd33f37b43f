import type { ContactView, TimelineLine } from '@baton/functions/api/views.ts';
import { createContext } from 'svelte';
import { readContact } from '#lib/api.ts';
import { keepReading, type Reading } from '#lib/reading/reading.svelte.ts';

/** One contact, kept current, with as much of its history as was asked for. */
export type ContactPage = {
  readonly reading: Reading<ContactView>;
  /** Newest first. */
  readonly timeline: readonly TimelineLine[];
  readonly hasOlder: boolean;
  readonly isReadingOlder: boolean;
  readOlder(): Promise<void>;
  /** What was recorded last, in words; empty before anything was. */
  readonly told: string;
  tell(text: string): void;
};

/**
 * The newest page of the history is read again and again; older ones once, because history does not change.
 * Every line ever shown is kept, so a line that new ones push off the newest page does not disappear.
 */
export function openContactPage(id: string): ContactPage {
  const seen = new Map<string, TimelineLine>();
  let older = $state.raw<{ cursor: string | undefined }>();
  let isReadingOlder = $state(false);
  let told = $state('');

  // The customer may be on the line: what happens must be on the page within a second.
  const reading = keepReading(
    (signal) => readContact(id, {}, signal),
    () => 700,
  );
  const timeline = $derived.by(() => {
    void older;
    for (const line of reading.value?.timeline ?? []) seen.set(line.id, line);
    return [...seen.values()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  });
  const cursor = $derived(older ? older.cursor : reading.value?.timelineCursor);

  async function readOlder(): Promise<void> {
    if (!cursor || isReadingOlder) return;
    isReadingOlder = true;
    try {
      const page = await readContact(id, { timeline: cursor });
      for (const line of page.timeline) seen.set(line.id, line);
      older = { cursor: page.timelineCursor };
    } catch {
      await reading.again(); // says on the page what went wrong, or that it is over
    } finally {
      isReadingOlder = false;
    }
  }

  return {
    reading,
    get timeline() {
      return timeline;
    },
    get hasOlder() {
      return cursor !== undefined;
    },
    get isReadingOlder() {
      return isReadingOlder;
    },
    readOlder,
    get told() {
      return told;
    },
    tell: (text) => {
      told = text;
    },
  };
}

export const [getContactPage, setContactPage] = createContext<ContactPage>();
