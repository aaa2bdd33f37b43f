import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { BatonFunction } from './function.ts';
import type { Names } from './names.ts';

/** Starts planned campaign runs and nothing else. */
export class CampaignStarter extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { names }: { names: Names }) {
    super(scope, id);
    this.role = schedulerRole(this, 'Role', 'states:StartExecution', names.machine('campaign'));
  }
}

/**
 * What runs by the clock: functions at the rates of `infra/routes.ts`, and the group into which a publication puts the
 * one-time schedules of campaigns. The group goes with the stack, and its schedules with it.
 */
export class Timetable extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      schedules,
      functions,
      names,
    }: {
      schedules: readonly { name: string; expression: string; handler: string }[];
      functions: Readonly<Record<string, BatonFunction>>;
      names: Names;
    },
  ) {
    super(scope, id);
    new CfnScheduleGroup(this, 'Campaigns', { name: names.scheduleGroup });
    for (const { name, expression, handler } of schedules) {
      const target = functions[handler];
      if (!target) throw new Error(`infra/routes.ts: schedule ${name} names no function: ${handler}`);
      const arn = target.function.functionArn;
      new CfnSchedule(this, `Schedule-${name}`, {
        scheduleExpression: expression,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn,
          roleArn: schedulerRole(this, `Caller-${name}`, 'lambda:InvokeFunction', arn).roleArn,
          input: '{}',
          retryPolicy: { maximumRetryAttempts: 0 },
        },
      });
    }
  }
}

function schedulerRole(scope: Construct, id: string, action: string, resource: string): Role {
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    inlinePolicies: {
      rights: new PolicyDocument({
        statements: [new PolicyStatement({ actions: [action], resources: [resource] })],
      }),
    },
  });
}
