import {
  DeleteStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  type SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Log } from '../../ports.ts';

type Doors = { client: Pick<SFNClient, 'send'>; log: Log };

/**
 * Stops what runs on the machines of a deployment, before they are deleted: a machine goes only when nothing runs on it
 * any more, and whatever waits for weeks would keep it, its name and the stack for weeks.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 */
export async function stopWorkflows(doors: Doors, prefix: string): Promise<void> {
  for (const { arn, journey } of await machinesOf(doors, prefix)) if (!journey) await stopAll(doors, arn);
}

/**
 * Removes the machines of journeys, which were made while the stack ran and which CloudFormation does not know. Where data
 * is kept they are named and kept too.
 */
export async function removeJourneys(
  doors: Doors,
  { prefix, keep }: { prefix: string; keep: boolean },
): Promise<void> {
  for (const { arn, name, journey } of await machinesOf(doors, prefix)) {
    if (!journey) continue;
    doors.log.warn(keep ? 'journey left behind' : 'journey removed', { document: name });
    if (keep) continue;
    // Deleted first: from then on nothing can be started on it.
    await doors.client.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
    await stopAll(doors, arn);
  }
}

type Machine = { name: string; arn: string; journey: boolean };

async function machinesOf({ client }: Doors, prefix: string): Promise<Machine[]> {
  const machines: Machine[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListStateMachinesCommand({ nextToken, maxResults: 1000 }));
    for (const { name, stateMachineArn: arn } of page.stateMachines ?? [])
      if (arn && name?.startsWith(`${prefix}-`))
        machines.push({ name, arn, journey: name.startsWith(`${prefix}-j-`) });
    nextToken = page.nextToken;
  } while (nextToken);
  return machines;
}

async function stopAll({ client }: Doors, stateMachineArn: string): Promise<void> {
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({
      stateMachineArn,
      statusFilter: 'RUNNING',
      nextToken,
      maxResults: 1000,
    });
    const page = await client.send(command).catch(unlessGone);
    for (const { executionArn } of page?.executions ?? [])
      await client
        .send(new StopExecutionCommand({ executionArn, cause: 'the stack was deleted' }))
        .catch(unlessGone);
    nextToken = page?.nextToken;
  } while (nextToken);
}

/** What is gone already needs no stopping. */
function unlessGone(error: unknown): undefined {
  const gone = ['StateMachineDoesNotExist', 'ExecutionDoesNotExist'];
  if (!(error instanceof Error) || !gone.includes(error.name)) throw error;
}
