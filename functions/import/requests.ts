import { batchLimit, bodyLimit } from '../api/limits.ts';
import type { CloudEvent } from '../ports.ts';

const encoder = new TextEncoder();

/** The bodies of the requests that carry these events: as many in each as the API takes at once. */
export function* requestsOf(events: readonly CloudEvent[]): Generator<CloudEvent[]> {
  let request: CloudEvent[] = [];
  let size = 2;
  for (const event of events) {
    const bytes = encoder.encode(JSON.stringify(event)).length + 1;
    if (request.length === batchLimit || (request.length > 0 && size + bytes > bodyLimit)) {
      yield request;
      request = [];
      size = 2;
    }
    request.push(event);
    size += bytes;
  }
  if (request.length > 0) yield request;
}
