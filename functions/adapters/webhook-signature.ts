import { createHmac, randomBytes } from 'node:crypto';

export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Standard Webhooks 1.0.0: `whsec_` and 24 to 64 random bytes in base64. `undefined` for what is no secret. */
export function readWebhookSecret(text: string): Buffer | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim())?.[1];
  if (base64 === undefined) return undefined;
  const secret = Buffer.from(base64, 'base64');
  return secret.length >= 24 && secret.length <= 64 ? secret : undefined;
}

/** The headers by which a receiver knows that a body is ours, whole, and new. `at`: seconds since 1970. */
export function signedHeaders(
  secret: Buffer,
  { id, at, body }: { id: string; at: number; body: string },
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
