import type { LayoutView } from '@baton/functions/api/views.ts';
import type { DocumentKind } from '@baton/rules/documents/index.ts';
import { HostError, keepLayout } from '#lib/api.ts';
import { isSameLayout } from './work.ts';

/** Milliseconds without a further move before a layout is sent. */
const pause = 600;

type Place = { kind: DocumentKind; id: string };
type Surroundings = {
  layout: () => LayoutView;
  /** Whoever may only look may still move things about, for themselves. */
  mayKeep: () => boolean;
  /** The host has taken something, or may have: what was asked before tells of the past. */
  onSent: () => void;
};

/** Brings to the host where the parts of a document stand, one layout after the other, so that the last word counts. */
export function createLayoutKeeping({ kind, id }: Place, { layout, mayKeep, onSent }: Surroundings) {
  /** As the host has it. */
  let kept: LayoutView = {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSending = false;

  function soon(): void {
    clearTimeout(timer);
    timer = mayKeep() ? setTimeout(send, pause) : undefined;
  }

  async function send(): Promise<void> {
    if (isSending) return soon(); // the later word must not come first
    clearTimeout(timer);
    timer = undefined;
    const sent = layout();
    isSending = true;
    try {
      await keepLayout(kind, id, sent);
      kept = sent;
    } catch (error) {
      if (!(error instanceof HostError)) throw error; // where things stand says nothing about what it does
    } finally {
      onSent();
      isSending = false;
    }
  }

  return {
    soon,
    /** Sends now what waits to be sent. */
    flush(): void {
      if (timer !== undefined) void send();
    },
    /** What somebody else has made of the layout since it was last heard of; nothing while one of here is on its way. */
    newsIn(seen: LayoutView = {}): LayoutView | undefined {
      if (timer !== undefined || isSending || isSameLayout(seen, kept)) return undefined;
      kept = seen;
      return seen;
    },
  };
}
