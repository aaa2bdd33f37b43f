import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@baton/functions/metrics.ts';
import { parseSchedule } from '@baton/infra/local/schedule.ts';
import { authRoutes, queues, routeKeyOf, workflows } from '@baton/infra/routes.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import type { Finding, Gate } from './finding.ts';
import type { Deployed, Resolved } from './resolve.ts';
import { account, at, isObject, list, objects, region, texts } from './template.ts';

/** A rule of the project: what must be so, and where it is not. */
type Rule = { id: string; says: string; broken: (deployed: Deployed) => string[] };

/** The places of a type that are not as they should be. */
const every =
  (type: string, good: (properties: JsonObject, resource: Resolved, deployed: Deployed) => boolean) =>
  (deployed: Deployed): string[] =>
    ofType(deployed, type)
      .filter((resource) => !good(resource.properties, resource, deployed))
      .map(({ id }) => id);

/** The same for one thing that must be there. */
const only =
  (type: string, good: (properties: JsonObject, resource: Resolved, deployed: Deployed) => boolean) =>
  (deployed: Deployed): string[] =>
    ofType(deployed, type).length === 1 ? every(type, good)(deployed) : [`${type}: not exactly one`];

const ofType = ({ resources }: Deployed, type: string): Resolved[] =>
  resources.filter((resource) => resource.type === type);

const kept = ({ stage }: Deployed): boolean => stage.stage === 'prod';
const named = (deployed: Deployed, type: string, ref: Json | undefined): Resolved | undefined =>
  ofType(deployed, type).find(
    ({ name, properties }) => name === ref || arnOf(type, name) === ref || properties === ref,
  );

const services: Record<string, string> = {
  'AWS::SQS::Queue': 'sqs',
  'AWS::Lambda::Function': 'lambda',
  'AWS::DynamoDB::Table': 'dynamodb',
};
function arnOf(type: string, name: string): string {
  const middle = `arn:aws:${services[type]}:${region}:${account}:`;
  if (type === 'AWS::Lambda::Function') return `${middle}function:${name}`;
  return type === 'AWS::DynamoDB::Table' ? `${middle}table/${name}` : `${middle}${name}`;
}

const functionsOf = (deployed: Deployed) => ofType(deployed, 'AWS::Lambda::Function');
const isDeadLetter = (deployed: Deployed, arn: Json | undefined): boolean => {
  const queue = named(deployed, 'AWS::SQS::Queue', arn);
  return (
    queue !== undefined &&
    queue.properties.RedrivePolicy === undefined &&
    queue.properties.MessageRetentionPeriod === 1_209_600
  );
};

const tables: Rule[] = [
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

const tlsOnly = (document: Json | undefined, resources: (listed: string[]) => boolean): boolean =>
  objects(at(document, 'Statement')).some(
    (each) =>
      each.Effect === 'Deny' &&
      at(each, 'Condition', 'Bool', 'aws:SecureTransport') === 'false' &&
      /^(s3|sqs|sns):(\*|Publish)$/.test(String(each.Action)) &&
      resources(texts(each.Resource)),
  );

const storage: Rule[] = [
  {
    id: 'queue-sealed',
    says: 'a queue is encrypted and speaks TLS only',
    broken: every('AWS::SQS::Queue', (p, { name }, deployed) => {
      const policy = ofType(deployed, 'AWS::SQS::QueuePolicy').find((each) =>
        texts(each.properties.Queues).includes(name),
      );
      return (
        p.SqsManagedSseEnabled === true &&
        tlsOnly(policy?.properties.PolicyDocument, (listed) =>
          listed.includes(arnOf('AWS::SQS::Queue', name)),
        )
      );
    }),
  },
  {
    id: 'queue-dead-letters',
    says: 'a queue gives up after some tries and hands over to dead letters that are kept for 14 days',
    broken: every('AWS::SQS::Queue', (p, { name }, deployed) =>
      p.RedrivePolicy === undefined
        ? isDeadLetter(deployed, arnOf('AWS::SQS::Queue', name))
        : isDeadLetter(deployed, at(p, 'RedrivePolicy', 'deadLetterTargetArn')) &&
          Number(at(p, 'RedrivePolicy', 'maxReceiveCount')) >= 3,
    ),
  },
  {
    id: 'bucket-sealed',
    says: 'the bucket is private, encrypted and speaks TLS only',
    broken: only('AWS::S3::Bucket', (p, { name }, deployed) => {
      const block = p.PublicAccessBlockConfiguration;
      const policy = ofType(deployed, 'AWS::S3::BucketPolicy').find(
        (each) => each.properties.Bucket === name,
      );
      const arn = `arn:aws:s3:::${name}`;
      return (
        isObject(block) &&
        ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every(
          (each) => block[each] === true,
        ) &&
        at(
          p,
          'BucketEncryption',
          'ServerSideEncryptionConfiguration',
          0,
          'ServerSideEncryptionByDefault',
          'SSEAlgorithm',
        ) === 'AES256' &&
        tlsOnly(
          policy?.properties.PolicyDocument,
          (listed) => listed.includes(arn) && listed.includes(`${arn}/*`),
        ) &&
        p.WebsiteConfiguration === undefined
      );
    }),
  },
  {
    id: 'topic-sealed',
    says: 'the topic speaks TLS only, and alarms of this account may publish to it',
    broken: every('AWS::SNS::Topic', (_, { name }, deployed) => {
      const arn = `arn:aws:sns:${region}:${account}:${name}`;
      const policy = ofType(deployed, 'AWS::SNS::TopicPolicy').find((each) =>
        texts(each.properties.Topics).includes(arn),
      );
      const document = policy?.properties.PolicyDocument;
      return (
        tlsOnly(document, (listed) => listed.includes(arn)) &&
        objects(at(document, 'Statement')).some(
          (each) =>
            each.Effect === 'Allow' &&
            each.Action === 'sns:Publish' &&
            at(each, 'Principal', 'Service') === 'cloudwatch.amazonaws.com' &&
            at(each, 'Condition', 'StringEquals', 'aws:SourceAccount') === account,
        )
      );
    }),
  },
];

/** Names that Lambda keeps to itself. */
const reserved =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?!LAMBDA_EXEC_WRAPPER).*|LAMBDA_.*|LD_LIBRARY_PATH|PATH|TZ|NODE_PATH)$/;
const secret = /secret|password|passwd|token|private|credential|api[_-]?key/i;
const secretValue = /AKIA[0-9A-Z]{16}|-----BEGIN|eyJ[\w-]{10,}\.|resolve:secretsmanager|resolve:ssm/;

