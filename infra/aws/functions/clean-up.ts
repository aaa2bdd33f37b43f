import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { given } from './needs/environment.ts';

const watching = watched();

/**
 * When the stack goes, what was made while it ran goes with it: machines of journeys and the identity key. Where data is
 * kept they are kept too, and the machines are named.
 */
export const handler = observed(
  deploymentStep(async ({ RequestType, ResourceProperties }) => {
    if (RequestType !== 'Delete') return;
    const { SFNClient } = await import('@aws-sdk/client-sfn');
    const { cleanUpJourneys } = await import('@baton/functions/adapters/aws/clean-up.ts');
    const keep = ResourceProperties.keep === 'true';
    await cleanUpJourneys(
      // Step Functions lets about one deletion a second through.
      { client: new SFNClient({ maxAttempts: 10 }), log: logOn(watching.logger) },
      { prefix: given('BATON_PREFIX'), keep },
    );
    const { removeIdentityKey } = await import('@baton/functions/adapters/aws/identity.ts');
    if (!keep) await removeIdentityKey({ parameter: given('BATON_IDENTITY') });
  }),
  watching,
);
