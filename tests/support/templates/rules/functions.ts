import { workflows } from '@baton/infra/routes.ts';
import { at, isObject, objects, texts } from '../template.ts';
import { arnOf, every, functionsOf, isDeadLetter, named, ofType, type Rule, secretValue } from './rule.ts';

/** Names that Lambda keeps to itself. */
const reserved =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?!LAMBDA_EXEC_WRAPPER).*|LAMBDA_.*|LD_LIBRARY_PATH|PATH|TZ|NODE_PATH)$/;

const secret = /secret|password|passwd|token|private|credential|api[_-]?key/i;

export const compute: Rule[] = [
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
