import type { Query, TableName } from './ports.ts';

/*
 * The tables as every host has them: key `pk`/`sk`, and the indexes named here. The local database, the tables in the
 * cloud and the limits of every store are made from this description.
 */

export type IndexName = NonNullable<Query['index']>;

/**
 * `pk` and `sk` are the attributes that place an item in an index. A `local` one shares the table's partitions and is
 * read consistently. `name` is what AWS calls it: it refuses names of fewer than three characters.
 */
type Index = { name: string; local: boolean; pk: string; sk: string };

export const indexes = {
  tl: { name: 'timeline', local: true, pk: 'pk', sk: 'tl' },
  g1: { name: 'lists', local: false, pk: 'g1pk', sk: 'g1sk' },
  due: { name: 'due', local: false, pk: 'duepk', sk: 'duesk' },
} as const satisfies Record<IndexName, Index>;

/** `changes`: the table has a change stream, which tells each changed row as it is now. */
type Table = { indexes: readonly IndexName[]; changes: boolean };

export const tables: Readonly<Record<TableName, Table>> = {
  core: { indexes: ['tl', 'g1', 'due'], changes: true },
  design: { indexes: ['g1'], changes: false },
  guard: { indexes: [], changes: false },
};

export const tableNames = ['core', 'design', 'guard'] as const satisfies readonly TableName[];

/** A row with this attribute, in seconds since 1970, may be gone after that time. A host need not remove it. */
export const timeToLive = 'ttl';

/** The attributes that a query selects and sorts by. */
export function keyAttributes(index: IndexName | undefined): { readonly pk: string; readonly sk: string } {
  return index ? indexes[index] : { pk: 'pk', sk: 'sk' };
}

/** The attributes that place the items of a table in its indexes, beside the table's own key. */
export function indexAttributes(table: TableName): string[] {
  return tables[table].indexes.flatMap((index) => {
    const { pk, sk } = indexes[index];
    return pk === 'pk' ? [sk] : [pk, sk];
  });
}
