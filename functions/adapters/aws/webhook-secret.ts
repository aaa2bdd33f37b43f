import { newWebhookSecret, readWebhookSecret } from '../webhook-signature.ts';
import { secretParameter } from './parameter.ts';

/** What webhooks are signed with. */
export const webhookSecretParameter = secretParameter({
  read: readWebhookSecret,
  make: newWebhookSecret,
  lacking:
    'there is no secret for signatures; put whsec_ and 32 random bytes in base64 there, and give the same to the receiver',
  description:
    'Secret that webhooks are signed with. The receiver checks them by it; put another value to exchange it.',
});