const compute: Rule[] = [
  {
    id: 'function-runtime',
    says: 'a function runs on Node 24 and arm64, by its handler, with at most 15 minutes',
    broken: every(
      'AWS::Lambda::Function',
      (p) =>
        p.Runtime === 'nodejs24.x' &&
        texts(p.Architectures).join() === 'arm64' &&
        p.Handler === 'index.handler' &&
        Number(p.Timeout) <= 900 &&
        Number(p.MemorySize) >= 256 &&
        Number(p.MemorySize) <= 1024,
    ),
  },
  {
    id: 'function-log',
    says: 'a function writes to a log of its own',
    broken: every('AWS::Lambda::Function', (p, _, deployed) => {
      const log = at(p, 'LoggingConfig', 'LogGroup');
      return (
        named(deployed, 'AWS::Logs::LogGroup', log) !== undefined &&
        log === `/baton/${p.FunctionName}` &&
        functionsOf(deployed).filter((other) => at(other.properties, 'LoggingConfig', 'LogGroup') === log)
          .length === 1
      );
    }),
  },
  {
    id: 'log-retention',
    says: 'a log is kept for 30 days',
    broken: every('AWS::Logs::LogGroup', (p) => p.RetentionInDays === 30),
  },
  {
    id: 'function-environment',
    says: 'the environment has no reserved names and no secrets, and fits into 4 kB',
    broken: every('AWS::Lambda::Function', (p) => {
      const variables = Object.entries(
        isObject(at(p, 'Environment', 'Variables')) ? (at(p, 'Environment', 'Variables') ?? {}) : {},
      );
      return (
        variables.every(
          ([name, value]) =>
            /^[A-Z][A-Z0-9_]+$/.test(name) &&
            !reserved.test(name) &&
            !secret.test(name) &&
            !secretValue.test(String(value)) &&
            String(value) !== '',
        ) && JSON.stringify(variables).length < 4096
      );
    }),
  },
  {
    id: 'function-private',
    says: 'a function has no address of its own and no layers, and lies in no network',
    broken: (deployed) =>
      [
        ...ofType(deployed, 'AWS::Lambda::Url'),
        ...functionsOf(deployed).filter(
          ({ properties }) => properties.Layers !== undefined || properties.VpcConfig !== undefined,
        ),
      ].map(({ id }) => id),
  },
  {
    id: 'mapping-of-queue',
    says: 'a queue wakes its function with single failures reported, and hides messages for as long as the function may run',
    broken: every('AWS::Lambda::EventSourceMapping', (p, _, deployed) => {
      const queue = named(deployed, 'AWS::SQS::Queue', p.EventSourceArn);
      if (!queue) return true;
      const consumer = named(deployed, 'AWS::Lambda::Function', p.FunctionName);
      return (
        texts(p.FunctionResponseTypes).join() === 'ReportBatchItemFailures' &&
        Number(queue.properties.VisibilityTimeout ?? 30) >=
          Number(consumer?.properties.Timeout ?? Number.POSITIVE_INFINITY) &&
        Number(at(p, 'ScalingConfig', 'MaximumConcurrency')) >= 2
      );
    }),
  },
  {
    id: 'mapping-of-stream',
    says: 'changes wake their function by kind, are halved on failure, and end in the dead letters after ten tries',
    broken: every('AWS::Lambda::EventSourceMapping', (p, _, deployed) => {
      if (named(deployed, 'AWS::SQS::Queue', p.EventSourceArn)) return true;
      const stream = ofType(deployed, 'AWS::DynamoDB::Table').some(
        ({ name, properties }) =>
          properties.StreamSpecification !== undefined &&
          String(p.EventSourceArn).startsWith(`${arnOf('AWS::DynamoDB::Table', name)}/stream/`),
      );
      return (
        stream &&
        named(deployed, 'AWS::Lambda::Function', p.FunctionName) !== undefined &&
        p.BisectBatchOnFunctionError === true &&
        texts(p.FunctionResponseTypes).join() === 'ReportBatchItemFailures' &&
        p.MaximumRetryAttempts === 10 &&
        p.StartingPosition === 'TRIM_HORIZON' &&
        objects(at(p, 'FilterCriteria', 'Filters')).length === 1 &&
        isDeadLetter(deployed, at(p, 'DestinationConfig', 'OnFailure', 'Destination'))
      );
    }),
  },
  {
    id: 'machine-standard',
    says: 'a machine is a standard one, known by its name',
    broken: every(
      'AWS::StepFunctions::StateMachine',
      (p, _, { stage }) =>
        (p.StateMachineType === undefined || p.StateMachineType === 'STANDARD') &&
        workflows.some((name) => p.StateMachineName === `baton-${stage.stage}-${name}`),
    ),
  },
];

