import { flawOf } from '@baton/functions/adapters/check-message.ts';
import { postedMessage } from '@baton/functions/adapters/posted-message.ts';
import { type Channel, type Clock, type SendAnswer, Transient } from '@baton/functions/ports.ts';
import * as z from 'zod';
import { createRest } from './rest.ts';
import { signedHeaders } from './webhook-signature.ts';

/*
 * 1. Nothing leaves before `settle`.
 * 2. One endpoint, the configured one; what a message says decides nothing about where it goes, and redirects are not
 *    followed, because they would lead wherever the other side likes.
 * 3. The receiver knows a message again by `Idempotency-Key`, so what is in doubt may be repeated.
 */
const timeoutMs = 10_000;

/** Messages as signed JSON, posted to one endpoint. */
export function createWebhookChannel({
  endpoint,
  secret,
  clock,
  settle,
  patienceMs = timeoutMs,
}: {
  endpoint: string;
  secret: Buffer;
  clock: Clock;
  settle: () => Promise<void>;
  /** How long an answer may take. */
  patienceMs?: number;
}): Channel {
  const rest = createRest(clock);
  return {
    recognisesSendId: true,
    send: async (message) => {
      const { sendId } = message;
      const flaw = flawOf(message) ?? (/^[\x21-\x7e]{1,200}$/.test(sendId) ? undefined : flawOfId);
      if (flaw) return { kind: 'refused', reason: flaw };
      const waits = rest.answer();
      if (waits) return waits;
      await settle();
      const body = JSON.stringify(postedMessage(message));
      const at = Math.floor(clock.now().getTime() / 1000);
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
        return answerTo(answer.status);
      } catch (error) {
        if (error instanceof Transient) throw error;
        const unsent = unsentBy(error);
        const reason = `the receiver: it cannot be reached (${unsent ?? 'no answer'})`;
        rest.begin(reason);
        if (unsent) return { kind: 'not-accepted', reason };
        throw new Transient('whether the receiver took the message is not known: no answer');
      }
    },
  };
}

const flawOfId = 'sendId: empty, too long or not plain; give 1 to 200 characters that a header may hold';

const later = [408, 425, 429];

function answerTo(status: number): SendAnswer {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 500)
    throw new Transient(`whether the receiver took the message is not known: it answered ${status}`);
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
