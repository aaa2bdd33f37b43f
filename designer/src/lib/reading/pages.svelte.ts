import { keepReading, type Reading } from './reading.svelte.ts';

type Page<Line> = { lines: Line[]; cursor?: string };

/** A long list, read page by page; every page shown is read again, so no line is old and none is missing between pages. */
export type Pages<Line> = Reading<{ lines: Line[]; more: boolean }> & {
  readonly isReadingMore: boolean;
  more(): Promise<void>;
};

export function keepReadingPages<Line extends { id: string }>(
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Line>>,
): Pages<Line> {
  let wanted = 1;
  let isReadingMore = $state(false);

  const reading = keepReading(async (signal) => {
    const lines = new Map<string, Line>();
    let cursor: string | undefined;
    for (let page = 0; page < wanted; page += 1) {
      const answer = await read(cursor, signal);
      for (const line of answer.lines) lines.set(line.id, line);
      cursor = answer.cursor;
      if (!cursor) break;
    }
    return { lines: [...lines.values()], more: cursor !== undefined };
  });

  async function more(): Promise<void> {
    wanted += 1;
    isReadingMore = true;
    await reading.again();
    isReadingMore = false;
  }

  return {
    get value() {
      return reading.value;
    },
    get failure() {
      return reading.failure;
    },
    get readAt() {
      return reading.readAt;
    },
    get isReadingMore() {
      return isReadingMore;
    },
    again: reading.again,
    start: reading.start,
    more,
  };
}
