import type { DatabaseSync } from 'node:sqlite';

/**
 * The embedded database with group commit. `write` applies a change inside the open group at once; `durable` resolves
 * when the group that holds everything applied so far has been committed with fsync.
 */
export interface Database {
  readonly sql: DatabaseSync;
  write<T>(change: () => T): T;
  durable(): Promise<void>;
  close(): void;
}
