import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Database } from '@baton/functions/adapters/sqlite/database.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';

export type { Database } from '@baton/functions/adapters/sqlite/database.ts';

/*
 * 1. One group transaction is open at a time. It is committed (one fsync) when somebody waits, and at the latest after
 *    50 ms or 2,000 changes, unless the folder was opened with other limits.
 * 2. A change that throws leaves none of its statements. A fault of the disk takes the whole group back, and from then
 *    on the database refuses: what this process holds in memory may be ahead of the disk, so it must start again.
 * 3. One process per folder. The lock is the operating system's, held by an open transaction, so a killed process
 *    leaves none behind.
 * 4. The log is copied into the file by a worker thread. It can never quite finish while this thread writes; the last
 *    pages are copied here between two groups, which lets the log start over, so that it stays near 16 MB.
 */
const formatVersion = 1;
const workerFromBytes = 1024 * 1024;

/** Opens the database in a folder, which is made where it is absent; throws `Rejected` or `Transient` with the remedy. */
export function openDatabase(options: {
  folder: string;
  file?: string;
  /** Greatest size in pages of 4 KiB, so that a test can fill the disk. */
  pageLimit?: number;
  /** When nobody waits for the disk, larger groups write a page that changes often once instead of many times. */
  group?: { milliseconds: number; changes: number };
}): Database {
  const { folder, file = 'baton.db', pageLimit, group = { milliseconds: 50, changes: 2_000 } } = options;
  makeFolder(folder);
  const unlock = lockFolder(folder);
  const path = join(folder, file);
  try {
    const sql = openFile(path);
    if (pageLimit) sql.exec(`PRAGMA max_page_count = ${Math.trunc(pageLimit)}`);
    return groupCommits(sql, path, unlock, group);
  } catch (error) {
    unlock();
    throw explain(error, path);
  }
}

function groupCommits(
  sql: DatabaseSync,
  path: string,
  unlock: () => void,
  group: { milliseconds: number; changes: number },
): Database {
  const [begin, commit] = [sql.prepare('BEGIN IMMEDIATE'), sql.prepare('COMMIT')];
  const [savepoint, release] = [sql.prepare('SAVEPOINT change'), sql.prepare('RELEASE change')];
  const checkpoints = watchLog(sql, path);

  let changes = 0;
  let depth = 0;
  let timer: NodeJS.Timeout | undefined;
  let commitSoon = false;
  let waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  let failure: Error | undefined;

  function settle(error?: Error) {
    const waiters = waiting;
    waiting = [];
    for (const { resolve, reject } of waiters) {
      if (error) reject(error);
      else resolve();
    }
  }

  function fail(error: unknown): Error {
    failure ??= explain(error, path);
    clearTimeout(timer);
    if (sql.isTransaction) sql.exec('ROLLBACK');
    changes = 0;
    settle(failure);
    return failure;
  }

  function finishGroup() {
    commitSoon = false;
    clearTimeout(timer);
    timer = undefined;
    if (failure || changes === 0) return settle(failure);
    try {
      commit.run();
      changes = 0;
      settle();
      checkpoints.afterCommit();
    } catch (error) {
      fail(error);
    }
  }

  function startGroup() {
    try {
      begin.run();
    } catch (error) {
      throw fail(error);
    }
    timer = setTimeout(finishGroup, group.milliseconds);
  }

  function write<T>(change: () => T): T {
    if (failure) throw failure;
    if (!sql.isTransaction) startGroup();
    depth += 1;
    try {
      savepoint.run();
      const result = change();
      release.run();
      changes += 1;
      return result;
    } catch (error) {
      if (failure) throw failure;
      if (isDiskFault(error) || !sql.isTransaction) throw fail(error);
      sql.exec('ROLLBACK TO change; RELEASE change');
      changes += 1;
      throw error;
    } finally {
      depth -= 1;
      if (depth === 0 && changes >= group.changes) finishGroup();
    }
  }

  function durable(): Promise<void> {
    if (failure) return Promise.reject(failure);
    if (changes === 0) return Promise.resolve();
    if (!commitSoon) {
      commitSoon = true;
      setImmediate(finishGroup);
    }
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  function close() {
    if (!sql.isOpen) return;
    finishGroup();
    failure ??= new Rejected(`${path}: the database is closed`);
    checkpoints.stop();
    sql.close();
    unlock();
  }

  return { sql, write, durable, close };
}

/** Starts the checkpoint thread once the log is worth it, and copies what that thread cannot reach. */
function watchLog(sql: DatabaseSync, path: string) {
  const log = `${path}-wal`;
  let worker: Worker | undefined;
  let finishHere = false;

  function start(): Worker {
    const thread = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: { path } });
    thread.unref();
    thread.on('message', () => {
      finishHere = true;
    });
    thread.on('error', () => {
      worker = undefined;
    });
    return thread;
  }

  function afterCommit() {
    if (!worker && (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > workerFromBytes) worker = start();
    if (!finishHere) return;
    finishHere = false;
    sql.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  function stop() {
    worker?.removeAllListeners('message');
    worker?.postMessage('stop');
    try {
      sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log stays and is read back at the next start.
    }
  }

  return { afterCommit, stop };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explain(error, folder);
  }
}