const events: Rule[] = [
  {
    id: 'rule-target',
    says: 'a rule hands over to something that is there, with dead letters and a day of tries',
    broken: every(
      'AWS::Events::Rule',
      (p, _, deployed) =>
        objects(p.Targets).length > 0 &&
        objects(p.Targets).every(
          (target) =>
            isDeadLetter(deployed, at(target, 'DeadLetterConfig', 'Arn')) &&
            at(target, 'RetryPolicy', 'MaximumEventAgeInSeconds') === 86_400 &&
            (named(deployed, 'AWS::SQS::Queue', target.Arn) !== undefined ||
              named(deployed, 'AWS::Lambda::Function', target.Arn) !== undefined ||
              (String(target.Arn).includes(':api-destination/') && target.RoleArn !== undefined)),
        ),
    ),
  },
  {
    id: 'rule-narrow',
    says: 'a rule of the default bus hears providers only; no rule hears everything',
    broken: every('AWS::Events::Rule', (p) => {
      const pattern = isObject(p.EventPattern) ? p.EventPattern : {};
      if (p.State !== 'ENABLED' || Object.keys(pattern).length === 0) return false;
      return (
        p.EventBusName !== undefined || texts(pattern.source).every((source) => source.startsWith('aws.'))
      );
    }),
  },
  {
    id: 'rule-let-in',
    says: 'whatever a rule hands over to lets it in',
    broken: (deployed) =>
      ofType(deployed, 'AWS::Events::Rule').flatMap(({ id, name, properties }) => {
        const rule = `arn:aws:events:${region}:${account}:rule/${name}`;
        return objects(properties.Targets)
          .flatMap((target) => [target.Arn, at(target, 'DeadLetterConfig', 'Arn')])
          .filter((arn) => !String(arn).includes(':api-destination/') && !letsIn(deployed, arn, rule))
          .map(() => id);
      }),
  },
  {
    id: 'archive-cloud-events',
    says: 'the archive keeps CloudEvents for 30 days and nothing else',
    broken: only(
      'AWS::Events::Archive',
      (p) =>
        p.RetentionDays === 30 && JSON.stringify(p.EventPattern) === '{"detail":{"specversion":["1.0"]}}',
    ),
  },
  {
    id: 'webhook',
    says: 'webhooks are posted over https, at a pace, with the key by which the receiver knows a message again',
    broken: (deployed) => [
      ...every(
        'AWS::Events::ApiDestination',
        (p) =>
          String(p.InvocationEndpoint).startsWith('https://') &&
          p.HttpMethod === 'POST' &&
          Number(p.InvocationRateLimitPerSecond) <= 300,
      )(deployed),
      ...every('AWS::Events::Rule', (p) =>
        objects(p.Targets).every(
          (target) =>
            !String(target.Arn).includes(':api-destination/') ||
            at(target, 'HttpParameters', 'HeaderParameters', 'Idempotency-Key') === '$.detail.sendId',
        ),
      )(deployed),
    ],
  },
  {
    id: 'mail-feedback',
    says: 'mail goes by TLS, hears of bounces and complaints, and tells the default bus what became of it',
    broken: (deployed) => [
      ...every(
        'AWS::SES::ConfigurationSet',
        (p) =>
          at(p, 'DeliveryOptions', 'TlsPolicy') === 'REQUIRE' &&
          texts(at(p, 'SuppressionOptions', 'SuppressedReasons'))
            .sort()
            .join() === 'BOUNCE,COMPLAINT',
      )(deployed),
      ...every('AWS::SES::ConfigurationSetEventDestination', (p) => {
        const kinds = texts(at(p, 'EventDestination', 'MatchingEventTypes'));
        return (
          at(p, 'EventDestination', 'Enabled') === true &&
          ['SEND', 'DELIVERY', 'BOUNCE', 'COMPLAINT', 'REJECT', 'RENDERING_FAILURE'].every((kind) =>
            kinds.includes(kind),
          ) &&
          at(p, 'EventDestination', 'EventBridgeDestination', 'EventBusArn') ===
            `arn:aws:events:${region}:${account}:event-bus/default`
        );
      })(deployed),
    ],
  },
  {
    id: 'schedule',
    says: 'a schedule has a valid expression and a function that is there, and is not tried again: the next one comes',
    broken: every('AWS::Scheduler::Schedule', (p, _, deployed) => {
      try {
        parseSchedule(String(p.ScheduleExpression));
      } catch {
        return false;
      }
      return (
        named(deployed, 'AWS::Lambda::Function', at(p, 'Target', 'Arn')) !== undefined &&
        at(p, 'Target', 'RetryPolicy', 'MaximumRetryAttempts') === 0 &&
        at(p, 'FlexibleTimeWindow', 'Mode') === 'OFF'
      );
    }),
  },
  {
    id: 'deployed-last',
    says: 'the library is published when the functions and the group of schedules are there',
    broken: only('Custom::BatonLibrary', (_, { part, dependsOn }, deployed) =>
      deployed.resources
        .filter(
          (each) =>
            each.part === part && /^AWS::(Lambda::Function|Scheduler::ScheduleGroup)$/.test(each.type),
        )
        .every(({ id }) => dependsOn.includes(id)),
    ),
  },
];

