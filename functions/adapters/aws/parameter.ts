import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { Rejected } from '../../ports.ts';
import type { Connection } from './connection.ts';

/** What a parameter holds, decrypted; `undefined` where there is none. */
export async function fetchParameter(client: SSMClient, name: string): Promise<string | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/** Makes an encrypted parameter; one that is there, or that somebody else makes at the same time, stays as it is. */
export async function makeParameter(
  client: SSMClient,
  { name, value, description }: { name: string; value: string; description: string },
): Promise<'made' | 'exists'> {
  try {
    await client.send(
      new PutParameterCommand({
        Name: name,
        Type: 'SecureString',
        Value: value,
        Overwrite: false,
        Description: description,
      }),
    );
    return 'made';
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return 'exists';
    throw error;
  }
}

/** Takes a parameter away, also where it is gone already. */
export async function removeParameter(client: SSMClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteParameterCommand({ Name: name }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
}

/** So long a value is used without looking whether it was exchanged. */
const freshMs = 5 * 60_000;

/** What a parameter holds, read once in five minutes; what cannot be read is asked for again. */
function inForce<Value>(read: () => Promise<Value>, now: () => number): () => Promise<Value> {
  let known: { value: Value; until: number } | undefined;
  return async () => {
    if (known && now() < known.until) return known.value;
    known = { value: await read(), until: now() + freshMs };
    return known.value;
  };
}

type Place = { /** Name of a SecureString parameter. */ parameter: string; connection?: Connection };

/**
 * A secret that others know as well, in Parameter Store.
 *
 * 1. A stack makes it when it is deployed; one that is there stays, because those others know it. It goes with its stack.
 * 2. A new value is in force within five minutes.
 * 3. Where it is missing, or `read` finds that it is none, nothing goes on: `lacking` says what is to be done.
 */
export const secretParameter = <Value>({
  read,
  make,
  lacking,
  description,
}: {
  read: (text: string) => Value | undefined;
  make: () => string;
  lacking: string;
  description: string;
}) => ({
  in: ({ parameter, connection = {} }: Place, now: () => number = Date.now): (() => Promise<Value>) => {
    const client = new SSMClient(connection);
    return inForce(async () => {
      const value = read((await fetchParameter(client, parameter)) ?? '');
      if (value === undefined) throw new Rejected(`${parameter}: ${lacking}`);
      return value;
    }, now);
  },
  make: ({ parameter, connection = {} }: Place): Promise<'made' | 'exists'> =>
    makeParameter(new SSMClient(connection), { name: parameter, value: make(), description }),
  remove: ({ parameter, connection = {} }: Place): Promise<void> =>
    removeParameter(new SSMClient(connection), parameter),
});
