import type { Account, Mail } from './account.ts';
import type { Check, Found } from './finding.ts';
import { spanOf, whole } from './pace.ts';

export type Stage = 'dev' | 'prod';

const consoleOf = (region: string, page: string): string =>
  `https://${region}.console.aws.amazon.com/ses/home?region=${region}#/${page}`;

export function mailChecks(
  account: Account,
  { region, stage, contacts, from }: { region: string; stage: Stage; contacts: number; from?: string },
): Check[] {
  return [
    {
      name: 'SES account',
      why: 'a new account may write to verified addresses only (the sandbox)',
      run: async () => {
        const mail = await account.mail();
        return [access(mail, region, stage), pace(mail, region, contacts), suppression(mail, region)];
      },
    },
    {
      name: 'Sender of mail',
      why: 'SES sends from verified addresses and domains only, and mail without a DKIM signature is taken for spam',
      run: async () => [await sender(account, region, stage, from)],
    },
  ];
}

function access({ production, sending, enforcement }: Mail, region: string, stage: Stage): Found {
  const page = consoleOf(region, 'account');
  if (!sending || enforcement === 'SHUTDOWN')
    return {
      state: 'fail',
      found: `sending is paused (${enforcement})`,
      why: 'SES refuses every message of this account',
      remedy: `see what AWS asks for at ${page}, and answer it`,
    };
  if (!production)
    return {
      state: stage === 'prod' ? 'fail' : 'warn',
      found: 'in the sandbox: mail to verified addresses only',
      remedy: `request production access at ${page}; it takes a day or so`,
    };
  if (enforcement !== 'HEALTHY')
    return {
      state: 'warn',
      found: `production access, but under review (${enforcement})`,
      why: 'AWS may pause the account if bounces and complaints go on',
      remedy: `see the reason at ${page}`,
    };
  return { state: 'ok', found: 'production access, sending enabled' };
}

function pace({ perDay, perSecond }: Mail, region: string, contacts: number): Found {
  const seconds = perSecond > 0 ? contacts / perSecond : Number.POSITIVE_INFINITY;
  const days = perDay === -1 ? 0 : perDay > 0 ? Math.ceil(contacts / perDay) - 1 : Number.POSITIVE_INFINITY;
  const slow = days > 0;
  return {
    check: 'SES sending quota',
    state: slow ? 'warn' : 'ok',
    found: `${perDay === -1 ? 'any number' : whole(perDay)} a day, ${whole(perSecond)} a second: one message to ${whole(contacts)} contacts takes ${spanOf(Math.max(seconds, days * 86_400))}`,
    why: 'above the quota SES refuses messages; they wait, and a campaign takes longer',
    ...(slow
      ? {
          remedy: `ask for ${whole(contacts)} a day at ${consoleOf(region, 'account')} ("Request a limit increase")`,
        }
      : {}),
  };
}

function suppression({ suppressed }: Mail, region: string): Found {
  const missing = ['BOUNCE', 'COMPLAINT'].filter((reason) => !suppressed.includes(reason));
  const why = 'who bounced or complained is not written to again, whatever any system of this account thinks';
  if (missing.length === 0)
    return { check: 'SES suppression list', state: 'ok', found: 'bounces and complaints are kept', why };
  return {
    check: 'SES suppression list',
    state: 'warn',
    found: `not kept: ${missing.join(' and ').toLowerCase()}`,
    why,
    remedy: `aws sesv2 put-account-suppression-attributes --region ${region} --suppressed-reasons BOUNCE COMPLAINT`,
  };
}

async function sender(account: Account, region: string, stage: Stage, from?: string): Promise<Found> {
  if (from === undefined)
    return { state: 'unknown', found: 'no sender named', remedy: 'say who sends: --from news@example.com' };

  const domain = from.slice(from.lastIndexOf('@') + 1);
  const known = await firstKnown(account, from === domain ? [from] : [from, domain]);
  const page = consoleOf(region, 'identities');
  const severe = stage === 'prod' ? 'fail' : 'warn';
  if (!known)
    return {
      state: 'fail',
      found: `SES knows neither ${from} nor ${domain}`,
      remedy: `verify the domain: aws sesv2 create-email-identity --region ${region} --email-identity ${domain}, then set the DNS records that ${page} shows`,
    };
  const { name, verified, dkim } = known;
  if (!verified)
    return {
      state: 'fail',
      found: `${name} is not verified yet`,
      remedy: `set the DNS records, or follow the link in the mail, as ${page} shows`,
    };
  if (dkim !== 'SUCCESS')
    return {
      state: severe,
      found: `${name} is verified, but DKIM is ${dkim}`,
      remedy: `set the three CNAME records that ${page} shows under "Authentication" of ${domain}`,
    };
  return { state: 'ok', found: `${name} is verified and signs with DKIM` };
}

async function firstKnown(account: Account, names: readonly string[]) {
  for (const name of names) {
    const identity = await account.mailIdentity(name);
    if (identity) return { name, ...identity };
  }
  return undefined;
}
