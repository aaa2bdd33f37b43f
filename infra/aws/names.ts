import { Aws } from 'aws-cdk-lib';

const here = { partition: Aws.PARTITION, region: Aws.REGION, account: Aws.ACCOUNT_ID };

/** The same places as the best-practice checks write them in their findings. */
export const inFindings: typeof here = {
  partition: '<AWS::Partition>',
  region: '<AWS::Region>',
  account: '<AWS::AccountId>',
};

/**
 * Names and ARNs that follow from the stage. Machines, journeys and schedules are known by name, because functions start
 * machines that call functions: references both ways would be a circle.
 */
export function namesOf(prefix: string, { partition, region, account } = here) {
  const arn = (service: string, rest: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  return {
    machine: (name: string) => arn('states', `stateMachine:${prefix}-${name}`),
    machines: arn('states', 'stateMachine:'),
    /** Every journey's machine, and its versions. */
    journeys: arn('states', `stateMachine:${prefix}-j-*`),
    journeyExecutions: arn('states', `execution:${prefix}-j-*:*`),
    journeyRole: `${prefix}-journeys-${region}`,
    executions: (name: string) => arn('states', `execution:${prefix}-${name}:*`),
    scheduleGroup: `${prefix}-campaigns`,
    schedules: arn('scheduler', `schedule/${prefix}-campaigns/*`),
    addressParameter: `/${prefix}/address`,
    addressParameterArn: arn('ssm', `parameter/${prefix}/address`),
    identityParameter: `/${prefix}/identity-key`,
    identityParameterArn: arn('ssm', `parameter/${prefix}/identity-key`),
    writeKeyParameter: `/${prefix}/write-key`,
    writeKeyParameterArn: arn('ssm', `parameter/${prefix}/write-key`),
    webhookSecretParameter: `/${prefix}/webhook-secret`,
    webhookSecretParameterArn: arn('ssm', `parameter/${prefix}/webhook-secret`),
  };
}
export type Names = ReturnType<typeof namesOf>;
