import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Store, TableName } from '../../ports.ts';
import { createDynamoStore } from './store.ts';

/** The store of the account and region that this function runs in. */
export const connectStore = (tables: Record<TableName, string>): Store =>
  createDynamoStore({ client: new DynamoDBClient({}), tables });
