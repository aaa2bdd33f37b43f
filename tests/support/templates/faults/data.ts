import { added, around, drop, type Fault, gone, put, renamed, type Which } from '../fault.ts';

const core: Which = { type: 'AWS::DynamoDB::Table', id: /Core/ };
const guard: Which = { type: 'AWS::DynamoDB::Table', id: /Guard/ };
const pool: Which = { type: 'AWS::Cognito::UserPool' };
const client: Which = { type: 'AWS::Cognito::UserPoolClient' };
const key: Which = { type: 'AWS::KMS::Key' };
const bucket: Which = { type: 'AWS::S3::Bucket' };

export const dataFaults: Fault[] = [
  put(
    'the key of a table names an attribute that is not defined',
    core,
    ['KeySchema', 0, 'AttributeName'],
    'id',
  ),
  put(
    'an index is on an attribute that is not defined',
    core,
    ['GlobalSecondaryIndexes', 0, 'KeySchema', 0, 'AttributeName'],
    'g9pk',
  ),
  put('an attribute is defined that no key uses', core, ['AttributeDefinitions', 7], {
    AttributeName: 'tier',
    AttributeType: 'S',
  }),
  put('a key attribute is a number', core, ['AttributeDefinitions', 0, 'AttributeType'], 'N'),
  put(
    'a key attribute is of a type that does not exist',
    core,
    ['AttributeDefinitions', 0, 'AttributeType'],
    'STRING',
  ),
  put('the name of an index is too short', core, ['GlobalSecondaryIndexes', 0, 'IndexName'], 'g1'),
  put('an index is called something else', core, ['GlobalSecondaryIndexes', 0, 'IndexName'], 'listings'),
  put(
    'a local index has a partition key of its own',
    core,
    ['LocalSecondaryIndexes', 0, 'KeySchema', 0, 'AttributeName'],
    'g1pk',
  ),
  put(
    'an index holds keys only',
    core,
    ['GlobalSecondaryIndexes', 1, 'Projection', 'ProjectionType'],
    'KEYS_ONLY',
  ),
  drop('an index is gone', core, ['GlobalSecondaryIndexes', 1]),
  put('two key parts are both partition keys', core, ['KeySchema', 1, 'KeyType'], 'HASH'),
  put(
    'a table cannot be restored',
    core,
    ['PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled'],
    false,
  ),
  put('the change stream carries whole rows', core, ['StreamSpecification', 'StreamViewType'], 'NEW_IMAGE'),
  put(
    'the change stream is of a kind that does not exist',
    core,
    ['StreamSpecification', 'StreamViewType'],
    'KEYS',
  ),
  put('rows end by another attribute', guard, ['TimeToLiveSpecification', 'AttributeName'], 'expires'),
  put('rows never end', guard, ['TimeToLiveSpecification', 'Enabled'], false),
  put('a table is provisioned without saying with what', guard, ['BillingMode'], 'PROVISIONED'),
  put('a table has a billing mode that does not exist', guard, ['BillingMode'], 'ON_DEMAND'),
  put('a table has a fixed name', core, ['TableName'], 'baton-core'),
  put('a table in prod may be deleted', core, ['DeletionProtectionEnabled'], false, 'prod'),
  put('a table in dev cannot be deleted', core, ['DeletionProtectionEnabled'], true),
  around('a table in prod goes with its stack', core, { DeletionPolicy: 'Delete' }, 'prod'),
  around('a table in prod goes when it is replaced', core, { UpdateReplacePolicy: 'Delete' }, 'prod'),
  around('a table in dev stays behind', guard, { DeletionPolicy: 'Retain' }),
  around('people in prod go with their stack', pool, { DeletionPolicy: 'Delete' }, 'prod'),
  around('the key of the tables goes with its stack in prod', key, { DeletionPolicy: 'Delete' }, 'prod'),
  around('a deletion policy is misspelt', core, { DeletionPolicy: 'Retained' }, 'prod'),
  put('the key of the tables is never rotated', key, ['EnableKeyRotation'], false, 'prod'),
  drop('one table is not under the key', guard, ['SSESpecification'], 'prod'),
  renamed('a table in prod has another logical id', core, 'prod'),
  renamed('the bucket has another logical id', bucket),
  put('the pool has another name', pool, ['UserPoolName'], 'people'),
  gone('a table is gone', guard),
  // People
  put('a second factor is a matter of taste', pool, ['MfaConfiguration'], 'OPTIONAL'),
  put('a second factor is asked for by a word that does not exist', pool, ['MfaConfiguration'], 'REQUIRED'),
  put('a second factor comes by text message', pool, ['EnabledMfas', 0], 'SMS_MFA'),
  put('anybody may make an account', pool, ['AdminCreateUserConfig', 'AllowAdminCreateUserOnly'], false),
  put('passwords are short', pool, ['Policies', 'PasswordPolicy', 'MinimumLength'], 8),
  put('passwords are shorter than Cognito allows', pool, ['Policies', 'PasswordPolicy', 'MinimumLength'], 4),
  put('people in prod may be deleted', pool, ['DeletionProtection'], 'INACTIVE', 'prod'),
  gone('a role has no group', { type: 'AWS::Cognito::UserPoolGroup', id: /editor/ }),
  put('a group is misspelt', { type: 'AWS::Cognito::UserPoolGroup', id: /editor/ }, ['GroupName'], 'editors'),
  added('systems have a group', 'Data', 'AWS::Cognito::UserPoolGroup', {
    GroupName: 'service',
    UserPoolId: { Ref: 'PeoplePoolC64A4D1E' },
  }),
  put('the client has a secret', client, ['GenerateSecret'], true),
  put('the client gets tokens in the address', client, ['AllowedOAuthFlows', 0], 'implicit'),
  put('the client sends passwords', client, ['ExplicitAuthFlows'], ['ALLOW_USER_PASSWORD_AUTH']),
  put(
    'people come back without encryption',
    client,
    ['CallbackURLs', 0],
    'http://crm.example.com/auth/callback',
  ),
  put('people come back elsewhere', client, ['CallbackURLs', 0], 'https://crm.example.org/auth/callback'),
  put('an access token holds for an hour', client, ['AccessTokenValidity'], 60),
  put('a refresh token holds for a month', client, ['RefreshTokenValidity'], 43_200),
  put('tokens hold for hours', client, ['TokenValidityUnits', 'AccessToken'], 'hours'),
  drop('the client cannot ask for the scope of the API', client, ['AllowedOAuthScopes', 2]),
  put('tokens cannot be revoked', client, ['EnableTokenRevocation'], false),
  put('signing in tells who has an account', client, ['PreventUserExistenceErrors'], 'LEGACY'),
];
