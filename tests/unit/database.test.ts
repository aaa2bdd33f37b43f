import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createSqliteStore } from '@baton/functions/adapters/sqlite/store.ts';
import { Rejected, Transient } from '@baton/functions/ports.ts';
import { type Database, openDatabase } from '@baton/infra/local/database.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

function open(folder = temporaryFolder(), options: { pageLimit?: number } = {}): Database {
  const database = openDatabase({ folder, ...options });
  onTestFinished(() => database.close());
  return database;
}

function withTable(folder?: string, options?: { pageLimit?: number }): Database {
  const database = open(folder, options);
  database.write(() => database.sql.exec('CREATE TABLE IF NOT EXISTS note (text TEXT UNIQUE)'));
  return database;
}

function add(database: Database, text: string): void {
  database.write(() => database.sql.prepare('INSERT INTO note VALUES (?)').run(text));
}

function notes({ sql }: Pick<Database, 'sql'>): unknown[] {
  return sql
    .prepare('SELECT text FROM note ORDER BY text')
    .all()
    .map(({ text }) => text);
}

/** What another process would see: only what is committed. */
function onDisk(folder: string): unknown[] {
  const sql = new DatabaseSync(join(folder, 'baton.db'), { readOnly: true });
  const found = notes({ sql });
  sql.close();
  return found;
}

/** Runs the durable writer until it has acknowledged so many writes, kills it, and gives all it acknowledged. */
async function killWriterAfter(folder: string, count: number, from = 0): Promise<number[]> {
  const script = fileURLToPath(new URL('../support/durable-writer.ts', import.meta.url));
  const writer = spawn(process.execPath, [script, folder, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === count) writer.kill('SIGKILL');
  }
  return acknowledged;
}

describe('a group', () => {
  test('is on disk when durable resolves, and not before', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder);
    await database.durable();

    add(database, 'a');
    expect(notes(database)).toEqual(['a']);
    expect(onDisk(folder)).toEqual([]);

    await database.durable();
    expect(onDisk(folder)).toEqual(['a']);
  });

  test('is shared by all that wait', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder);
    add(database, 'a');
    const first = database.durable();
    add(database, 'b');
    const second = database.durable();

    await first;

    expect(onDisk(folder)).toEqual(['a', 'b']);
    await second;
  });

  test('is committed without waiting once it holds 2,000 changes', () => {
    const folder = temporaryFolder();
    const database = withTable(folder);

    for (let at = 0; at < 2_000; at++) add(database, `${at}`.padStart(5, '0'));

    expect(onDisk(folder)).toHaveLength(1_999); // the table is the first change
  });

  test('is committed by close', () => {
    const folder = temporaryFolder();
    const database = withTable(folder);
    add(database, 'a');

    database.close();

    expect(onDisk(folder)).toEqual(['a']);
    expect(() => add(database, 'b')).toThrow(/closed/);
  });

  test('has nothing to wait for when nothing was written', async () => {
    await expect(open().durable()).resolves.toBeUndefined();
  });
});

describe('a change that throws', () => {
  test('leaves none of its statements, and all of the others', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder);
    add(database, 'a');

    const change = () =>
      database.write(() => {
        add(database, 'b');
        throw new Error('midway');
      });
    expect(change).toThrow('midway');
    expect(() => add(database, 'a')).toThrow(/UNIQUE/);
    add(database, 'c');
    await database.durable();

    expect(onDisk(folder)).toEqual(['a', 'c']);
  });

  test('inside another change may be caught there', () => {
    const database = withTable();

    database.write(() => {
      add(database, 'a');
      expect(() => add(database, 'a')).toThrow(/UNIQUE/);
      add(database, 'b');
    });

    expect(notes(database)).toEqual(['a', 'b']);
  });
});

describe('a full disk', () => {
  const tooMuch = (database: Database) => {
    for (let at = 0; at < 1_000; at++) add(database, `${at}`.padEnd(4_000, 'x'));
  };

  test('takes the open group back, says so to all that wait, and stops the database', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder, { pageLimit: 40 });
    add(database, 'kept');
    await database.durable();
    add(database, 'lost');
    const waiting = expect(database.durable()).rejects.toThrow(
      /baton\.db: disk full: free space and start again/,
    );

    expect(() => tooMuch(database)).toThrow(Transient);

    await waiting;
    expect(() => add(database, 'more')).toThrow(/disk full/);
    await expect(database.durable()).rejects.toBeInstanceOf(Transient);
    expect(notes(database)).toEqual(['kept']);
  });

  test('leaves what was acknowledged to the next start', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder, { pageLimit: 40 });
    add(database, 'kept');
    await database.durable();
    expect(() => tooMuch(database)).toThrow(/disk full/);
    database.close();

    const again = withTable(folder);
    add(again, 'more');
    await again.durable();

    expect(onDisk(folder)).toEqual(['kept', 'more']);
  });

  test('reaches the store as a Transient', async () => {
    const store = createSqliteStore(open(temporaryFolder(), { pageLimit: 40 }));
    const fill = async () => {
      for (let at = 0; at < 100; at++) {
        await store.transact([
          { kind: 'put', table: 'core', item: { pk: 'p', sk: `${at}`, text: 'x'.repeat(9_000) } },
        ]);
      }
    };

    await expect(fill()).rejects.toBeInstanceOf(Transient);
    await expect(store.durable()).rejects.toThrow(/free space/);
  });
});

