import type { ServerResponse } from 'node:http';

/**
 * Tells open pages that something changed, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * An event says nothing but that: what changed a page asks for with its own rights.
 */
export type Changes = {
  /** Something was written. */
  noted(): void;
  /** Keeps an answer open and writes to it until its page is gone. */
  listen(response: ServerResponse): void;
  close(): void;
};

/** Writes come in bursts; a page is told once for each of these spans at most. */
const everyMs = 300;
/** Proxies and browsers close what is silent for long. */
const beatMs = 20_000;

export function createChanges(): Changes {
  const listening = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;
  const beat = setInterval(() => tell(':\n\n'), beatMs);
  beat.unref();

  function tell(text: string): void {
    for (const response of listening) response.write(text);
  }

  return {
    noted: () => {
      if (timer || listening.size === 0) return;
      timer = setTimeout(() => {
        timer = undefined;
        tell('event: changed\ndata: \n\n');
      }, everyMs);
      timer.unref();
    },
    listen: (response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.write('retry: 2000\n\n');
      listening.add(response);
      response.once('close', () => listening.delete(response));
    },
    close: () => {
      clearInterval(beat);
      clearTimeout(timer);
      for (const response of listening) response.end();
      listening.clear();
    },
  };
}
