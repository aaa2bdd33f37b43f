import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { type Clock, type PlannedStart, Rejected, Transient, type Workflows } from '../../ports.ts';

export type Plans = {
  /** Group of the schedules; it goes with the stack, and they go with it. */
  group: string;
  /** The role under which the schedules start machines. */
  role: string;
  /** ARNs of the machines that can be planned, by name. */
  machines: Readonly<Record<string, string>>;
};

/**
 * Planned starts as one-time schedules of EventBridge Scheduler. A schedule goes when it has fired; the machine claims
 * the run by its time, so a start that is delivered twice runs once. Scheduler starts executions under names of its own,
 * which is why the claim and not the name decides here.
 */
export function plannedStarts(
  client: Pick<SchedulerClient, 'send'>,
  plans: Plans,
  clock: Clock,
): Workflows['plan'] {
  return async (name, start) => {
    const place = { Name: name, GroupName: plans.group };
    try {
      if (!start || start.at <= clock.now().toISOString()) await remove(client, place);
      else await put(client, { ...place, ...scheduleOf(start, plans) });
    } catch (error) {
      const reason = nameOf(error);
      if (error instanceof Rejected) throw error;
      if (reason === 'ValidationException')
        throw new Rejected(`EventBridge Scheduler refused ${name}: ${reason}`);
      throw new Transient(`EventBridge Scheduler could not plan ${name} now: ${reason}`);
    }
  };
}

type Schedule = ConstructorParameters<typeof CreateScheduleCommand>[0];

async function remove(
  client: Pick<SchedulerClient, 'send'>,
  place: { Name: string; GroupName: string },
): Promise<void> {
  try {
    await client.send(new DeleteScheduleCommand(place));
  } catch (error) {
    if (nameOf(error) !== 'ResourceNotFoundException') throw error;
  }
}

async function put(client: Pick<SchedulerClient, 'send'>, schedule: Schedule): Promise<void> {
  try {
    await client.send(new CreateScheduleCommand(schedule));
  } catch (error) {
    if (nameOf(error) !== 'ConflictException') throw error;
    await client.send(new UpdateScheduleCommand(schedule));
  }
}

function scheduleOf({ at, machine, input }: PlannedStart, { role, machines }: Plans) {
  const arn = machines[machine];
  if (!arn) throw new Rejected(`machine ${machine} cannot be planned`);
  return {
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    ActionAfterCompletion: 'DELETE' as const,
    Target: {
      Arn: arn,
      RoleArn: role,
      Input: JSON.stringify(input),
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
