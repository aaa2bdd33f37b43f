import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadIdentity, makeIdentityKey, removeIdentityKey } from '@baton/functions/adapters/aws/identity.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { type FunctionDescription, functions } from '@baton/infra/functions.ts';
import { loadIdentity as loadLocal } from '@baton/infra/local/identity.ts';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type AwsAnswer, stubAws } from '../support/aws-stub.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parameter = '/baton/dev/identity-key';
const key = '0123456789abcdef'.repeat(4);
const strangers = async () => false;
const Put = z.object({ Value: z.string() });

/** Parameter Store with one parameter. `raced`: somebody makes it between the look and the put. */
function parameterStore(value?: string, raced = false) {
  let held = value;
  return {
    held: () => held,
    ...stubAws(({ operation, body }): AwsAnswer => {
      if (operation === 'GetParameter')
        return held === undefined
          ? { status: 400, error: 'ParameterNotFound' }
          : { status: 200, body: { Parameter: { Name: parameter, Value: held } } };
      if (raced) held = key;
      if (held !== undefined) return { status: 400, error: 'ParameterAlreadyExists' };
      held = Put.parse(body).Value;
      return { status: 200, body: { Version: 1 } };
    }),
  };
}

describe('the key', () => {
  test('is fetched once, decrypted, and names people as on the local host', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'identity.key'), key);
    const { connection, requests } = parameterStore(key);

    const identity = await loadIdentity({ parameter, connection });
    const names = ['email:ana@example.com', 'phone:+4917'].map((text) => identity.hmac(text));

    const local = loadLocal(folder, { knowsPeople: true });
    expect(names).toEqual(['email:ana@example.com', 'phone:+4917'].map((text) => local.hmac(text)));
    expect(requests.map(({ operation, body }) => [operation, body])).toEqual([
      ['GetParameter', { Name: parameter, WithDecryption: true }],
    ]);
  });

  test.each([
    ['absent', undefined, /identity-key: there is no such parameter.*; deploy again/],
    ['no key', 'secret', /identity-key: it holds no key; it must be 64 hexadecimal digits/],
    ['too short', 'ab', /it holds no key/],
  ])('that is %s is an error with a remedy that does not show it', async (_what, value, reason) => {
    const { connection } = parameterStore(value);

    const loading = loadIdentity({ parameter, connection });

    await expect(loading).rejects.toThrow(Rejected);
    await expect(loading).rejects.toThrow(reason);
    await expect(loading).rejects.not.toThrow(/secret/);
  });
});

describe('making the key', () => {
  test('gives a key that can be loaded, encrypted at rest', async () => {
    const { connection, requests, held } = parameterStore();

    expect(await makeIdentityKey({ parameter, knowsPeople: strangers, connection })).toBe('made');

    expect(held()).toMatch(/^[0-9a-f]{64}$/);
    expect(requests.at(-1)?.body).toMatchObject({ Type: 'SecureString', Overwrite: false });
    await loadIdentity({ parameter, connection });
  });

  test('gives another key to another stack', async () => {
    const [one, two] = [parameterStore(), parameterStore()];

    await makeIdentityKey({ parameter, knowsPeople: strangers, connection: one.connection });
    await makeIdentityKey({ parameter, knowsPeople: strangers, connection: two.connection });

    expect(one.held()).not.toBe(two.held());
  });

  test.each([
    ['is there', parameterStore(key)],
    ['somebody else makes at the same time', parameterStore(undefined, true)],
  ])('leaves the one that %s', async (_what, { connection, held }) => {
    expect(await makeIdentityKey({ parameter, knowsPeople: strangers, connection })).toBe('exists');

    expect(held()).toBe(key);
  });

  test('is refused where people are known by one that is missing', async () => {
    const { connection, held } = parameterStore();

    const making = makeIdentityKey({ parameter, knowsPeople: async () => true, connection });

    await expect(making).rejects.toThrow(/know people by it; restore the parameter/);
    expect(held()).toBeUndefined();
  });
});

test('removes the key with its stack, also where it is gone already', async () => {
  let held = true;
  const { connection, requests } = stubAws((): AwsAnswer => {
    if (!held) return { status: 400, error: 'ParameterNotFound' };
    held = false;
    return { status: 200, body: {} };
  });

  await removeIdentityKey({ parameter, connection });
  await removeIdentityKey({ parameter, connection });

  expect(requests.map(({ operation, body }) => [operation, body])).toEqual([
    ['DeleteParameter', { Name: parameter }],
    ['DeleteParameter', { Name: parameter }],
  ]);
});

const needing = Object.entries(functions).filter(([, { may = [] }]: [string, FunctionDescription]) =>
  may.includes('read identity key'),
);

test.each(needing)('%s may read the key, and is given what the key makes', (name) => {
  const entry = readFileSync(join(import.meta.dirname, `../../infra/aws/functions/${name}.ts`), 'utf8');

  expect(entry).toMatch(/identity/i);
});
