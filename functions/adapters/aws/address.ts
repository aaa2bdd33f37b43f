import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import type { Address } from '../../ports.ts';
import type { Connection } from './connection.ts';

/**
 * The site's address as it stands in Parameter Store, where the stack that has the site writes it: the stack of the
 * functions comes before it and cannot know it. It is read at the first message that needs it, and kept once it is there.
 */
export function addressIn({
  parameter,
  connection = {},
}: {
  parameter: string;
  connection?: Connection;
}): Address {
  const client = new SSMClient(connection);
  let known: string | undefined;
  return {
    origin: async () => {
      known ??= await read(client, parameter);
      return known;
    },
  };
}

async function read(client: SSMClient, parameter: string): Promise<string | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: parameter }));
    return Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}
