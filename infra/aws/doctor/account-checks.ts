import type { Account } from './account.ts';
import type { Check, Found } from './finding.ts';

/** The versions of the bootstrap stack that `aws-cdk-lib` demands, and that the CDK command line of this project makes. */
export const bootstrap = { parameter: '/cdk-bootstrap/hnb659fds/version', least: 6, current: 33 } as const;

export function accountChecks(account: Account, region: string): Check[] {
  return [
    {
      name: 'Account',
      why: 'everything below is about this account; nothing else of it is looked at',
      run: async () => {
        const { account: id, arn } = await account.identity();
        return [{ state: 'ok', found: `${id} as ${arn}` }];
      },
    },
    {
      name: 'Region',
      why: 'state machines use JSONata and distributed map, which the regions of the standard partition have',
      run: async () => [regionFound(region)],
    },
    {
      name: 'CDK bootstrap',
      why: 'cdk deploy puts its files and roles into this stack of the account',
      run: async () => {
        const version = await account.parameter(bootstrap.parameter);
        return [bootstrapFound(version, region, (await account.identity()).account)];
      },
    },
  ];
}

function regionFound(region: string): Found {
  if (/^(cn|us-gov|us-iso\w*|eu-isoe|eusc)-/.test(region))
    return {
      state: 'warn',
      found: `${region} is in a partition of its own, where Baton has not been tried`,
      remedy: 'compare the services of the region with the templates in cdk.out before deploying',
    };
  return { state: 'ok', found: region };
}

function bootstrapFound(version: string | undefined, region: string, id: string): Found {
  const remedy = `npx cdk bootstrap aws://${id}/${region}`;
  if (version === undefined) return { state: 'fail', found: 'not bootstrapped', remedy };
  const number = Number(version);
  if (!Number.isInteger(number))
    return { state: 'fail', found: `version "${version}" is not a number`, remedy };
  if (number < bootstrap.least)
    return { state: 'fail', found: `version ${number}, at least ${bootstrap.least} is needed`, remedy };
  if (number < bootstrap.current)
    return { state: 'warn', found: `version ${number}, this CDK makes ${bootstrap.current}`, remedy };
  return { state: 'ok', found: `version ${number}` };
}
