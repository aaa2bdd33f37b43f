import type { TableName } from '@baton/functions/ports.ts';
import { type IndexName, indexes, tables, timeToLive } from '@baton/functions/tables.ts';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * The tables as `functions/tables.ts` describes them: paid by use, restorable to any second of the last 35 days. Their
 * logical ids are frozen by a test, because a renamed table is an empty table.
 */
export class DataTables extends Construct {
  readonly core: Table;
  readonly design: Table;
  readonly guard: Table;
  /** Whoever works on the tables needs it too. */
  readonly encryptionKey?: Key;

  constructor(scope: Construct, id: string, { keepsData, cmk }: { keepsData: boolean; cmk: boolean }) {
    super(scope, id);
    const removalPolicy = keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const encryptionKey = cmk ? new Key(this, 'Key', { enableKeyRotation: true, removalPolicy }) : undefined;
    const table = (name: TableName): Table => {
      const made = new Table(this, titles[name], {
        partitionKey: text('pk'),
        sortKey: text('sk'),
        billingMode: BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        timeToLiveAttribute: timeToLive,
        stream: tables[name].changes ? StreamViewType.KEYS_ONLY : undefined,
        encryption: encryptionKey ? TableEncryption.CUSTOMER_MANAGED : TableEncryption.DEFAULT,
        encryptionKey,
        deletionProtection: keepsData,
        removalPolicy,
      });
      for (const index of tables[name].indexes) addIndex(made, index);
      return made;
    };
    this.encryptionKey = encryptionKey;
    this.core = table('core');
    this.design = table('design');
    this.guard = table('guard');
  }
}

const titles = { core: 'Core', design: 'Design', guard: 'Guard' } as const;

const text = (name: string) => ({ name, type: AttributeType.STRING });

function addIndex(table: Table, index: IndexName): void {
  const { name: indexName, local, pk, sk } = indexes[index];
  if (local) table.addLocalSecondaryIndex({ indexName, sortKey: text(sk) });
  else table.addGlobalSecondaryIndex({ indexName, partitionKey: text(pk), sortKey: text(sk) });
}
