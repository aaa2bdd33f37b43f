import type { DatabaseSync } from 'node:sqlite';

/**
 * The embedded database with group commit. `write` applies a change inside the open group at once, wholly or, where it
 * throws, not at all; `durable` resolves when the group that holds everything applied so far has been committed with
 * fsync. Reads through `sql` see what is applied. After a fault of the disk every call throws the same error.
 */
export interface Database {
  readonly sql: DatabaseSync;
  write<T>(change: () => T): T;
  durable(): Promise<void>;
  close(): void;
}
