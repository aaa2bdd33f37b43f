import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { metricsOn } from '@baton/functions/adapters/aws/metrics.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { deliverWebhookHandler } from '@baton/functions/handlers/deliver-webhook.ts';
import { given } from './needs/environment.ts';

const watching = watched();
let secret: Promise<() => Promise<Buffer>> | undefined;

/** The secret is read from Parameter Store now and then, so an exchanged one is soon in force. */
const currentSecret = async (): Promise<Buffer> => {
  secret ??= import('./needs/webhook-secret.ts').then((part) => part.webhookSecret());
  return (await secret)();
};

export const handler = observed(
  deliverWebhookHandler({
    receiver: async () => ({ endpoint: given('WEBHOOK_URL'), secret: await currentSecret() }),
    clock: { now: () => new Date() },
    log: logOn(watching.logger),
    metrics: metricsOn(watching.metrics),
  }),
  watching,
);
