import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item, Operation, Query, Store, TableName, TransactResult } from '../../ports.ts';
import { keyAttributes } from '../../tables.ts';
import { writeCursor } from '../cursor.ts';
import { checkKey, checkOperations, checkQuery, itemText, nameOf } from '../limits.ts';
import { toItem } from './attributes.ts';
import { failureOf, unmetIn } from './failures.ts';
import { actionOf, queryInput, startOf, toKey } from './requests.ts';

/** A call that others are in the way of is made this often; the SDK itself repeats what got lost on the way. */
const attempts = 6;
const firstPauseMs = 50;
const longestPauseMs = 1000;

/**
 * The store in DynamoDB. `tables` are the names that the three tables have in this account. What it answers and refuses
 * is what the other adapters do; what they check on stored rows, DynamoDB checks in one transaction.
 */
export function createDynamoStore({
  client,
  tables,
  wait = pause,
}: {
  client: DynamoDBClient;
  tables: Record<TableName, string>;
  wait?: (ms: number) => Promise<unknown>;
}): Store {
  /** Calls until nobody is in the way any more, or too often: then it is for the caller to come back later. */
  async function call<T>(
    what: string,
    send: () => Promise<T>,
    nameAt?: (position: number) => string,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        const { again, problem } = failureOf(error, what, nameAt);
        if (!again || attempt === attempts) throw problem;
        await wait(jitter(attempt));
      }
    }
  }

  /** The pages of DynamoDB, which end at 1 MB, one after the other. */
  async function* pagesOf(input: QueryCommandInput, what: string, left: () => number | undefined) {
    let ExclusiveStartKey = input.ExclusiveStartKey;
    do {
      const command = new QueryCommand({ ...input, ExclusiveStartKey, Limit: left() });
      const page = await call(what, () => client.send(command));
      yield page;
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  async function query(query: Query): Promise<{ items: Item[]; cursor?: string }> {
    checkQuery(query);
    const { limit = 100, reverse, cursor } = query;
    const ExclusiveStartKey = cursor === undefined ? undefined : startOf(query, cursor);
    const input = queryInput(tables, query);
    if (!input) return { items: [] };

    // One row more than the page has: whether there is one decides whether there is a cursor.
    const found: Item[] = [];
    const left = () => limit + 1 - found.length;
    const directed = { ...input, ScanIndexForward: !reverse, ExclusiveStartKey };
    for await (const { Items = [] } of pagesOf(directed, `query ${query.table}`, left)) {
      found.push(...Items.map(toItem));
      if (left() === 0) break;
    }
    const items = found.slice(0, limit);
    const last = items.at(-1);
    if (found.length <= limit || !last) return { items };
    const sort = String(last[keyAttributes(query.index).sk]);
    return { items, cursor: writeCursor(query, { sort, pk: last.pk, sk: last.sk }) };
  }

  async function count(query: Query): Promise<number> {
    checkQuery(query);
    const input = queryInput(tables, query);
    if (!input) return 0;
    let rows = 0;
    const counting = { ...input, Select: 'COUNT' as const };
    for await (const { Count = 0 } of pagesOf(counting, `count ${query.table}`, () => undefined))
      rows += Count;
    return rows;
  }

  async function transact(operations: readonly Operation[]): Promise<TransactResult> {
    checkOperations(operations);
    checkSizes(operations);
    const sent = [...operations.entries()].flatMap(([position, operation]) => {
      const action = actionOf(tables, operation);
      return action ? [{ position, operation, action }] : [];
    });
    if (sent.length === 0) return { ok: true };

    const command = new TransactWriteItemsCommand({
      TransactItems: sent.map(({ action }) => action),
      // One name for one intention. An answer that gets lost on the way back leaves open whether the rows were written;
      // asked again under the same name, DynamoDB writes them once and answers for both. Without it, the second try
      // would find its own conditions failed and additions would be made twice.
      ClientRequestToken: randomUUID(),
    });
    const nameAt = (at: number) => {
      const meant = sent[at];
      return meant ? nameOf(meant.operation, meant.position) : `operation ${at}`;
    };
    const write = async (): Promise<TransactResult> => {
      try {
        await client.send(command);
        return { ok: true };
      } catch (error) {
        const unmet = unmetIn(error);
        if (!unmet) throw error;
        return { ok: false, failed: unmet.flatMap((at) => sent[at]?.position ?? []) };
      }
    };
    return call('transaction', write, nameAt);
  }

  return {
    async get(table, key) {
      checkKey(key, () => `get ${table} ${key.pk}/${key.sk}`);
      const command = new GetItemCommand({
        TableName: tables[table],
        Key: toKey(key),
        ConsistentRead: true,
      });
      const { Item } = await call(`get ${table}`, () => client.send(command));
      return Item && toItem(Item);
    },
    query,
    count,
    transact,
    // What DynamoDB has acknowledged is on several disks.
    async durable() {},
  };
}

/** Full jitter: those who met once spread over the whole span, so that they do not meet again. */
function jitter(attempt: number): number {
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
}

/** What is put must fit; what an update makes of a row, only DynamoDB can know. */
function checkSizes(operations: readonly Operation[]): void {
  const budget = { bytes: 0 };
  for (const operation of operations) {
    if (operation.kind === 'put') itemText(operation.item, budget);
    if (operation.kind === 'update') itemText({ ...operation.set, ...operation.key }, budget);
  }
}
