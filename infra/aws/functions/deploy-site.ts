import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { emptySite, putSite } from '@baton/functions/adapters/aws/site.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { given } from './needs/environment.ts';

/** Puts the built designer where CloudFront finds it. */
export const handler = observed(
  deploymentStep(async ({ RequestType }) => {
    const site = { client: new S3Client({}), bucket: given('SITE_BUCKET') };
    if (RequestType === 'Delete') await emptySite(site);
    else await putSite(site, join(import.meta.dirname, 'site'));
  }),
  watched(),
);
