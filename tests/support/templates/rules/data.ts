import { at, objects } from '../template.ts';
import { every, kept, ofType, type Rule } from './rule.ts';

export const tables: Rule[] = [
  {
    id: 'table-restorable',
    says: 'a table can be restored to any second of 35 days',
    broken: every(
      'AWS::DynamoDB::Table',
      (p) => at(p, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true,
    ),
  },
  {
    id: 'table-paid-by-use',
    says: 'a table is paid by use',
    broken: every(
      'AWS::DynamoDB::Table',
      (p) => p.BillingMode === 'PAY_PER_REQUEST' && p.ProvisionedThroughput === undefined,
    ),
  },
  {
    id: 'table-protected',
    says: 'prod protects tables from deletion, dev does not',
    broken: every(
      'AWS::DynamoDB::Table',
      (p, _, deployed) => (p.DeletionProtectionEnabled === true) === kept(deployed),
    ),
  },
  {
    id: 'table-key',
    says: 'with a key of its own, prod encrypts every table with it',
    broken: every('AWS::DynamoDB::Table', (p, _, deployed) => {
      const key = ofType(deployed, 'AWS::KMS::Key').length > 0;
      return (
        !key ||
        (at(p, 'SSESpecification', 'SSEType') === 'KMS' &&
          at(p, 'SSESpecification', 'KMSMasterKeyId') !== undefined)
      );
    }),
  },
  {
    id: 'table-attributes',
    says: 'the attributes of a table are those of its keys, and all are texts',
    broken: every('AWS::DynamoDB::Table', (p) => {
      const keys = [p, ...objects(p.GlobalSecondaryIndexes), ...objects(p.LocalSecondaryIndexes)]
        .flatMap((each) => objects(each.KeySchema))
        .map(({ AttributeName }) => String(AttributeName));
      const defined = objects(p.AttributeDefinitions);
      return (
        [...new Set(keys)].sort().join() ===
          defined
            .map((each) => String(each.AttributeName))
            .sort()
            .join() && defined.every(({ AttributeType }) => AttributeType === 'S')
      );
    }),
  },
  {
    id: 'table-index',
    says: 'an index has a name of 3 to 255 characters and holds whole rows; a local one shares the partition key',
    broken: every('AWS::DynamoDB::Table', (p) => {
      const local = objects(p.LocalSecondaryIndexes);
      return (
        [...local, ...objects(p.GlobalSecondaryIndexes)].every(
          ({ IndexName, Projection }) =>
            /^[\w.-]{3,255}$/.test(String(IndexName)) && at(Projection, 'ProjectionType') === 'ALL',
        ) &&
        local.every(
          ({ KeySchema }) => at(KeySchema, 0, 'AttributeName') === at(p, 'KeySchema', 0, 'AttributeName'),
        )
      );
    }),
  },
  {
    id: 'kept-or-gone',
    says: 'tables, people and keys are retained in prod and destroyed in dev; everything else goes with its stack',
    broken: (deployed) =>
      deployed.resources
        .filter(({ type, deletionPolicy = 'Delete', updateReplacePolicy = 'Delete' }) => {
          const stateful = /^AWS::(DynamoDB::Table|Cognito::UserPool|KMS::Key)$/.test(type);
          const wanted = stateful && kept(deployed) ? 'Retain' : 'Delete';
          return deletionPolicy !== wanted || updateReplacePolicy !== wanted;
        })
        .map(({ id }) => id),
  },
  {
    id: 'key-rotates',
    says: 'a key is rotated',
    broken: every('AWS::KMS::Key', (p) => p.EnableKeyRotation === true),
  },
];
