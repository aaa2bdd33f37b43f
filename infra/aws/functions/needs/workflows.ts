import { SFNClient } from '@aws-sdk/client-sfn';
import { awsWorkflows, type Machines } from '@baton/functions/adapters/aws/workflows.ts';
import type { Workflows } from '@baton/functions/ports.ts';
import { workflows as builtIn } from '../../../routes.ts';
import { given } from './environment.ts';

/** Starting, stopping and answering executions. */
export async function workflows(): Promise<Workflows> {
  return awsWorkflows(new SFNClient({}), machines());
}

export function machines(publishing: Partial<Machines> = {}): Machines {
  const [prefix, arns] = [given('BATON_PREFIX'), given('BATON_MACHINES')];
  return {
    prefix,
    arns,
    journeyRole: '',
    functions: {},
    builtIn: Object.fromEntries(builtIn.map((name) => [name, `${arns}${prefix}-${name}`])),
    ...publishing,
  };
}
