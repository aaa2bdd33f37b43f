import type { AttributeValue, QueryCommandInput, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Key, Operation, Query, TableName } from '../../ports.ts';
import { indexes, keyAttributes } from '../../tables.ts';
import { readCursor } from '../cursor.ts';
import { toAttributes } from './attributes.ts';
import { conditionExpression, keyExpression, placeholders, updateExpression } from './expressions.ts';

export function toKey({ pk, sk }: Key): Record<string, AttributeValue> {
  return toAttributes({ pk, sk });
}

/** Nothing for a check without a condition: it always holds, and DynamoDB takes none. */
export function actionOf(
  tables: Record<TableName, string>,
  operation: Operation,
): TransactWriteItem | undefined {
  const TableName = tables[operation.table];
  const words = placeholders();
  const ConditionExpression = conditionExpression(operation.if, words);
  switch (operation.kind) {
    case 'put': {
      const Item = toAttributes(operation.item);
      return { Put: { TableName, Item, ConditionExpression, ...words.given() } };
    }
    case 'delete':
      return { Delete: { TableName, Key: toKey(operation.key), ConditionExpression, ...words.given() } };
    case 'check': {
      if (ConditionExpression === undefined) return undefined;
      const Key = toKey(operation.key);
      return { ConditionCheck: { TableName, Key, ConditionExpression, ...words.given() } };
    }
    case 'update': {
      const Key = toKey(operation.key);
      const UpdateExpression = updateExpression(operation, words);
      return { Update: { TableName, Key, UpdateExpression, ConditionExpression, ...words.given() } };
    }
  }
}

/** Nothing where no row can be in the range. */
export function queryInput(
  tables: Record<TableName, string>,
  query: Query,
):
  | Pick<QueryCommandInput, 'TableName' | 'IndexName' | 'ConsistentRead' | 'KeyConditionExpression'>
  | undefined {
  const words = placeholders();
  const KeyConditionExpression = keyExpression(query, words);
  if (KeyConditionExpression === undefined) return undefined;
  const index = query.index && indexes[query.index];
  return {
    TableName: tables[query.table],
    IndexName: index?.name,
    ConsistentRead: !index || index.local,
    KeyConditionExpression,
    ...words.given(),
  };
}

/** The place behind which a page begins, as the key of the row that stood there, which may be gone by now. */
export function startOf(query: Query, cursor: string): Record<string, AttributeValue> {
  const { sort, pk, sk } = readCursor(query, cursor);
  const keys = keyAttributes(query.index);
  return toAttributes({ [keys.pk]: query.pk, [keys.sk]: sort, pk, sk });
}
