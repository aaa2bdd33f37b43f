import {
  DeleteStateMachineCommand,
  ListStateMachinesCommand,
  type SFNClient,
  type StateMachineListItem,
} from '@aws-sdk/client-sfn';
import type { Log } from '../../ports.ts';

/**
 * Removes the machines of journeys, which were made while the stack ran and which CloudFormation does not know. Deleting
 * a machine ends what runs on it. Where data is kept they are named and kept too. All are listed before the first goes,
 * because what goes meanwhile moves the pages; a machine that is gone is deleted once more without complaint.
 */
export async function cleanUpJourneys(
  { client, log }: { client: Pick<SFNClient, 'send'>; log: Log },
  { prefix, keep }: { prefix: string; keep: boolean },
): Promise<number> {
  const journeys = await journeysOf(client, prefix);
  for (const { name, stateMachineArn } of journeys) {
    if (!keep) await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    log.warn(keep ? 'journey left behind' : 'journey removed', { document: name ?? '' });
  }
  return journeys.length;
}

async function journeysOf(client: Pick<SFNClient, 'send'>, prefix: string): Promise<StateMachineListItem[]> {
  const journeys: StateMachineListItem[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListStateMachinesCommand({ nextToken, maxResults: 1000 }));
    journeys.push(...(page.stateMachines ?? []).filter(({ name }) => name?.startsWith(`${prefix}-j-`)));
    nextToken = page.nextToken;
  } while (nextToken);
  return journeys;
}
