import type { MessagesView, MessageView } from '../api/views.ts';
import type { Ports } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { SendRow } from '../repositories/rows.ts';
import { messageLists } from './counts.ts';
import { readCursor } from './cursor.ts';
import { namesOf } from './names.ts';
import { readPage, walk } from './page.ts';
import { nameInWords } from './phrases.ts';

/** Messages of one status or of all, the newest first. Throws `Rejected` for a cursor it did not give out. */
export async function messagesView(
  { store }: Pick<Ports, 'store'>,
  { status, cursor: given }: { status?: MessageView['status']; cursor?: string },
): Promise<MessagesView> {
  const list = `messages ${status ?? 'all'}`;
  const partitions = status ? messageLists[status] : Object.values(messageLists).flat();
  const rows = walk(store, { name: list, partitions, index: 'g1', reverse: true }, readCursor(given, [list]));
  const { lines, cursor } = await readPage(rows, (item) => messageView(parseRow(SendRow, item)));
  const names = await namesOf(
    store,
    lines.map(({ contactId }) => contactId),
  );
  const messages = lines.map((message) => ({ ...message, contactName: names.get(message.contactId) }));
  return { messages, ...(cursor ? { cursor } : {}) };
}

const statuses = {
  PERMITTED: 'waiting',
  ATTEMPT: 'waiting',
  SENT: 'sent',
  SKIPPED: 'skipped',
  FAILED: 'failed',
  UNKNOWN: 'unknown',
} as const satisfies Record<SendRow['status'], MessageView['status']>;

export function messageView(row: SendRow): MessageView {
  const { sendId, contactId, channel, template, purpose, subject, body, at, journey } = row;
  return {
    id: sendId,
    contactId,
    channel,
    template,
    purpose,
    status: statuses[row.status],
    reason: row.reason === undefined ? undefined : reasonInWords(row.reason),
    subject,
    body,
    at,
    journey,
    ...feedbackOf(row),
  };
}

/** The weightiest of what came back: a complaint, else a bounce, else the delivery. */
function feedbackOf({
  complainedAt,
  bouncedAt,
  deliveredAt,
  ...row
}: SendRow): Pick<MessageView, 'feedback'> {
  if (complainedAt)
    return { feedback: { kind: 'complained', text: 'Reported as unwanted.', at: complainedAt } };
  if (bouncedAt) return { feedback: { kind: 'bounced', text: bounceInWords(row), at: bouncedAt } };
  if (deliveredAt) return { feedback: { kind: 'delivered', text: 'Delivered.', at: deliveredAt } };
  return {};
}

/** As SES and End User Messaging name them. */
const bounces: Record<string, string> = {
  NoEmail: 'There is no such mailbox.',
  MailboxFull: 'The mailbox is full.',
  MessageTooLarge: 'The message is too large.',
  ContentRejected: 'The content was not let through.',
  OnAccountSuppressionList: 'The address bounced or complained before.',
  Suppressed: 'The address bounced before.',
  INVALID: 'There is no such number.',
  UNREACHABLE: 'The phone could not be reached.',
  CARRIER_UNREACHABLE: 'The carrier could not be reached.',
  TTL_EXPIRED: 'The phone could not be reached in time.',
  BLOCKED: 'The phone blocks such texts.',
  CARRIER_BLOCKED: 'The carrier blocks such texts.',
  SPAM: 'The carrier took it for spam.',
};

function bounceInWords({ bounce, bounceReason = '' }: Pick<SendRow, 'bounce' | 'bounceReason'>): string {
  const result = bounce === 'permanent' ? 'Could not be delivered, for good.' : 'Could not be delivered.';
  return bounces[bounceReason] ? `${result} ${bounces[bounceReason]}` : result;
}

const reasons: Record<string, string> = {
  'no-address': 'There is no address for this channel.',
  'no-consent': 'The contact has not agreed to marketing on this channel.',
  'consent-withdrawn': 'The contact has withdrawn the consent.',
  'problem-open': 'A problem is open; nobody sells until it is solved.',
  'frequency-cap': 'The contact has had enough marketing messages for now.',
  'held-out': 'The contact belongs to the share that gets no marketing, as a comparison.',
  'journey-stopped': 'The journey was stopped before the message had gone.',
  'journey-paused': 'The journey is paused; the message goes when it goes on.',
  'template-missing': 'The template is not in the library any more.',
  suppressed: 'The address must not be written to.',
  'suppressed-bounce': 'An earlier message could not be delivered to this address.',
  'suppressed-complaint': 'An earlier message to this address was reported as unwanted.',
  'provider-found-virus': 'The provider found a virus in the message.',
};

function reasonInWords(reason: string): string {
  return reasons[reason] ?? (reason.includes(' ') ? reason : `${nameInWords(reason)}.`);
}
