import { join } from 'node:path';
import { awsPorts, watched } from '@baton/functions/adapters/aws/lambda.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deploymentStep } from '@baton/functions/handlers/cloudformation.ts';
import { loadLibrary } from '@baton/functions/library/load.ts';
import { publishLibrary } from '@baton/functions/library/publish.ts';
import { changesSoFar } from '@baton/functions/library/versions.ts';
import { Rejected } from '@baton/functions/ports.ts';
import { given } from './needs/environment.ts';

const watching = watched();

/**
 * Makes the identity key, the write key and the secret of webhooks where there is none, and publishes the documents that
 * are managed by code. The keys come first, so where documents were published before, a missing identity key is a lost one and no new one is made.
 */
export const handler = observed(
  deploymentStep(async ({ RequestType }) => {
    if (RequestType === 'Delete') return;
    const { makeIdentityKey } = await import('@baton/functions/adapters/aws/identity.ts');
    const { publishing } = await import('./needs/publishing.ts');
    const ports = await awsPorts({ workflows: publishing }, watching);
    await makeIdentityKey({
      parameter: given('BATON_IDENTITY'),
      knowsPeople: async () => (await changesSoFar(ports)) > 0,
    });
    const { writeKeyParameter } = await import('@baton/functions/adapters/aws/write-key.ts');
    await writeKeyParameter.make({ parameter: given('BATON_WRITE_KEY') });
    const { webhookSecretParameter } = await import('@baton/functions/adapters/aws/webhook-secret.ts');
    await webhookSecretParameter.make({ parameter: given('BATON_WEBHOOK_SIGNING') });
    const { library, problems } = await loadLibrary(join(import.meta.dirname, 'library'));
    const [first] = problems;
    if (first) throw new Rejected(`${first.document} ${first.path}: ${first.message}`);
    const { live, retired, left } = await publishLibrary(ports, library);
    ports.log.info('library published', { count: live.length + retired.length });
    for (const { kind, id } of left)
      ports.log.info('left to the designer, which manages it', { document: `${kind}/${id}` });
  }),
  watching,
);
