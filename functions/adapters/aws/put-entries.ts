import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';

/** Limits of one PutEvents call; a single event has the same limit of size. */
const limits = { entries: 10, bytes: 256 * 1024 } as const;

const bytesOf = (text = ''): number => Buffer.byteLength(text);
/** As EventBridge counts an entry that names no time. */
const entryBytes = ({ Source, DetailType, Detail }: PutEventsRequestEntry): number =>
  bytesOf(Source) + bytesOf(DetailType) + bytesOf(Detail);

export const isTooLarge = (entry: PutEventsRequestEntry): boolean => entryBytes(entry) > limits.bytes;

/** Entries in their order, in as few calls as the limits allow. */
export function inCalls(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const calls: PutEventsRequestEntry[][] = [];
  let call: PutEventsRequestEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entryBytes(entry);
    if (call.length === limits.entries || bytes + size > limits.bytes) {
      if (call.length > 0) calls.push(call);
      [call, bytes] = [[], 0];
    }
    call.push(entry);
    bytes += size;
  }
  return call.length > 0 ? [...calls, call] : calls;
}

/** One call. EventBridge answers entry by entry; those it did not take come back with the reason it gave for the first. */
export async function putEntries(
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
): Promise<{ failed: PutEventsRequestEntry[]; reason: string }> {
  const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
  const failed = entries.filter((_entry, at) => Entries[at]?.EventId === undefined);
  return { failed, reason: Entries.find(({ ErrorCode }) => ErrorCode)?.ErrorCode ?? 'no answer' };
}
