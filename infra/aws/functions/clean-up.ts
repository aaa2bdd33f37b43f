import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { workflows } from '../../routes.ts';
import { given } from './needs/environment.ts';

const watching = watched();

/**
 * When a stack goes, what CloudFormation does not know of goes first. With the workflows: what runs on them. With tables
 * that are not kept: the machines of journeys, the identity key, which rows name for as long as there are tables, the write
 * key, and the secret of webhooks.
 */
export const handler = observed(
  deploymentStep(async ({ RequestType, ResourceProperties: { of, keep } }) => {
    if (RequestType !== 'Delete') return;
    const [prefix, arns] = [given('BATON_PREFIX'), given('BATON_MACHINES')];
    const { SFNClient } = await import('@aws-sdk/client-sfn');
    const { cleanUpJourneys, stopWorkflows } = await import('@baton/functions/adapters/aws/clean-up.ts');
    // Step Functions lets about one deletion and, in most regions, 25 stops a second through.
    const client = new SFNClient({ retryMode: 'adaptive', maxAttempts: 12 });
    if (of === 'workflows')
      return stopWorkflows(
        client,
        workflows.map((name) => `${arns}${prefix}-${name}`),
      );
    await cleanUpJourneys({ client, log: logOn(watching.logger) }, { prefix, keep: keep === 'true' });
    const { removeIdentityKey } = await import('@baton/functions/adapters/aws/identity.ts');
    if (keep === 'true') return;
    await removeIdentityKey({ parameter: given('BATON_IDENTITY') });
    const { writeKeyParameter } = await import('@baton/functions/adapters/aws/write-key.ts');
    await writeKeyParameter.remove({ parameter: given('BATON_WRITE_KEY') });
    const { webhookSecretParameter } = await import('@baton/functions/adapters/aws/webhook-secret.ts');
    await webhookSecretParameter.remove({ parameter: given('BATON_WEBHOOK_SIGNING') });
  }),
  watching,
);
