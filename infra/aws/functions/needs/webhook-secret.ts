import { webhookSecretParameter } from '@baton/functions/adapters/aws/webhook-secret.ts';
import { given } from './environment.ts';

export const webhookSecret = (): (() => Promise<Buffer>) =>
  webhookSecretParameter.in({ parameter: given('BATON_WEBHOOK_SIGNING') });
