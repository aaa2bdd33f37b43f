import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mappingForContacts } from '@baton/functions/import/contact-columns.ts';
import { importRows } from '@baton/functions/import/import-rows.ts';
import { rowMapper } from '@baton/functions/import/map-row.ts';
import { lookAtRows } from '@baton/functions/import/read-rows.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import { afterAll, expect, test } from 'vitest';
import { blobSource } from '../../designer/src/lib/import/blob-source.ts';
import { importRecords, temporaryFolder } from '../support/import-files.ts';
import { runBaton, startHost } from '../support/running-host.ts';
import { shippedLibrary } from '../support/shipped-library.ts';

const rows = [
  'Customer ID;E-Mail;Full name;City',
  'c-1;ana@example.com;"Ana ""A."" Duarte";São Paulo',
  'c-2;;Jonas Weber;Köln',
  'c-3;nobody;;',
  ';;nameless;',
].join('\r\n');

let end: () => Promise<unknown> = async () => {};
afterAll(() => end());

test('what a browser imported is there already for the command line, into the same running host', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'people.csv');
  await writeFile(file, rows);
  // Half a millisecond that a disk keeps and a browser does not.
  await utimes(file, 1767225600.9996, 1767225600.9996);
  const data = join(folder, 'data');
  const host = await startHost(data, { empty: true });
  end = () => host.stop();

  const sent = await asBrowser(file, await stat(file), async (events) => {
    const answer = await host.post('/api/imports/contacts', JSON.parse(JSON.stringify(events)));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 3, known: 0 } });
  });
  await host.stop();
  const before = eventsIn(data);
  const again = await startHost(data, { empty: true });
  end = () => again.stop();
  const ran = await runBaton('import', 'contacts', file, '--data', data);
  await again.stop();

  expect(sent).toEqual({ rows: 4, events: 3, rejected: 1, fresh: undefined });
  expect(ran.stdout).toContain('4 rows, 3 events, 1 rows rejected');
  expect(before).toHaveLength(3);
  expect(eventsIn(data)).toEqual(before);
  await rm(data, { recursive: true });
});

/** The same parts that the page puts together, on a Blob as a browser has it. */
async function asBrowser(
  name: string,
  { mtimeMs }: { mtimeMs: number },
  send: (events: object[]) => Promise<void>,
) {
  const blob = Object.assign(new Blob([rows]), { name, lastModified: Math.floor(mtimeMs) });
  const opened = await lookAtRows(blobSource(blob));
  if ('problems' in opened) throw new Error(JSON.stringify(opened.problems));
  const library = await shippedLibrary();
  const fields = library.events.get('contact.updated')?.payload ?? {};
  const chosen = mappingForContacts(opened.rows.columns ?? [], fields);
  if ('problems' in chosen) throw new Error(JSON.stringify(chosen.problems));
  const { mapping } = chosen;
  const { counts } = await importRows(
    {
      mapping,
      sink: send,
      validate: (event) => {
        const checked = checkEvent(event, { events: library.events }, new Date());
        return checked.ok ? [] : checked.problems;
      },
      ...importRecords(),
    },
    opened.rows,
    {
      mapRow: rowMapper(mapping, { ...opened.rows, lookups: new Map() }),
      bad: [],
    },
    '',
    undefined,
  );
  return counts;
}

function eventsIn(data: string): string[] {
  const sql = new DatabaseSync(join(data, 'baton.db'), { readOnly: true });
  try {
    return sql
      .prepare("SELECT sk FROM core WHERE sk >= 'EVT#' AND sk < 'EVT$' ORDER BY sk")
      .all()
      .map(({ sk }) => String(sk));
  } finally {
    sql.close();
  }
}
