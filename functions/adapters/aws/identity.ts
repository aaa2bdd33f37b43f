import { randomBytes } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Identity, Rejected } from '../../ports.ts';
import { identityBy, identityKeyBytes, identityKeyShape, readIdentityKey } from '../identity-key.ts';
import type { Connection } from './connection.ts';
import { fetchParameter, makeParameter, removeParameter } from './parameter.ts';

type Settings = { /** Name of a SecureString parameter. */ parameter: string; connection?: Connection };

/**
 * Identity by the key in Parameter Store. It is fetched once, because an HMAC is needed at once wherever somebody is
 * named; call this when the function starts, and keep what it gives.
 */
export async function loadIdentity({ parameter, connection = {} }: Settings): Promise<Identity> {
  const text = await fetchParameter(new SSMClient(connection), parameter);
  if (text === undefined)
    throw new Rejected(
      `${parameter}: there is no such parameter, and without it Baton cannot recognise anybody; deploy again to make it, or restore it where people are known already`,
    );
  const bytes = readIdentityKey(text);
  if (!bytes)
    throw new Rejected(`${parameter}: it holds no key; it must be ${identityKeyShape}: restore its value`);
  return identityBy(bytes);
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
  if ((await fetchParameter(client, parameter)) !== undefined) return 'exists';
  if (await knowsPeople())
    throw new Rejected(
      `${parameter}: it is missing, and the tables know people by it; restore the parameter from a backup`,
    );
  return makeParameter(client, {
    name: parameter,
    value: randomBytes(identityKeyBytes).toString('hex'),
    description: 'Key under which Baton keeps identities. Nobody is recognised without it: back it up.',
  });
}

/** Takes the key away with a stack that keeps no data; without it nobody could be recognised by what was kept. */
export async function removeIdentityKey({ parameter, connection = {} }: Settings): Promise<void> {
  await removeParameter(new SSMClient(connection), parameter);
}
