import { join } from 'node:path';

import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { given } from './needs/environment.ts';

/** Puts the built designer where CloudFront finds it. */
export const handler = observed(
  deploymentStep(async ({ RequestType }) => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    const { emptySite, putSite } = await import('@baton/functions/adapters/aws/site.ts');
    const site = { client: new S3Client({}), bucket: given('SITE_BUCKET') };
    if (RequestType === 'Delete') await emptySite(site);
    else await putSite(site, join(import.meta.dirname, 'site'));
  }),
  watched(),
);
