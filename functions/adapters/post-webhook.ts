import * as z from 'zod';
import type { OutgoingMessage } from '../ports.ts';
import { flawOf } from './check-message.ts';
import { signedHeaders } from './webhook-signature.ts';

const timeoutMs = 10_000;

/** Where webhooks go, and by what the receiver knows that they are ours. */
export type Receiver = {
  endpoint: string;
  secret: Buffer;
  /** How long an answer may take. */
  patienceMs?: number;
};

/** `unreached`: it surely never left. After `unknown` and `unanswered` it may have been taken. */
export type Posted =
  | { kind: 'sent' }
  | { kind: 'refused' | 'not-accepted' | 'unreached' | 'unknown' | 'unanswered'; reason: string };

/** A send id that headers may hold. */
export const plainSendId = /^[\x21-\x7e]{1,200}$/;

/** Why a message cannot be posted as JSON, whoever posts it. */
export const flawOfPost = (message: OutgoingMessage): string | undefined =>
  flawOf(message) ?? (plainSendId.test(message.sendId) ? undefined : flawOfId);

const flawOfId = 'sendId: empty, too long or not plain; give 1 to 200 characters that a header may hold';

/**
 * Posts one signed message, on every host.
 *
 * 1. One endpoint, the configured one; what a message says decides nothing about where it goes, and redirects are not
 *    followed, because they would lead wherever the other side likes.
 * 2. The receiver knows a message again by `Idempotency-Key`, so what is in doubt may be repeated. A repetition is
 *    signed anew: receivers refuse what is older than some minutes.
 */
export async function postWebhook(
  { endpoint, secret, patienceMs = timeoutMs }: Receiver,
  { sendId, body, now }: { sendId: string; body: string; now: Date },
): Promise<Posted> {
  const at = Math.floor(now.getTime() / 1000);
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'baton',
        'idempotency-key': sendId,
        ...signedHeaders(secret, { id: sendId, at, body }),
      },
      body,
    });
    await answer.body?.cancel();
    return postedBy(answer.status);
  } catch (error) {
    const code = unsentBy(error);
    if (code === undefined)
      return { kind: 'unanswered', reason: 'whether the receiver took the message is not known: no answer' };
    return { kind: 'unreached', reason: `the receiver: it cannot be reached (${code})` };
  }
}

const later = [408, 425, 429];

function postedBy(status: number): Posted {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 500)
    return {
      kind: 'unknown',
      reason: `whether the receiver took the message is not known: it answered ${status}`,
    };
  if (later.includes(status)) return { kind: 'not-accepted', reason: `the receiver: not now (${status})` };
  if (status < 400)
    return {
      kind: 'not-accepted',
      reason: `the receiver: it leads elsewhere (${status}), which is not followed; configure its own address`,
    };
  return { kind: 'refused', reason: `the receiver refused it (${status})` };
}

const Failure = z.object({ cause: z.object({ code: z.string() }) });
const unsentCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|.*(CERT|SSL|TLS|ISSUER).*)$/;

/** The code of a failure after which the request surely never left. */
function unsentBy(error: unknown): string | undefined {
  const failure = Failure.safeParse(error);
  const code = failure.success ? failure.data.cause.code : '';
  return unsentCodes.test(code) ? code : undefined;
}
