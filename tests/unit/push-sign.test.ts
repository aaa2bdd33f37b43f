import { createHash, createHmac } from 'node:crypto';
import { type Outgoing, signedHeaders } from '@baton/infra/local/push/sign.ts';
import { expect, test } from 'vitest';

const url = new URL('https://abc123.execute-api.eu-central-1.amazonaws.com/api/code/publications');
const outgoing: Outgoing = {
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: '{"documents":[],"retire":[]}',
};
const by = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  at: new Date('2026-03-01T09:00:00Z'),
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature as the AWS documentation describes its making ("Create a signed AWS API request"). */
function signatureByHand(token?: string): string {
  const signed = {
    'content-type': 'application/json',
    host: url.host,
    'x-amz-content-sha256': sha256(outgoing.body ?? ''),
    'x-amz-date': '20260301T090000Z',
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  };
  const canonical = [
    'POST',
    '/api/code/publications',
    '',
    ...Object.entries(signed).map(([name, value]) => `${name}:${value}`),
    '',
    Object.keys(signed).join(';'),
    sha256(outgoing.body ?? ''),
  ].join('\n');
  const scope = '20260301/eu-central-1/execute-api/aws4_request';
  const text = ['AWS4-HMAC-SHA256', '20260301T090000Z', scope, sha256(canonical)].join('\n');
  const key = ['eu-central-1', 'execute-api', 'aws4_request'].reduce(
    hmac,
    hmac(`AWS4${by.credentials.secretAccessKey}`, '20260301'),
  );
  return hmac(key, text).toString('hex');
}

test('a request is signed with date, body and host, and nothing else is added', async () => {
  expect(await signedHeaders(outgoing, by)).toEqual({
    'content-type': 'application/json',
    'x-amz-date': '20260301T090000Z',
    'x-amz-content-sha256': sha256(outgoing.body ?? ''),
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-central-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=${signatureByHand()}`,
  });
});

test('temporary credentials bring their token, and it is signed too', async () => {
  const credentials = { ...by.credentials, sessionToken: 'token' };

  const headers = await signedHeaders(outgoing, { ...by, credentials });

  expect(headers['x-amz-security-token']).toBe('token');
  expect(headers.authorization).toContain(`Signature=${signatureByHand('token')}`);
});

test.each<[string, Outgoing]>([
  ['body', { ...outgoing, body: '{"documents":[{}],"retire":[]}' }],
  ['host', { ...outgoing, url: new URL(url.href.replace('abc123', 'abc124')) }],
  ['path', { ...outgoing, url: new URL('/api/events', url) }],
  ['method', { ...outgoing, method: 'GET' }],
])('another %s is another signature', async (_part, other) => {
  const signatures = [outgoing, other].map(async (one) => (await signedHeaders(one, by)).authorization);

  const [first, second] = await Promise.all(signatures);

  expect(first).not.toBe(second);
});

test('a request without a body is signed as one with an empty body', async () => {
  const { authorization, ...headers } = await signedHeaders({ method: 'GET', url, headers: {} }, by);

  expect(headers).toEqual({ 'x-amz-date': '20260301T090000Z', 'x-amz-content-sha256': sha256('') });
  expect(authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,');
});
