import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type FunctionDescription, type FunctionName, functions } from '../functions.ts';
import { acknowledge } from './acknowledge.ts';
import { bundles } from './bundle.ts';
import { findingsOf } from './rights.ts';

export type BatonFunctionProps = {
  name: FunctionName;
  prefix: string;
  environment: Readonly<Record<string, string>>;
  /** What the list of rights comes to here. */
  grants: readonly PolicyStatement[];
  /** Where events go that it was handed for good and could not process. */
  deadLetters?: Queue;
};

/**
 * One use case as a Lambda: a bundle of its own, a role of its own with one inline policy that grants what
 * `infra/functions.ts` lists and nothing else, and a log that is kept for 30 days.
 */
export class BatonFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(
    scope: Construct,
    id: string,
    { name, prefix, environment, grants, deadLetters }: BatonFunctionProps,
  ) {
    super(scope, id);
    const description: FunctionDescription = functions[name];
    const functionName = `${prefix}-${name}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/baton/${functionName}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        rights: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            ...grants,
          ],
        }),
      },
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(join(bundles, name)),
      role: this.role,
      logGroup,
      deadLetterQueue: deadLetters,
      memorySize: description.memoryMb,
      timeout: Duration.seconds(description.timeoutSeconds),
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: prefix },
    });
    acknowledge(this, {
      ...findingsOf(description, prefix),
      'Serverless-LambdaTracing':
        'tracing bills by request and may write anywhere in X-Ray; every log line carries the ids that lead from event to message',
      ...(deadLetters
        ? {}
        : {
            'Serverless-LambdaDLQ':
              'its caller waits for the answer and repeats, or what it works on stays in a queue, a stream or a table until it is done',
          }),
    });
  }

  /** Adds to the function's own policy; for rights that belong to whoever wakes it. */
  grant(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }),
    );
  }
}
