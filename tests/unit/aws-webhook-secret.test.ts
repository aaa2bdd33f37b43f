import { webhookSecretParameter } from '@baton/functions/adapters/aws/webhook-secret.ts';
import { readWebhookSecret } from '@baton/functions/adapters/webhook-signature.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { parameterStore } from '../support/parameter-store.ts';

const parameter = '/baton-dev/webhook-secret';

test('a deployment makes a secret that webhooks can be signed with, and leaves the one that is there', async () => {
  const { connection, requests, held } = parameterStore();

  expect(await webhookSecretParameter.make({ parameter, connection })).toBe('made');
  const made = held() ?? '';
  expect(await webhookSecretParameter.make({ parameter, connection })).toBe('exists');

  expect(readWebhookSecret(made)?.length).toBe(32);
  expect(held()).toBe(made);
  expect(requests[0]?.body).toMatchObject({ Name: parameter, Type: 'SecureString', Overwrite: false });
  expect(await webhookSecretParameter.in({ parameter, connection })()).toEqual(readWebhookSecret(made));
});

test('an exchanged secret is in force within five minutes', async () => {
  const secrets = [1, 2].map((fill) => Buffer.alloc(32, fill));
  const [first = '', second = ''] = secrets.map((secret) => `whsec_${secret.toString('base64')}`);
  const { connection, exchange } = parameterStore(first);
  let at = 0;
  const secret = webhookSecretParameter.in({ parameter, connection }, () => at);

  const signedWith = [await secret()];
  exchange(second);
  signedWith.push(await secret());
  at += 5 * 60_000;
  signedWith.push(await secret());

  expect(signedWith).toEqual([secrets[0], secrets[0], secrets[1]]);
});

test.each([undefined, ' ', 'hunter2'])('without a secret nothing is signed: %j', async (value) => {
  const { connection } = parameterStore(value);

  const failed = await webhookSecretParameter
    .in({ parameter, connection })()
    .catch((error: unknown) => error);

  expect(failed).toBeInstanceOf(Rejected);
  expect(String(failed)).not.toContain('hunter2');
});

test('the secret goes with its stack, also where it is gone already', async () => {
  const { connection, held } = parameterStore('secret');

  await webhookSecretParameter.remove({ parameter, connection });
  await webhookSecretParameter.remove({ parameter, connection });

  expect(held()).toBeUndefined();
});