/** A policy or permission names the rule, so that EventBridge may hand over to it. */
function letsIn(deployed: Deployed, arn: Json | undefined, rule: string): boolean {
  const queue = named(deployed, 'AWS::SQS::Queue', arn);
  if (!queue)
    return ofType(deployed, 'AWS::Lambda::Permission').some(
      ({ properties }) => properties.FunctionName === arn && properties.SourceArn === rule,
    );
  return ofType(deployed, 'AWS::SQS::QueuePolicy')
    .filter(({ properties }) => texts(properties.Queues).includes(queue.name))
    .flatMap(({ properties }) => objects(at(properties, 'PolicyDocument', 'Statement')))
    .some(
      (each) =>
        each.Effect === 'Allow' &&
        at(each, 'Principal', 'Service') === 'events.amazonaws.com' &&
        texts(each.Action).includes('sqs:SendMessage') &&
        texts(each.Resource).includes(String(arn)) &&
        [
          ...texts(at(each, 'Condition', 'ArnEquals', 'aws:SourceArn')),
          ...texts(at(each, 'Condition', 'StringEquals', 'aws:SourceArn')),
        ].includes(rule),
    );
}

const openRoutes = authRoutes.map(routeKeyOf);

const doors: Rule[] = [
  {
    id: 'route-authorised',
    says: 'a route asks for a token with the scope or for a signature; only signing in is open',
    broken: every('AWS::ApiGatewayV2::Route', (p, _, deployed) => {
      if (openRoutes.includes(String(p.RouteKey))) return p.AuthorizationType === 'NONE';
      if (p.AuthorizationType === 'AWS_IAM') return p.AuthorizerId === undefined;
      return (
        p.AuthorizationType === 'JWT' &&
        texts(p.AuthorizationScopes).join() === 'baton/api' &&
        ofType(deployed, 'AWS::ApiGatewayV2::Authorizer').some(({ name }) => name === p.AuthorizerId)
      );
    }),
  },
  {
    id: 'authorizer',
    says: 'a token is of our pool and for our client',
    broken: only('AWS::ApiGatewayV2::Authorizer', (p, _, deployed) => {
      const [pool] = ofType(deployed, 'AWS::Cognito::UserPool');
      const [client] = ofType(deployed, 'AWS::Cognito::UserPoolClient');
      return (
        p.AuthorizerType === 'JWT' &&
        texts(p.IdentitySource).join() === '$request.header.Authorization' &&
        at(p, 'JwtConfiguration', 'Issuer') === `https://cognito-idp.${region}.amazonaws.com/${pool?.name}` &&
        texts(at(p, 'JwtConfiguration', 'Audience')).join() === client?.name
      );
    }),
  },
  {
    id: 'integration',
    says: 'a route leads to a function that lets the API in',
    broken: every('AWS::ApiGatewayV2::Route', (p, _, deployed) => {
      const integration = ofType(deployed, 'AWS::ApiGatewayV2::Integration').find(
        ({ name }) => p.Target === `integrations/${name}`,
      );
      const path = String(p.RouteKey).split(' ')[1];
      return (
        integration?.properties.IntegrationType === 'AWS_PROXY' &&
        integration.properties.PayloadFormatVersion === '2.0' &&
        named(deployed, 'AWS::Lambda::Function', integration.properties.IntegrationUri) !== undefined &&
        ofType(deployed, 'AWS::Lambda::Permission').some(
          ({ properties }) =>
            properties.Principal === 'apigateway.amazonaws.com' &&
            properties.FunctionName === integration.properties.IntegrationUri &&
            String(properties.SourceArn).endsWith(`/*/*${path}`),
        )
      );
    }),
  },
  {
    id: 'no-cors',
    says: 'the API is reached from its own address only',
    broken: only(
      'AWS::ApiGatewayV2::Api',
      (p) => p.CorsConfiguration === undefined && p.ProtocolType === 'HTTP',
    ),
  },
  {
    id: 'throttled',
    says: 'the API is throttled and keeps a log without addresses of callers',
    broken: only('AWS::ApiGatewayV2::Stage', (p) => {
      const { ThrottlingRateLimit, ThrottlingBurstLimit } = objects(p.DefaultRouteSettings)[0] ?? {};
      return (
        Number(ThrottlingRateLimit) > 0 &&
        Number(ThrottlingRateLimit) <= 1000 &&
        Number(ThrottlingBurstLimit) >= Number(ThrottlingRateLimit) &&
        String(at(p, 'AccessLogSettings', 'DestinationArn')).includes(':log-group:/baton/') &&
        !/sourceIp|userAgent|identity|claims/.test(String(at(p, 'AccessLogSettings', 'Format')))
      );
    }),
  },
  {
    id: 'site-behaviours',
    says: 'the API and signing in pass by the cache over https; pages come with headers from the bucket alone',
    broken: only('AWS::CloudFront::Distribution', (p) => {
      const config = at(p, 'DistributionConfig');
      const behaviours = objects(at(config, 'CacheBehaviors'));
      const origins = objects(at(config, 'Origins'));
      const bucket = origins.find(({ S3OriginConfig }) => S3OriginConfig !== undefined);
      const api = origins.find(({ CustomOriginConfig }) => CustomOriginConfig !== undefined);
      const pages = at(config, 'DefaultCacheBehavior');
      return (
        behaviours.map(({ PathPattern }) => PathPattern).join() === '/api/*,/auth/*' &&
        behaviours.every(
          (each) =>
            each.CachePolicyId === cachingDisabled &&
            each.OriginRequestPolicyId === allButHost &&
            each.ViewerProtocolPolicy === 'https-only' &&
            texts(each.AllowedMethods).sort().join() === 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT' &&
            each.TargetOriginId === api?.Id,
        ) &&
        at(api, 'CustomOriginConfig', 'OriginProtocolPolicy') === 'https-only' &&
        texts(at(api, 'CustomOriginConfig', 'OriginSSLProtocols')).join() === 'TLSv1.2' &&
        String(api?.DomainName).endsWith('.amazonaws.com') &&
        at(pages, 'TargetOriginId') === bucket?.Id &&
        at(pages, 'ViewerProtocolPolicy') === 'redirect-to-https' &&
        at(pages, 'ResponseHeadersPolicyId') !== undefined &&
        at(pages, 'FunctionAssociations', 0, 'EventType') === 'viewer-request' &&
        bucket?.OriginAccessControlId !== undefined &&
        at(config, 'DefaultRootObject') === 'index.html'
      );
    }),
  },
  {
    id: 'site-tls',
    says: 'with an address of its own, the site speaks TLS 1.2 or later, by a certificate from where CloudFront looks for it',
    broken: only(
      'AWS::CloudFront::Distribution',
      (p) =>
        at(p, 'DistributionConfig', 'Aliases') === undefined ||
        (at(p, 'DistributionConfig', 'ViewerCertificate', 'MinimumProtocolVersion') === 'TLSv1.2_2021' &&
          /^arn:aws:acm:us-east-1:\d{12}:certificate\//.test(
            String(at(p, 'DistributionConfig', 'ViewerCertificate', 'AcmCertificateArn')),
          ) &&
          at(p, 'DistributionConfig', 'ViewerCertificate', 'SslSupportMethod') === 'sni-only'),
    ),
  },
  {
    id: 'site-headers',
    says: 'pages carry the policy that stands in them, cannot be framed, and are asked for over https for two years',
    broken: only('AWS::CloudFront::ResponseHeadersPolicy', (p) => {
      const headers = at(p, 'ResponseHeadersPolicyConfig', 'SecurityHeadersConfig');
      return (
        at(headers, 'ContentSecurityPolicy', 'ContentSecurityPolicy') ===
          `${policyInPage()}; frame-ancestors 'none'` &&
        Number(at(headers, 'StrictTransportSecurity', 'AccessControlMaxAgeSec')) >= 63_072_000 &&
        at(headers, 'StrictTransportSecurity', 'IncludeSubdomains') === true &&
        at(headers, 'FrameOptions', 'FrameOption') === 'DENY' &&
        at(headers, 'ReferrerPolicy', 'ReferrerPolicy') === 'no-referrer' &&
        [...Object.values(isObject(headers) ? headers : {})].every((each) => at(each, 'Override') === true) &&
        isObject(headers) &&
        Object.keys(headers).length === 5 &&
        !/unsafe-inline|unsafe-eval|https?:/.test(policyInPage())
      );
    }),
  },
  {
    id: 'pool',
    says: 'administrators make accounts, a second factor is required, passwords are long',
    broken: only(
      'AWS::Cognito::UserPool',
      (p, _, deployed) =>
        p.MfaConfiguration === 'ON' &&
        texts(p.EnabledMfas).join() === 'SOFTWARE_TOKEN_MFA' &&
        at(p, 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly') === true &&
        Number(at(p, 'Policies', 'PasswordPolicy', 'MinimumLength')) >= 12 &&
        (p.DeletionProtection === 'ACTIVE') === kept(deployed),
    ),
  },
  {
    id: 'client',
    says: 'the client has no secret, signs in by code, comes back over https, and its tokens are short',
    broken: only('AWS::Cognito::UserPoolClient', (p, _, deployed) => {
      const minutes =
        isObject(p.TokenValidityUnits) &&
        Object.values(p.TokenValidityUnits).every((unit) => unit === 'minutes');
      return (
        p.GenerateSecret !== true &&
        texts(p.AllowedOAuthFlows).join() === 'code' &&
        p.AllowedOAuthFlowsUserPoolClient === true &&
        texts(p.AllowedOAuthScopes).join() === 'openid,email,baton/api' &&
        (p.ExplicitAuthFlows === undefined || !/PASSWORD/.test(texts(p.ExplicitAuthFlows).join())) &&
        texts(p.CallbackURLs).join() === `${siteOf(deployed)}/auth/callback` &&
        texts(p.LogoutURLs).join() === `${siteOf(deployed)}/` &&
        minutes &&
        Number(p.AccessTokenValidity) <= 15 &&
        Number(p.IdTokenValidity) <= 15 &&
        Number(p.RefreshTokenValidity) <= 720 &&
        p.EnableTokenRevocation === true &&
        p.PreventUserExistenceErrors === 'ENABLED' &&
        texts(p.SupportedIdentityProviders).join() === 'COGNITO'
      );
    }),
  },
];

