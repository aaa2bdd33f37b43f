import { Instant } from '@baton/rules/documents/common.ts';
import * as z from 'zod';
import type { MappedRow } from './map-row.ts';
import type { Row } from './read-rows.ts';

/** A line that is a CloudEvent already. What the envelope holds beyond these is dropped; the payload is the catalogue's matter. */
const CloudEventRow = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(200),
  type: z.string().min(1).max(80),
  time: Instant,
  subject: z.string().regex(/^[a-z][a-z0-9-]*:.+$/, 'must name the contact as "scheme:value"'),
  data: z.record(z.string(), z.json()),
});

/** Takes a line of JSONL as the event that it is. */
export function mapCloudEvent(row: Row): MappedRow {
  const parsed = CloudEventRow.safeParse(Object.fromEntries(row.cells));
  if (parsed.success) return { kind: 'events', events: [parsed.data] };
  return {
    kind: 'rejected',
    problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), reason: message })),
  };
}
