import {
  DeleteStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  type SFNClient,
  type StateMachineListItem,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Log } from '../../ports.ts';

type Sfn = Pick<SFNClient, 'send'>;

/*
 * A machine that is deleted goes with the last of what runs on it, and what waits for weeks would keep it, its name and
 * the stack for weeks. So executions are stopped as well.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 */

/** Stops what runs on the machines that CloudFormation is about to delete. */
export async function stopWorkflows(client: Sfn, machines: readonly string[]): Promise<void> {
  for (const machine of machines) await stopAll(client, machine);
}

/**
 * Removes the machines of journeys, which were made while the stack ran and which CloudFormation does not know. Where data
 * is kept they are named and kept too. All are listed before the first goes, because what goes meanwhile moves the pages;
 * a machine that is gone is deleted once more without complaint.
 */
export async function cleanUpJourneys(
  { client, log }: { client: Sfn; log: Log },
  { prefix, keep }: { prefix: string; keep: boolean },
): Promise<number> {
  const journeys = await journeysOf(client, prefix);
  for (const { name, stateMachineArn } of journeys) {
    if (!keep) {
      // First, so that nothing new can start on it.
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await stopAll(client, stateMachineArn);
    }
    log.warn(keep ? 'journey left behind' : 'journey removed', { document: name ?? '' });
  }
  return journeys.length;
}

async function journeysOf(client: Sfn, prefix: string): Promise<StateMachineListItem[]> {
  const journeys: StateMachineListItem[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListStateMachinesCommand({ nextToken, maxResults: 1000 }));
    journeys.push(...(page.stateMachines ?? []).filter(({ name }) => name?.startsWith(`${prefix}-j-`)));
    nextToken = page.nextToken;
  } while (nextToken);
  return journeys;
}

async function stopAll(client: Sfn, stateMachineArn: string | undefined): Promise<void> {
  const running: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken });
    const page = await client.send(command).catch(unlessGone);
    running.push(...(page?.executions ?? []).map(({ executionArn }) => executionArn));
    nextToken = page?.nextToken;
  } while (nextToken);
  for (const executionArn of running) {
    const command = new StopExecutionCommand({ executionArn, cause: 'the stack was deleted' });
    await client.send(command).catch(unlessGone);
  }
}

/** What is gone already needs no stopping. */
function unlessGone(error: unknown): undefined {
  const gone = ['StateMachineDoesNotExist', 'ExecutionDoesNotExist'];
  if (!(error instanceof Error) || !gone.includes(error.name)) throw error;
}