/** Policies of CloudFront itself. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const allButHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

function siteOf(deployed: Deployed): string {
  const [site] = ofType(deployed, 'AWS::CloudFront::Distribution');
  const alias = at(site?.properties, 'DistributionConfig', 'Aliases', 0);
  return `https://${alias ?? `${site?.id.toLowerCase()}.cloudfront.net`}`;
}

const page = join(import.meta.dirname, '../../../designer/build/index.html');
let policy: string | undefined;
function policyInPage(): string {
  policy ??= /content-security-policy" content="([^"]+)"/.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
  return policy;
}

/** What costs nothing while nothing happens, and is all that a dev stage may consist of. */
const freeWhileIdle = new Set(
  [
    ...[
      'ApiGatewayV2::Api',
      'ApiGatewayV2::Authorizer',
      'ApiGatewayV2::Integration',
      'ApiGatewayV2::Route',
      'ApiGatewayV2::Stage',
    ],
    ...[
      'CloudFront::Distribution',
      'CloudFront::Function',
      'CloudFront::OriginAccessControl',
      'CloudFront::ResponseHeadersPolicy',
    ],
    ...['CloudWatch::Alarm', 'CloudWatch::Dashboard'],
    ...[
      'Cognito::ManagedLoginBranding',
      'Cognito::UserPool',
      'Cognito::UserPoolClient',
      'Cognito::UserPoolDomain',
    ],
    ...['Cognito::UserPoolGroup', 'Cognito::UserPoolResourceServer', 'DynamoDB::Table'],
    ...['Events::Archive', 'Events::EventBus', 'Events::Rule', 'IAM::Policy', 'IAM::Role'],
    ...['Lambda::EventSourceMapping', 'Lambda::Function', 'Lambda::Permission', 'Logs::LogGroup'],
    ...['S3::Bucket', 'S3::BucketPolicy', 'SQS::Queue', 'SQS::QueuePolicy'],
    ...['Scheduler::Schedule', 'Scheduler::ScheduleGroup', 'StepFunctions::StateMachine'],
  ].map((type) => `AWS::${type}`),
);
const onRequest = new Set([
  ...[
    'AWS::Events::ApiDestination',
    'AWS::Events::Connection',
    'AWS::KMS::Key',
    'AWS::SES::ConfigurationSet',
  ],
  ...[
    'AWS::SES::ConfigurationSetEventDestination',
    'AWS::SMSVOICE::ConfigurationSet',
    'AWS::SNS::Subscription',
  ],
  ...['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy'],
]);