describe('the folder', () => {
  test('is made for its owner alone', () => {
    const folder = join(temporaryFolder(), 'deep', '.baton');

    open(folder);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'baton.db')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'baton.db-wal')).mode & 0o777).toBe(0o600);
  });

  test('serves one at a time, and is free again after close', () => {
    const folder = temporaryFolder();
    const first = open(folder);

    expect(() => openDatabase({ folder })).toThrow(
      new Rejected(
        `another Baton is using ${folder} (pid ${process.pid}): stop it, or choose another folder with --data`,
      ),
    );

    first.close();
    expect(existsSync(join(folder, 'host.pid'))).toBe(false);
    expect(() => open(folder)).not.toThrow();
  });

  test('that is a file is refused with its path', () => {
    const folder = join(temporaryFolder(), 'taken');
    writeFileSync(folder, '');

    expect(() => openDatabase({ folder })).toThrow(
      `${folder}: a file stands where the data folder should be`,
    );
    expect(() => openDatabase({ folder: join(folder, 'below') })).toThrow(/a file stands where/);
  });

  test('that cannot be written is refused with path and remedy', async () => {
    const folder = join(temporaryFolder(), 'locked');
    mkdirSync(folder);
    chmodSync(folder, 0o555);
    chmodSync(join(folder, '..'), 0o755);
    const script = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../../infra/local/database.ts'))};
      for (const folder of process.argv.slice(1)) try { openDatabase({ folder }) } catch (error) { console.log(error.name, error.message) }`;
    const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, folder, join(folder, 'new')],
      asNobody,
    );
    const said = await new Response(child.stdout).text();

    expect(said).toMatch(
      /^Rejected .*locked.*: make it writable for this user, or choose another folder with --data$/m,
    );
    expect(said).toMatch(/^Rejected .*locked\/new: not writable: make it writable/m);
  });
});

describe('the file', () => {
  test('that is damaged is refused with path and remedy', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'baton.db'), 'no database at all, but long enough to be one'.repeat(200));

    expect(() => openDatabase({ folder })).toThrow(/baton\.db: the database file is damaged: restore a copy/);
    expect(() => openDatabase({ folder })).toThrow(Rejected);
  });

  test('of a newer version is refused', () => {
    const folder = temporaryFolder();
    open(folder).close();
    const sql = new DatabaseSync(join(folder, 'baton.db'));
    sql.exec('PRAGMA user_version = 99');
    sql.close();

    expect(() => openDatabase({ folder })).toThrow(
      /made by a newer Baton \(format 99, this one knows 1\): update Baton/,
    );
  });

  test('takes over its log while writing goes on, so that the log starts anew', async () => {
    const folder = temporaryFolder();
    const database = withTable(folder);
    const log = () => statSync(join(folder, 'baton.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
    add(database, 'x');
    const page = database.sql.prepare('UPDATE note SET text = ?');

    let before = 0;
    let writes = 0;
    for (; writes < 4_000 && log() >= before; writes++) {
      before = log();
      database.write(() => page.run(`${writes}`.padEnd(200_000, 'x')));
      await database.durable();
    }

    expect(writes).toBeLessThan(4_000);
    database.close();
    expect(log()).toBe(0);
  });
});

describe('after kill -9', () => {
  test('every acknowledged write is there, each transaction whole, and the folder is free', async () => {
    const folder = temporaryFolder();
    const acknowledged: number[] = [];

    for (const [round, count] of [1, 40, 333, 900].entries()) {
      acknowledged.push(...(await killWriterAfter(folder, count, round * 1_000_000)));

      const database = open(folder);
      const store = createSqliteStore(database);
      const rows = async (table: 'core' | 'guard') => {
        const found = new Set<string>();
        let cursor: string | undefined;
        do {
          const page = await store.query({ table, pk: 'acknowledged', limit: 1000, cursor });
          for (const { sk } of page.items) found.add(sk);
          cursor = page.cursor;
        } while (cursor);
        return found;
      };
      const [core, guard] = [await rows('core'), await rows('guard')];
      expect(acknowledged.filter((at) => !core.has(String(at)))).toEqual([]);
      expect(core).toEqual(guard);
      expect(readFileSync(join(folder, 'host.pid'), 'utf8').trim()).toBe(String(process.pid));
      database.close();
    }
  });
});
