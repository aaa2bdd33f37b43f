import type { ErrorView, ImportedView } from '@baton/functions/api/views.ts';
import { requestsOf } from '@baton/functions/import/requests.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { HostError } from '#lib/api.ts';

type Send = (events: readonly CloudEvent[]) => Promise<ImportedView>;
type Sent = { fresh: number; known: number; refused: { id: string; reason: string }[] };

/** Sends events in as many requests as it takes. What the host refuses by name is left out, and the rest sent again. */
export async function sendEvents(events: readonly CloudEvent[], send: Send): Promise<Sent> {
  const sent: Sent = { fresh: 0, known: 0, refused: [] };
  for (const request of requestsOf(events)) {
    const { fresh, known, refused } = await sendOne(request, send);
    sent.fresh += fresh;
    sent.known += known;
    sent.refused.push(...refused);
  }
  return sent;
}

async function sendOne(request: readonly CloudEvent[], send: Send): Promise<Sent> {
  try {
    const { accepted, known } = await send(request);
    return { fresh: accepted - known, known, refused: [] };
  } catch (error) {
    if (!(error instanceof HostError) || error.failure.kind !== 'refused') throw error;
    const refused = refusedIn(error.failure.view, request);
    if (refused.size === 0) throw error; // nothing that could be left out
    const rest = request.filter(({ id }) => !refused.has(id));
    const again = rest.length > 0 ? await sendOne(rest, send) : { fresh: 0, known: 0, refused: [] };
    const told = [...refused].map(([id, reason]) => ({ id, reason }));
    return { ...again, refused: [...told, ...again.refused] };
  }
}

/** The host names events by their place: "[3].subject". */
function refusedIn({ problems }: ErrorView, request: readonly CloudEvent[]): Map<string, string> {
  return new Map(
    problems.flatMap(({ path, reason, remedy }): [string, string][] => {
      const event = request[Number(/^\[(\d+)\]/.exec(path)?.[1] ?? -1)];
      return event ? [[event.id, `${reason}; ${remedy}`]] : [];
    }),
  );
}
