import { DeleteStateMachineCommand, ListStateMachinesCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Log } from '../../ports.ts';

/**
 * Removes the machines of journeys, which were made while the stack ran and which CloudFormation does not know. Deleting
 * a machine ends what runs on it. Where data is kept they are named and kept too.
 */
export async function cleanUpJourneys(
  { client, log }: { client: Pick<SFNClient, 'send'>; log: Log },
  { prefix, keep }: { prefix: string; keep: boolean },
): Promise<number> {
  let found = 0;
  let token: string | undefined;
  do {
    const page = await client.send(new ListStateMachinesCommand({ nextToken: token, maxResults: 1000 }));
    for (const { name, stateMachineArn } of page.stateMachines ?? []) {
      if (!name?.startsWith(`${prefix}-j-`)) continue;
      found++;
      log.warn(keep ? 'journey left behind' : 'journey removed', { document: name });
      if (!keep) await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    }
    token = page.nextToken;
  } while (token);
  return found;
}
