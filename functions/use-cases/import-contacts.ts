import type { Json } from '@baton/rules/json.ts';
import type { Problem } from '../api/views.ts';
import { acceptEvents } from './accept-events.ts';

/** What a file of contacts becomes. Anything else is told by the systems in which it happened. */
const importable = ['contact.updated', 'consent.given', 'consent.withdrawn'];

/**
 * Takes events that a person made of a file, as history: profiles and consent, but no message goes out and no journey
 * begins for them.
 */
export async function importContacts(
  ports: Parameters<typeof acceptEvents>[0],
  body: Json | undefined,
): ReturnType<typeof acceptEvents> {
  const problems = [body].flat().flatMap((event, index) => foreign(event, index));
  if (problems.length > 0) return { ok: false, problems };
  return acceptEvents(ports, body, { history: true });
}

function foreign(event: Json | undefined, index: number): Problem[] {
  const type = event && typeof event === 'object' && !Array.isArray(event) ? event.type : undefined;
  if (typeof type === 'string' && importable.includes(type)) return [];
  return [
    {
      path: `[${index}].type`,
      reason: 'is not something that a file of contacts says',
      remedy: `send ${importable.join(', ')}`,
    },
  ];
}
