import * as z from 'zod';
import { type SendAnswer, Transient } from '../../../ports.ts';

type Known = Extract<SendAnswer, { reason: string }>;

const Failure = z.object({
  name: z.string(),
  code: z.string().optional(),
  Reason: z.string().optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

/** A request with these failures never left: no route to the provider, or nothing to sign it with. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CredentialsProviderError', 'TokenProviderError'];
const throttled = /throttl|toomanyrequests/i;

/**
 * What a failed call says about the message. `known` names failures of one provider, by reason or by name. Of the others
 * a request that never left, was throttled or was turned away was surely not taken; after a lost answer or a fault of
 * the provider nobody can tell. The provider's own sentence may quote the address, so it goes nowhere.
 */
export function answerTo(error: unknown, known: Readonly<Record<string, Known>>): SendAnswer {
  const failure = Failure.safeParse(error);
  if (!failure.success) throw error;
  const { name, code = '', Reason = '', $metadata } = failure.data;
  const status = $metadata?.httpStatusCode ?? 0;

  const own = known[Reason] ?? known[name];
  if (own) return own;
  if (unsent.includes(name) || unsent.includes(code))
    return notAccepted(`it cannot be reached (${code || name})`);
  if (throttled.test(name) || status === 429) return notAccepted('too many messages at once');
  if (status >= 400 && status < 500 && status !== 408)
    return notAccepted(`it turned the request away (${Reason || name}): check its configuration and rights`);
  throw new Transient(`whether the provider took the message is not known (${name})`);
}

export const notAccepted = (reason: string): Known => ({
  kind: 'not-accepted',
  reason: `the provider: ${reason}`,
});
export const refused = (reason: string): Known => ({ kind: 'refused', reason });
