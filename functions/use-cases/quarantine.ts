import type { LogFields, Ports } from '../ports.ts';

/** Keeps what cannot be processed, with the reason, until a person decides. `about` names it in the log. */
export async function quarantine(
  { store, clock, log, metrics }: Ports,
  { id, body, reason }: { id: string; body: string; reason: string },
  about: LogFields,
): Promise<void> {
  const at = clock.now().toISOString();
  await store.transact([
    {
      kind: 'put',
      table: 'core',
      item: {
        pk: `QUARANTINE#${id}`,
        sk: 'EVENT',
        g1pk: 'QUARANTINE',
        g1sk: `${at}#${id}`,
        body,
        reason,
        at,
      },
    },
  ]);
  log.warn('event quarantined', about); // the reason may quote personal data; it stands in the row
  metrics.count('EventsRejected');
}
