import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { given } from './needs/environment.ts';

const watching = watched();

/** When the stack goes, the machines that were made while it ran go with it, or are named where data is kept. */
export const handler = observed(
  deploymentStep(async ({ RequestType, ResourceProperties }) => {
    if (RequestType !== 'Delete') return;
    const { SFNClient } = await import('@aws-sdk/client-sfn');
    const { cleanUpJourneys } = await import('@baton/functions/adapters/aws/clean-up.ts');
    await cleanUpJourneys(
      { client: new SFNClient({}), log: logOn(watching.logger) },
      { prefix: given('BATON_PREFIX'), keep: ResourceProperties.keep === 'true' },
    );
  }),
  watching,
);
