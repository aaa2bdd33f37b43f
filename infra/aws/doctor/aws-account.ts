import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { type Account, Denied, NoCredentials, type Quota } from './account.ts';
import type { DoctorAction } from './actions.ts';

type Options = Pick<STSClientConfig, 'requestHandler' | 'credentials' | 'maxAttempts'>;

/** The region that the environment or the profile sets; `undefined` where none is. */
export async function configuredRegion(): Promise<string | undefined> {
  try {
    return await new STSClient().config.region();
  } catch {
    return undefined;
  }
}

/** The account that the credentials of the environment or the profile lead to. Answers are told apart from refusals by name. */
export function awsAccount(region: string, options: Options = {}): Account {
  const config = { region, ...options };
  const sts = new STSClient(config);
  const ssm = new SSMClient(config);
  const quotas = new ServiceQuotasClient(config);
  const ses = new SESv2Client(config);
  return {
    async identity() {
      const { Account = '', Arn = '' } = await asked('sts:GetCallerIdentity', () =>
        sts.send(new GetCallerIdentityCommand()),
      );
      return { account: Account, arn: Arn };
    },

    parameter: (name) =>
      unlessAbsent(async () => {
        const { Parameter } = await asked('ssm:GetParameter', () =>
          ssm.send(new GetParameterCommand({ Name: name })),
        );
        return Parameter?.Value;
      }),

    async quotas(service) {
      const defaults = await pages('servicequotas:ListAWSDefaultServiceQuotas', (NextToken) =>
        quotas.send(
          new ListAWSDefaultServiceQuotasCommand({ ServiceCode: service, MaxResults: 100, NextToken }),
        ),
      );
      const applied = await pages('servicequotas:ListServiceQuotas', (NextToken) =>
        quotas.send(new ListServiceQuotasCommand({ ServiceCode: service, MaxResults: 100, NextToken })),
      );
      return [...new Map([...defaults, ...applied].map((quota) => [quota.code, quota])).values()];
    },

    async mail() {
      const { ProductionAccessEnabled, SendingEnabled, EnforcementStatus, SendQuota, SuppressionAttributes } =
        await asked('ses:GetAccount', () => ses.send(new GetAccountCommand()));
      return {
        production: ProductionAccessEnabled ?? false,
        sending: SendingEnabled ?? false,
        enforcement: EnforcementStatus ?? 'HEALTHY',
        perDay: SendQuota?.Max24HourSend ?? 0,
        perSecond: SendQuota?.MaxSendRate ?? 0,
        suppressed: SuppressionAttributes?.SuppressedReasons ?? [],
      };
    },

    mailIdentity: (name) =>
      unlessAbsent(async () => {
        const { VerifiedForSendingStatus, DkimAttributes } = await asked('ses:GetEmailIdentity', () =>
          ses.send(new GetEmailIdentityCommand({ EmailIdentity: name })),
        );
        return {
          verified: VerifiedForSendingStatus ?? false,
          dkim: DkimAttributes?.SigningEnabled === false ? 'OFF' : (DkimAttributes?.Status ?? 'NOT_STARTED'),
        };
      }),
  };
}

async function pages(
  action: DoctorAction,
  read: (token: string | undefined) => Promise<{ Quotas?: ServiceQuota[]; NextToken?: string }>,
): Promise<Quota[]> {
  const found: Quota[] = [];
  let token: string | undefined;
  do {
    const { Quotas = [], NextToken } = await asked(action, () => read(token));
    for (const { QuotaCode, QuotaName, Value, Adjustable } of Quotas)
      if (QuotaCode !== undefined && QuotaName !== undefined && Value !== undefined)
        found.push({ code: QuotaCode, name: QuotaName, value: Value, adjustable: Adjustable ?? false });
    token = NextToken;
  } while (token);
  return found;
}

const denials =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|AuthorizationError)$/;
const absences = /^(ParameterNotFound|NotFoundException|NoSuchResourceException)$/;
const strangers =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|AuthFailure)$/;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

async function asked<T>(action: DoctorAction, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (denials.test(nameOf(error))) throw new Denied(action);
    if (strangers.test(nameOf(error))) throw new NoCredentials(nameOf(error));
    throw error;
  }
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (absences.test(nameOf(error))) return undefined;
    throw error;
  }
}
