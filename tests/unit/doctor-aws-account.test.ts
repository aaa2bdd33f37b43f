import { Denied, NoCredentials } from '@baton/infra/aws/doctor/account.ts';
import { awsAccount } from '@baton/infra/aws/doctor/aws-account.ts';
import { expect, test } from 'vitest';

type Request = {
  method: string;
  hostname: string;
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array | string;
};
type Answer = { status?: number; body: string };

/** The SDK with a recording function in place of the network: requests are really built and answers really read. */
function recorded(answers: readonly Answer[]) {
  const requests: Request[] = [];
  const left = [...answers];
  const account = awsAccount('eu-central-1', {
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: Request) {
        requests.push(request);
        const { status = 200, body } = left.shift() ?? { status: 500, body: '' };
        return { response: { statusCode: status, headers: {}, body: Buffer.from(body) } };
      },
    },
  });
  return { account, requests };
}

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
const bodyOf = ({ body }: Request): unknown =>
  JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));

test('asks who it is', async () => {
  const { account, requests } = recorded([
    {
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
        <Arn>arn:aws:iam::123456789012:user/ana</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
        </GetCallerIdentityResult></GetCallerIdentityResponse>`,
    },
  ]);

  expect(await account.identity()).toEqual({
    account: '123456789012',
    arn: 'arn:aws:iam::123456789012:user/ana',
  });
  expect(requests[0]?.hostname).toBe('sts.eu-central-1.amazonaws.com');
  expect(String(requests[0]?.body)).toContain('Action=GetCallerIdentity');
});

test('reads a parameter by its name; one that is not there is none', async () => {
  const { account, requests } = recorded([
    json({ Parameter: { Value: '33' } }),
    json({ __type: 'ParameterNotFound' }, 400),
  ]);

  expect(await account.parameter('/cdk-bootstrap/hnb659fds/version')).toBe('33');
  expect(await account.parameter('/none')).toBeUndefined();
  expect(requests[0]?.headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
  expect(requests.map(bodyOf)).toEqual([{ Name: '/cdk-bootstrap/hnb659fds/version' }, { Name: '/none' }]);
});

test('reads all pages of quotas; what applies to the account goes before the default', async () => {
  const concurrency = { QuotaCode: 'L-1', QuotaName: 'Concurrent executions', Adjustable: true };
  const { account, requests } = recorded([
    json({ Quotas: [{ ...concurrency, Value: 1000 }], NextToken: 'more' }),
    json({ Quotas: [{ QuotaCode: 'L-2', QuotaName: 'Storage', Value: 75, Adjustable: false }] }),
    json({ Quotas: [{ ...concurrency, Value: 10 }] }),
  ]);

  expect(await account.quotas('lambda')).toEqual([
    { code: 'L-1', name: 'Concurrent executions', value: 10, adjustable: true },
    { code: 'L-2', name: 'Storage', value: 75, adjustable: false },
  ]);
  expect(requests.map(({ headers }) => headers['x-amz-target']?.split('.')[1])).toEqual([
    'ListAWSDefaultServiceQuotas',
    'ListAWSDefaultServiceQuotas',
    'ListServiceQuotas',
  ]);
  expect(requests.map(bodyOf)).toEqual([
    { ServiceCode: 'lambda', MaxResults: 100 },
    { ServiceCode: 'lambda', MaxResults: 100, NextToken: 'more' },
    { ServiceCode: 'lambda', MaxResults: 100 },
  ]);
});

test('reads the mail account and a sender', async () => {
  const { account, requests } = recorded([
    json({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 },
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE'] },
    }),
    json({
      VerifiedForSendingStatus: true,
      DkimAttributes: { SigningEnabled: true, Status: 'PENDING' },
    }),
    json({ __type: 'NotFoundException' }, 404),
  ]);

  expect(await account.mail()).toEqual({
    production: true,
    sending: true,
    enforcement: 'HEALTHY',
    perDay: 50_000,
    perSecond: 14,
    suppressed: ['BOUNCE'],
  });
  expect(await account.mailIdentity('news@example.com')).toEqual({ verified: true, dkim: 'PENDING' });
  expect(await account.mailIdentity('example.com')).toBeUndefined();
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v2/email/account',
    'GET /v2/email/identities/news%40example.com',
    'GET /v2/email/identities/example.com',
  ]);
});

test.each(['AccessDeniedException', 'AccessDenied'])(
  'a refusal (%s) names the action that is missing',
  async (type) => {
    const { account } = recorded([json({ __type: type, message: 'no' }, 400)]);

    await expect(account.mail()).rejects.toEqual(new Denied('ses:GetAccount'));
  },
);

test.each(['ExpiredTokenException', 'UnrecognizedClientException'])(
  'credentials that AWS does not take (%s) are none',
  async (type) => {
    const { account } = recorded([json({ __type: type }, 400)]);

    await expect(account.parameter('/any')).rejects.toBeInstanceOf(NoCredentials);
  },
);

test('any other failure is passed on', async () => {
  const { account } = recorded([json({ __type: 'InternalServiceError' }, 500)]);

  await expect(account.mail()).rejects.toMatchObject({ name: 'InternalServiceError' });
});
