import { flawOfPost, postWebhook, type Receiver } from '@baton/functions/adapters/post-webhook.ts';
import { postedMessage } from '@baton/functions/adapters/posted-message.ts';
import { type Channel, type Clock, Transient } from '@baton/functions/ports.ts';
import { createRest } from './rest.ts';

/** Messages as signed JSON, posted to one endpoint. Nothing leaves before `settle`. */
export function createWebhookChannel({
  clock,
  settle,
  ...receiver
}: Receiver & { clock: Clock; settle: () => Promise<void> }): Channel {
  const rest = createRest(clock);
  return {
    recognisesSendId: true,
    send: async (message) => {
      const flaw = flawOfPost(message);
      if (flaw) return { kind: 'refused', reason: flaw };
      const waits = rest.answer();
      if (waits) return waits;
      await settle();
      const posted = await postWebhook(receiver, {
        sendId: message.sendId,
        body: JSON.stringify(postedMessage(message)),
        now: clock.now(),
      });
      switch (posted.kind) {
        case 'unreached':
          rest.begin(posted.reason);
          return { kind: 'not-accepted', reason: posted.reason };
        case 'unanswered':
          rest.begin('the receiver: it cannot be reached (no answer)');
          throw new Transient(posted.reason);
        case 'unknown':
          throw new Transient(posted.reason);
        case 'sent':
          return posted;
        default:
          return { kind: posted.kind, reason: posted.reason };
      }
    },
  };
}
