import { type Failure, HostError } from '#lib/api.ts';

/** One answer of a person on its way to the host. */
export type Sending = {
  /** What is being sent, for example `accepted`; undefined when nothing is. */
  readonly what: string | undefined;
  readonly failure: Failure | undefined;
  /** Sends, then waits for `then` (reading the page again), so that the button rests until its effect is shown. */
  send(what: string, request: () => Promise<unknown>, then: () => Promise<void>): Promise<boolean>;
};

export function createSending(): Sending {
  let what = $state<string>();
  let failure = $state.raw<Failure>();

  async function send(
    sent: string,
    request: () => Promise<unknown>,
    then: () => Promise<void>,
  ): Promise<boolean> {
    if (what) return false;
    what = sent;
    failure = undefined;
    try {
      await request();
      await then();
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      failure = error.failure;
      return false;
    } finally {
      what = undefined;
    }
  }

  return {
    get what() {
      return what;
    },
    get failure() {
      return failure;
    },
    send,
  };
}
