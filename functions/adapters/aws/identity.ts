import { randomBytes } from 'node:crypto';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { type Identity, Rejected } from '../../ports.ts';
import { identityBy, identityKeyBytes, identityKeyShape, readIdentityKey } from '../identity-key.ts';
import type { Connection } from './connection.ts';

type Settings = { /** Name of a SecureString parameter. */ parameter: string; connection?: Connection };

/**
 * Identity by the key in Parameter Store. It is fetched once, because an HMAC is needed at once wherever somebody is
 * named; call this when the function starts, and keep what it gives.
 */
export async function loadIdentity({ parameter, connection = {} }: Settings): Promise<Identity> {
  const text = await fetchKey(new SSMClient(connection), parameter);
  if (text === undefined)
    throw new Rejected(
      `${parameter}: there is no such parameter, and without it Baton cannot recognise anybody; deploy again to make it, or restore it where people are known already`,
    );
  const bytes = readIdentityKey(text);
  if (!bytes)
    throw new Rejected(`${parameter}: it holds no key; it must be ${identityKeyShape}: restore its value`);
  return identityBy(bytes);
}

async function fetchKey(client: SSMClient, parameter: string): Promise<string | undefined> {
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name: parameter, WithDecryption: true }),
    );
    return Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/**
 * Makes the key when a stack is deployed, once for ever: a key that is there stays, and tables that know people never
 * get a new one, because then everybody would be a stranger and become a second contact.
 */
export async function makeIdentityKey({
  parameter,
  knowsPeople,
  connection = {},
}: Settings & { knowsPeople: () => Promise<boolean> }): Promise<'made' | 'exists'> {
  const client = new SSMClient(connection);
  if ((await fetchKey(client, parameter)) !== undefined) return 'exists';
  if (await knowsPeople())
    throw new Rejected(
      `${parameter}: it is missing, and the tables know people by it; restore the parameter from a backup`,
    );
  try {
    await client.send(
      new PutParameterCommand({
        Name: parameter,
        Type: 'SecureString',
        Value: randomBytes(identityKeyBytes).toString('hex'),
        Overwrite: false,
        Description: 'Key under which Baton keeps identities. Nobody is recognised without it: back it up.',
      }),
    );
    return 'made';
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return 'exists';
    throw error;
  }
}

/** Takes the key away with a stack that keeps no data; without it nobody could be recognised by what was kept. */
export async function removeIdentityKey({ parameter, connection = {} }: Settings): Promise<void> {
  try {
    await new SSMClient(connection).send(new DeleteParameterCommand({ Name: parameter }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
}
