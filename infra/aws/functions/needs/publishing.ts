import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { plannedStarts } from '@baton/functions/adapters/aws/planned-starts.ts';
import { awsWorkflows } from '@baton/functions/adapters/aws/workflows.ts';
import type { Clock, Workflows } from '@baton/functions/ports.ts';
import { given } from './environment.ts';
import { machines } from './workflows.ts';

/** Making machines of journeys, and planning the runs of campaigns. */
export async function publishing(clock: Clock): Promise<Workflows> {
  const here = machines({ journeyRole: given('JOURNEY_ROLE'), functions: { RunStep: given('RUN_STEP') } });
  const plans = {
    group: `${here.prefix}-campaigns`,
    role: given('SCHEDULER_ROLE'),
    machines: here.builtIn,
  };
  return awsWorkflows(new SFNClient({}), here, plannedStarts(new SchedulerClient({}), plans, clock));
}
