import { Aws } from 'aws-cdk-lib';

/**
 * ARNs that follow from names. Machines, journeys and schedules are known by name, because functions start machines that
 * call functions: references both ways would be a circle.
 */
const arn = (service: string, rest: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`;

export const namesOf = (prefix: string) => ({
  machine: (name: string) => arn('states', `stateMachine:${prefix}-${name}`),
  machines: arn('states', 'stateMachine:'),
  /** Every journey's machine, and its versions. */
  journeys: [arn('states', `stateMachine:${prefix}-j-*`)],
  journeyExecutions: arn('states', `execution:${prefix}-j-*:*`),
  executions: (name: string) => arn('states', `execution:${prefix}-${name}:*`),
  scheduleGroup: `${prefix}-campaigns`,
  schedules: arn('scheduler', `schedule/${prefix}-campaigns/*`),
  identityParameter: `/${prefix}/identity-key`,
  identityParameterArn: arn('ssm', `parameter/${prefix}/identity-key`),
});
export type Names = ReturnType<typeof namesOf>;
