import { writeKeyParameter } from '@baton/functions/adapters/aws/write-key.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { expect, test } from 'vitest';
import { parameterStore } from '../support/parameter-store.ts';

const parameter = '/baton-dev/write-key';
test('the key is read once in five minutes, so an exchanged one is soon in force', async () => {
  const { connection, requests, exchange } = parameterStore('first');
  let at = 0;
  const writeKey = writeKeyParameter.in({ parameter, connection }, () => at);

  const keys = [await writeKey(), await writeKey()];
  exchange('second');
  keys.push(await writeKey());
  at += 5 * 60_000;
  keys.push(await writeKey());

  expect(keys).toEqual(['first', 'first', 'first', 'second']);
  expect(requests.map(({ operation, body }) => [operation, body.WithDecryption])).toEqual([
    ['GetParameter', true],
    ['GetParameter', true],
  ]);
});

test.each([undefined, ' '])('without a key nobody is let in: %j', async (value) => {
  const { connection } = parameterStore(value);

  await expect(writeKeyParameter.in({ parameter, connection })()).rejects.toThrow(Rejected);
});

test('a deployment makes a key that clients can show, and leaves the one that is there', async () => {
  const { connection, requests, held } = parameterStore();

  expect(await writeKeyParameter.make({ parameter, connection })).toBe('made');
  const made = held();
  expect(await writeKeyParameter.make({ parameter, connection })).toBe('exists');

  expect(made).toMatch(/^[0-9a-f]{40}$/);
  expect(held()).toBe(made);
  expect(requests[0]?.body).toMatchObject({ Type: 'SecureString', Overwrite: false });
});

test('the key goes with its stack, also where it is gone already', async () => {
  const { connection, held } = parameterStore('key');

  await writeKeyParameter.remove({ parameter, connection });
  await writeKeyParameter.remove({ parameter, connection });

  expect(held()).toBeUndefined();
});
