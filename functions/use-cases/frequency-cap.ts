import type { Cap } from '@baton/rules/documents/channel.ts';
import { hasRoom, remembered } from '@baton/rules/sending/caps.ts';
import { rulesOf } from '@baton/rules/sending/channel-rules.ts';
import type { LiveLibrary, Operation, Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { type CappedSlots, CapRow, capKey } from '../repositories/rows.ts';

/** The row that counts marketing on every channel. */
const everyChannel = 'all';

/** Where a marketing message on a channel takes a slot, and the caps that it must keep there. */
export function cappedSlots({ channels }: Pick<LiveLibrary, 'channels'>, channel: string): CappedSlots {
  const { caps } = rulesOf(channels, channel);
  const countsAll = caps.some(({ acrossChannels }) => acrossChannels) || acrossCaps({ channels }).length > 0;
  return [
    { row: channel, caps: caps.filter(({ acrossChannels }) => !acrossChannels).map(plain) },
    ...(countsAll
      ? [{ row: everyChannel, caps: caps.filter(({ acrossChannels }) => acrossChannels).map(plain) }]
      : []),
  ];
}

/** Caps of any channel that count messages of all. */
export const acrossCaps = ({ channels }: Pick<LiveLibrary, 'channels'>): Cap[] =>
  [...channels.values()].flatMap(({ caps }) => caps.filter(({ acrossChannels }) => acrossChannels));

const plain = ({ messages, within }: Cap) => ({ messages, within });

/**
 * Takes a slot at `now` in every row, or nothing where a cap is reached. `insteadOf`: the slot that the message has had so
 * far, which goes with it. `keep`: the caps whose windows a row must remember, where they are more than its own.
 */
export async function takeSlots(
  store: Store,
  contactId: string,
  slots: CappedSlots,
  { now, insteadOf, keep }: { now: string; insteadOf?: string; keep?: (row: string) => readonly Cap[] },
): Promise<Operation[] | undefined> {
  const operations: Operation[] = [];
  for (const { row, caps } of slots) {
    const key = capKey(contactId, row);
    const present = await getRow(store, key, CapRow);
    const before = without(present?.sentAt ?? [], insteadOf);
    if (!hasRoom(caps, before, now)) return undefined;
    const kept = keep ? remembered([...caps, ...keep(row)], before, now) : before;
    operations.push({
      kind: 'put',
      table: 'core',
      item: { ...key, rev: (present?.rev ?? 0) + 1, sentAt: [...kept, now] },
      if: present ? { equals: { rev: present.rev } } : { absent: true },
    });
  }
  return operations;
}

/** Gives back the slots of a message that was allowed and is not sent. */
export async function slotsBack(
  store: Store,
  contactId: string,
  slots: CappedSlots,
  taken: string,
): Promise<Operation[]> {
  const rows = await Promise.all(slots.map(({ row }) => getRow(store, capKey(contactId, row), CapRow)));
  return rows.flatMap((row): Operation[] =>
    row?.sentAt.includes(taken)
      ? [
          {
            kind: 'put',
            table: 'core',
            item: { ...row, rev: row.rev + 1, sentAt: without(row.sentAt, taken) },
            if: { equals: { rev: row.rev } },
          },
        ]
      : [],
  );
}

function without(sentAt: readonly string[], slot: string | undefined): string[] {
  const at = slot === undefined ? -1 : sentAt.indexOf(slot);
  return sentAt.filter((_instant, index) => index !== at);
}
