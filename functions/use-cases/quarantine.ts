import type { Ports } from '../ports.ts';

/** Keeps what cannot be processed, with the reason, until a person decides. */
export async function quarantine(
  { store, clock, log }: Ports,
  id: string,
  body: string,
  reason: string,
): Promise<void> {
  const at = clock.now().toISOString();
  log.warn('event quarantined', { eventId: id }); // the reason may quote personal data; it stands in the row
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
}
