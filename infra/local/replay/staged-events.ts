import type { CloudEvent } from '@baton/functions/ports.ts';
import type { Database } from '../database.ts';

/** Imported events that wait to be played, in the order in which they occurred. */
export type StagedEvents = {
  /** Keeps events; an event whose source and id are known already changes nothing. Answers how many were new. */
  add(events: readonly CloudEvent[]): number;
  count(): number;
  /** Events behind a position, earliest first. */
  after(position: Position, limit: number): { event: CloudEvent; position: Position }[];
  /** Events before the position that were added after it had been passed; they are not played any more. */
  missed(): { count: number; from: string } | undefined;
  progress(): { position: Position; now: string | undefined; played: number };
  /** Remembers how far the replay is; joins the open group of writes. */
  save(progress: { position: Position; now: string; played: number }): void;
};

/** Instant and, within it, the order of the import. */
export type Position = { at: string; ord: number };

export const start: Position = { at: '', ord: 0 };

export function openStagedEvents({ sql, write }: Database): StagedEvents {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS replay_event (ord INTEGER PRIMARY KEY, at TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (source, id));
    CREATE INDEX IF NOT EXISTS replay_event_at ON replay_event (at, ord);
    CREATE TABLE IF NOT EXISTS replay_progress (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL, ord INTEGER NOT NULL, now TEXT NOT NULL, played INTEGER NOT NULL);
  `);
  const insert = sql.prepare('INSERT OR IGNORE INTO replay_event (at, source, id, body) VALUES (?, ?, ?, ?)');
  const counted = sql.prepare('SELECT count(*) AS n FROM replay_event');
  const next = sql.prepare(
    'SELECT ord, at, body FROM replay_event WHERE (at, ord) > (?, ?) ORDER BY at, ord LIMIT ?',
  );
  const passed = sql.prepare('SELECT count(*) AS n FROM replay_event WHERE (at, ord) <= (?, ?)');
  const lastAdded = sql.prepare(
    'SELECT min(at) AS at FROM (SELECT at FROM replay_event WHERE (at, ord) <= (?, ?) ORDER BY ord DESC LIMIT ?)',
  );
  const load = sql.prepare('SELECT at, ord, now, played FROM replay_progress');
  const keep = sql.prepare(
    'INSERT OR REPLACE INTO replay_progress (one, at, ord, now, played) VALUES (1, ?, ?, ?, ?)',
  );

  function progress(): { position: Position; now: string | undefined; played: number } {
    const row = load.get();
    return row
      ? {
          position: { at: String(row.at), ord: Number(row.ord) },
          now: String(row.now),
          played: Number(row.played),
        }
      : { position: start, now: undefined, played: 0 };
  }

  return {
    add: (events) =>
      write(() => {
        let added = 0;
        for (const event of events) {
          const at = new Date(event.time).toISOString();
          added += Number(insert.run(at, event.source, event.id, JSON.stringify(event)).changes);
        }
        return added;
      }),
    count: () => Number(counted.get()?.n),
    after: ({ at, ord }, limit) =>
      next.all(at, ord, limit).map((row) => ({
        event: JSON.parse(String(row.body)),
        position: { at: String(row.at), ord: Number(row.ord) },
      })),
    missed: () => {
      const { position, played } = progress();
      const count = Number(passed.get(position.at, position.ord)?.n) - played;
      if (count <= 0) return undefined;
      return { count, from: String(lastAdded.get(position.at, position.ord, count)?.at) };
    },
    progress,
    save: ({ position, now, played }) => write(() => void keep.run(position.at, position.ord, now, played)),
  };
}
