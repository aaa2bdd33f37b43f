import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { given } from './needs/environment.ts';

const watching = watched();

/**
 * When a stack goes, what CloudFormation does not know of goes first. With the workflows: what runs on them. With tables
 * that are not kept: the machines of journeys and the identity key, which rows name for as long as there are tables.
 */
export const handler = observed(
  deploymentStep(async ({ RequestType, ResourceProperties }) => {
    if (RequestType !== 'Delete') return;
    const { SFNClient } = await import('@aws-sdk/client-sfn');
    const { removeJourneys, stopWorkflows } = await import('@baton/functions/adapters/aws/clean-up.ts');
    // Step Functions stops some 25 executions a second; the client slows down to what it gets.
    const client = new SFNClient({ retryMode: 'adaptive', maxAttempts: 12 });
    const doors = { client, log: logOn(watching.logger) };
    if (ResourceProperties.of === 'workflows') return stopWorkflows(doors, given('BATON_PREFIX'));
    const keep = ResourceProperties.keep === 'true';
    await removeJourneys(doors, { prefix: given('BATON_PREFIX'), keep });
    const { removeIdentityKey } = await import('@baton/functions/adapters/aws/identity.ts');
    if (!keep) await removeIdentityKey({ parameter: given('BATON_IDENTITY') });
  }),
  watching,
);
