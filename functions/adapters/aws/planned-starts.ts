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
    const gone = !start || Date.parse(start.at) <= clock.now().getTime();
    const wanted = gone ? undefined : { ...place, ...scheduleOf(start, plans) };
    try {
      await (wanted ? put(client, wanted) : remove(client, place));
    } catch (error) {
      throw failureOf(error, name);
    }
  };
}

type Schedule = ConstructorParameters<typeof CreateScheduleCommand>[0];

/**
 * One that fires between the two calls is gone for the second, and so is a group that was not deployed for the first:
 * then nothing is planned yet, and somebody must try again.
 */
async function put(client: Pick<SchedulerClient, 'send'>, schedule: Schedule): Promise<void> {
  try {
    await client.send(new CreateScheduleCommand(schedule));
  } catch (error) {
    if (nameOf(error) !== 'ConflictException') throw error;
    await client.send(new UpdateScheduleCommand(schedule));
  }
}

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

function scheduleOf({ at, machine, input }: PlannedStart, { role, machines }: Plans) {
  const arn = machines[machine];
  if (!arn)
    throw new Rejected(
      `machine ${machine} cannot be planned; plan one of ${Object.keys(machines).join(', ')}`,
    );
  return {
    ScheduleExpression: `at(${wholeSecond(at)})`,
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

/** Scheduler knows whole seconds; the next one, so that nothing starts before its time or is planned for the past. */
const wholeSecond = (at: string): string =>
  new Date(Math.ceil(Date.parse(at) / 1000) * 1000).toISOString().slice(0, 19);

const permanent = new Set(['ServiceQuotaExceededException', 'ValidationException']);

function failureOf(error: unknown, name: string): Rejected | Transient {
  const reason = nameOf(error);
  return permanent.has(reason)
    ? new Rejected(`EventBridge Scheduler refused to plan ${name} (${reason})`)
    : new Transient(`EventBridge Scheduler could not plan ${name} now (${reason}); try again`);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
