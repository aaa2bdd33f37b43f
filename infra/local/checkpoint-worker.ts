import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Copies the log into the database file beside the writing thread; reports when the log has grown large. */
const largeBytes = 16 * 1024 * 1024;
const pageBytes = 4096;
const lookEveryMilliseconds = 200;
const copyEveryMilliseconds = 1_000;

const path: string = workerData.path;
const sql = new DatabaseSync(path);
sql.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
const checkpoint = sql.prepare('PRAGMA wal_checkpoint(PASSIVE)');

let copiedAt = 0;
let changedAt = 0;

function look() {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (!log || log.mtimeMs === changedAt) return;
  if (log.size < largeBytes && Date.now() - copiedAt < copyEveryMilliseconds) return;
  changedAt = log.mtimeMs;
  copiedAt = Date.now();
  try {
    const pages = Number(checkpoint.get()?.log);
    if (pages * pageBytes > largeBytes) parentPort?.postMessage('large');
  } catch {
    // Busy, or the disk is full: the log keeps everything, and the writing thread reports the fault.
  }
}

const timer = setInterval(look, lookEveryMilliseconds);
parentPort?.once('message', () => {
  clearInterval(timer);
  sql.close();
});
