import { account, at, isObject, objects, region, texts } from '../template.ts';
import { arnOf, every, isDeadLetter, ofType, only, type Rule, tlsOnly } from './rule.ts';

export const storage: Rule[] = [
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