/** Types that carry tags, by the property in which they do. */
const tagged: Record<string, string> = {
  'AWS::Cognito::UserPool': 'UserPoolTags',
  ...Object.fromEntries(
    [
      ...[
        'ApiGatewayV2::Api',
        'ApiGatewayV2::Stage',
        'CloudFront::Distribution',
        'CloudFront::Function',
        'CloudWatch::Alarm',
      ],
      ...[
        'DynamoDB::Table',
        'Events::EventBus',
        'Events::Rule',
        'IAM::Role',
        'KMS::Key',
        'Lambda::EventSourceMapping',
      ],
      ...[
        'Lambda::Function',
        'Logs::LogGroup',
        'S3::Bucket',
        'SES::ConfigurationSet',
        'SMSVOICE::ConfigurationSet',
      ],
      ...['SNS::Topic', 'SQS::Queue', 'Scheduler::ScheduleGroup', 'StepFunctions::StateMachine'],
    ].map((type) => [`AWS::${type}`, 'Tags']),
  ),
};

const names: Record<string, string> = {
  'AWS::ApiGatewayV2::Api': 'Name',
  'AWS::CloudFront::OriginAccessControl': 'OriginAccessControlConfig.Name',
  'AWS::CloudFront::ResponseHeadersPolicy': 'ResponseHeadersPolicyConfig.Name',
  'AWS::CloudFront::Function': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::Cognito::UserPool': 'UserPoolName',
  'AWS::Cognito::UserPoolDomain': 'Domain',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SMSVOICE::ConfigurationSet': 'ConfigurationSetName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** The names that a stage takes in its account, by type. */
export function physicalNames({ resources }: Deployed): string[] {
  return resources.flatMap(({ type, properties }) => {
    const name = at(properties, ...(names[type] ?? '').split('.'));
    return name === undefined ? [] : [`${type} ${name}`];
  });
}

const wholeAccount: Rule[] = [
  {
    id: 'references',
    says: 'a reference leads to something that has what it asks for',
    broken: ({ dangling }) => dangling.map(({ at: where, says }) => `${where}: ${says}`),
  },
  {
    id: 'depends',
    says: 'what is waited for is in the same stack',
    broken: ({ resources, stage }) =>
      resources
        .filter(({ part, dependsOn }) =>
          dependsOn.some((id) => !Object.hasOwn(stage.templates[part].Resources, id)),
        )
        .map(({ id }) => id),
  },
  {
    id: 'idle-costs',
    says: 'nothing costs money while nothing happens, unless it was asked for',
    broken: (deployed) =>
      deployed.resources
        .filter(
          ({ type }) =>
            !freeWhileIdle.has(type) &&
            !type.startsWith('Custom::Baton') &&
            !(kept(deployed) && onRequest.has(type)),
        )
        .map(({ id, type }) => `${id} ${type}`),
  },
  {
    id: 'no-capacity',
    says: 'nothing is kept ready or reserved',
    broken: (deployed) =>
      deployed.resources
        .filter(
          ({ properties: p }) =>
            p.ProvisionedConcurrencyConfig !== undefined ||
            p.ProvisionedPollerConfig !== undefined ||
            p.ReservedConcurrentExecutions === 0,
        )
        .map(({ id }) => id),
  },
  {
    id: 'tagged',
    says: 'everything that can carry a tag says which stack it is of',
    broken: ({ resources, stage }) =>
      resources
        .filter(({ type, properties }) => {
          const tags = properties[tagged[type] ?? ''];
          if (tagged[type] === undefined) return false;
          const value = isObject(tags)
            ? tags['baton:stack']
            : objects(tags).find(({ Key }) => Key === 'baton:stack')?.Value;
          return value !== `baton-${stage.stage}`;
        })
        .map(({ id }) => id),
  },
  {
    id: 'names',
    says: 'a name is of this stage and taken once',
    broken: (deployed) => {
      const taken = physicalNames(deployed);
      return taken.filter(
        (name, index) =>
          taken.indexOf(name) !== index || !new RegExp(`baton-?${deployed.stage.stage}`, 'i').test(name),
      );
    },
  },
  {
    id: 'no-secrets',
    says: 'no template carries a secret',
    broken: ({ resources }) =>
      resources.filter(({ properties }) => secretValue.test(JSON.stringify(properties))).map(({ id }) => id),
  },
];

/** Metrics that AWS itself keeps, as far as alarms look at them. */
const metricsOfAws: Record<string, readonly string[]> = {
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible'],
  'AWS/Lambda': ['Errors', 'IteratorAge', 'Throttles'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut', 'ThrottledEvents'],
  'AWS/ApiGateway': ['5xx', '4xx', 'Count'],
};

/** Values of a dimension that lead to something in the stage. */
function dimensionLeads(deployed: Deployed, { Name, Value }: JsonObject): boolean {
  if (Name === 'QueueName') return named(deployed, 'AWS::SQS::Queue', Value) !== undefined;
  if (Name === 'FunctionName') return named(deployed, 'AWS::Lambda::Function', Value) !== undefined;
  if (Name === 'ApiId') return ofType(deployed, 'AWS::ApiGatewayV2::Api').some(({ name }) => name === Value);
  if (Name === 'StateMachineArn')
    return ofType(deployed, 'AWS::StepFunctions::StateMachine').some(({ name }) =>
      String(Value).endsWith(`:${name}`),
    );
  return Name === 'ServiceMetric' || Name === 'service';
}

/** Own metrics are of the catalogue, and looked for under a function whose bundle counts them. */
const emits = (emitters: Emitters, metric: string, service: string): boolean =>
  Object.hasOwn(catalogue, metric) && (emitters[metric] ?? []).includes(service);

/** Functions by the metric that their bundles count. */
export type Emitters = Readonly<Record<string, readonly string[]>>;

const watching = (emitters: Emitters): Rule[] => [
  {
    id: 'alarm-metric',
    says: 'an alarm looks at a metric that somebody keeps, of something that is there',
    broken: every('AWS::CloudWatch::Alarm', (p, _, deployed) => {
      const { Namespace, MetricName } = p;
      const dimensions = objects(p.Dimensions);
      const service = dimensions.find(({ Name }) => Name === 'service')?.Value;
      const isKept = /^baton-(?:dev|prod)$/.test(String(Namespace))
        ? emits(emitters, String(MetricName), String(service))
        : (metricsOfAws[String(Namespace)] ?? []).includes(String(MetricName));
      return isKept && dimensions.every((dimension) => dimensionLeads(deployed, dimension));
    }),
  },
  {
    id: 'alarm-quiet',
    says: 'a quiet hour is no alarm; an alarm counts in five minutes, and with an address it tells somebody',
    broken: every(
      'AWS::CloudWatch::Alarm',
      (p, _, deployed) =>
        p.TreatMissingData === 'notBreaching' &&
        p.ComparisonOperator === 'GreaterThanThreshold' &&
        p.Period === 300 &&
        Number(p.Threshold) >= 0 &&
        (ofType(deployed, 'AWS::SNS::Topic').length === 0 || list(p.AlarmActions).length === 1),
    ),
  },
  {
    id: 'alarms-complete',
    says: 'ten alarms, and all that the catalogue asks for',
    broken: (deployed) => {
      const alarms = ofType(deployed, 'AWS::CloudWatch::Alarm');
      const looked = new Set(alarms.map(({ properties }) => properties.MetricName));
      const asked = Object.entries(catalogue).filter(([, metric]) => 'alarm' in metric);
      return [
        ...(alarms.length === 10 ? [] : [`${alarms.length} alarms`]),
        ...asked.map(([name]) => name).filter((name) => !looked.has(name)),
        ...[...deadLetters(deployed)].filter(
          (queue) =>
            !alarms.some(({ properties }) =>
              objects(properties.Dimensions).some(({ Value }) => Value === queue),
            ),
        ),
      ];
    },
  },
  {
    id: 'dashboard-metrics',
    says: 'the dashboard shows metrics that somebody keeps',
    broken: only('AWS::CloudWatch::Dashboard', (p) => {
      const shown = [...String(p.DashboardBody).matchAll(/\["baton-\w+","(\w+)","service","([\w-]+)"/g)];
      return (
        shown.length > 0 && shown.every(([, metric = '', service = '']) => emits(emitters, metric, service))
      );
    }),
  },
];

const deadLetters = (deployed: Deployed): Set<string> =>
  new Set(
    ofType(deployed, 'AWS::SQS::Queue')
      .filter(({ properties }) => properties.RedrivePolicy === undefined)
      .map(({ name }) => name),
  );

/** Every rule of the project by itself, in one table. */
export const projectRules = (emitters: Emitters): Rule[] => [
  ...tables,
  ...storage,
  ...compute,
  ...events,
  ...doors,
  ...wholeAccount,
  ...watching(emitters),
];

export const projectGate =
  (rules: readonly Rule[]): Gate =>
  (deployed) =>
    rules.flatMap(({ id, says, broken }) =>
      broken(deployed).map((where): Finding => ({ rule: id, at: where, says })),
    );

/** How much longer a message is hidden than its consumer may run. AWS recommends six times. */
export const hidingFactors = (deployed: Deployed): Record<string, number> =>
  Object.fromEntries(
    queues.map(({ name, handler, visibilitySeconds }) => {
      const consumer = functionsOf(deployed).find(({ properties }) =>
        String(properties.FunctionName).endsWith(`-${handler}`),
      );
      return [name, visibilitySeconds / Number(consumer?.properties.Timeout)];
    }),
  );