function lockFolder(folder: string): () => void {
  const [lockFile, pidFile] = [join(folder, 'host.lock'), join(folder, 'host.pid')];
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockFile);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock?.close();
    if (code(error).primary !== sqlite.busy) throw explain(error, lockFile);
    throw new Rejected(
      `another Baton is using ${folder} (pid ${readPid(pidFile)}): stop it, or choose another folder with --data`,
    );
  }
  const held = lock;
  return () => {
    rmSync(pidFile, { force: true });
    held.close();
  };
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}

function openFile(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600)); // for the owner alone; the log takes over the mode
  const sql = new DatabaseSync(path);
  try {
    sql.exec(`
      PRAGMA busy_timeout = 5000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${4 * 1024 * 1024};
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
    `);
    const version = Number(sql.prepare('PRAGMA user_version').get()?.user_version);
    if (version > formatVersion) {
      throw new Rejected(
        `${path} was made by a newer Baton (format ${version}, this one knows ${formatVersion}): ` +
          'update Baton, or choose another folder with --data',
      );
    }
    if (version < formatVersion) sql.exec(`PRAGMA user_version = ${formatVersion}`);
    sql.prepare('SELECT count(*) FROM sqlite_schema').get();
    return sql;
  } catch (error) {
    sql.close();
    throw error;
  }
}

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const sqlite = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};
const diskFaults = new Set([
  sqlite.noMemory,
  sqlite.readOnly,
  sqlite.io,
  sqlite.corrupt,
  sqlite.full,
  sqlite.cannotOpen,
  sqlite.notDatabase,
]);

function code(error: unknown): { primary?: number; name?: string } {
  if (!(error instanceof Error)) return {};
  if ('errcode' in error && typeof error.errcode === 'number') return { primary: error.errcode & 0xff };
  return 'code' in error && typeof error.code === 'string' ? { name: error.code } : {};
}

function isDiskFault(error: unknown): boolean {
  return diskFaults.has(code(error).primary ?? -1);
}

/** Says which path, why, and what to do, for the faults that a person can mend; passes other errors on. */
function explain(error: unknown, path: string): Error {
  if (error instanceof Rejected || error instanceof Transient) return error;
  const { primary, name } = code(error);
  const writable = 'make it writable for this user, or choose another folder with --data';

  if (primary === sqlite.full || name === 'ENOSPC') {
    return new Transient(`${path}: disk full: free space and start again`);
  }
  if (primary === sqlite.io) {
    return new Transient(
      `${path}: the disk reported an error (${message(error)}): check the disk and start again`,
    );
  }
  if (primary === sqlite.corrupt || primary === sqlite.notDatabase) {
    return new Rejected(
      `${path}: the database file is damaged: restore a copy of ${dirname(path)}, or move it away`,
    );
  }
  if (primary === sqlite.readOnly || primary === sqlite.cannotOpen) {
    return new Rejected(`${path}: cannot be opened for writing: ${writable}`);
  }
  if (primary === sqlite.busy) {
    return new Rejected(
      `${path}: another program has locked the database: close that program and start again`,
    );
  }
  if (name === 'EACCES' || name === 'EPERM' || name === 'EROFS') {
    return new Rejected(`${path}: not writable: ${writable}`);
  }
  if (name === 'EEXIST' || name === 'ENOTDIR') {
    return new Rejected(
      `${path}: a file stands where the data folder should be: choose another folder with --data`,
    );
  }
  return error instanceof Error ? error : new Error(`${path}: ${String(error)}`);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
