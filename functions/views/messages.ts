import type { MessagesView, MessageView } from '../api/views.ts';
import type { PermitReason } from '../metrics.ts';
import type { Ports } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { SendRow } from '../repositories/rows.ts';
import { messageLists } from './counts.ts';
import { readCursor } from './cursor.ts';
import { namesOf } from './names.ts';
import { readPage, walk } from './page.ts';
import { localMomentInWords, momentInWords, nameInWords } from './phrases.ts';

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
  HELD: 'waiting',
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
    reason: reasonInWords(row),
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

/** Why a message was not sent, and what to do about it where there is something to do. */
const permitReasonsInWords: Record<PermitReason, string> = {
  'template-missing': 'The template is not in the library any more. Publish it again, or change the step.',
  'no-address': 'There is no address for this channel. Find it out and add it to the contact.',
  suppressed: 'The address must not be written to. Use another one.',
  'suppressed-bounce':
    'An earlier message could not be delivered to this address. Ask the contact for another one.',
  'suppressed-complaint': 'An earlier message to this address was reported as unwanted. Do not write to it.',
  'problem-open': 'A problem is open; nobody sells until it is solved. Close the case first.',
  'no-consent': 'The contact has not agreed to marketing on this channel. Ask for consent when you talk.',
  'consent-withdrawn': 'The contact has withdrawn the consent. Only the contact can give it again.',
  'frequency-cap': 'The contact has had enough marketing messages for now. There is nothing to do.',
  'quiet-hours': 'The quiet hours of the channel left no time to send it. Shorten them.',
  'no-unsubscribe-address':
    'There is no address for the unsubscribe link yet, and marketing must have one. Deploy the stack with the site.',
  'left-journey': 'The contact left the journey while the message was held for quiet hours.',
  'held-out':
    'The contact belongs to the share that gets no marketing, as a comparison. There is nothing to do.',
  'journey-stopped': 'The journey was stopped before the message had gone. Start it again for new contacts.',
  template: 'The template could not be filled in. Correct it, and try it with the sample.',
};

const reasons: Readonly<Record<string, string>> = {
  ...permitReasonsInWords,
  'journey-paused': 'The journey is paused; the message goes when it goes on.',
  'provider-found-virus': 'The provider found a virus in the message.',
};

function reasonInWords({ status, reason, until, timeZone }: SendRow): string | undefined {
  if (reason === undefined) return undefined;
  const waits = status === 'HELD' || status === 'PERMITTED' || status === 'ATTEMPT';
  if (waits && until !== undefined) return waitInWords(reason, until, timeZone);
  return reasons[reason] ?? (reason.includes(' ') ? reason : `${nameInWords(reason)}.`);
}

/** Quiet hours are told by the clock that they are kept by, which is the contact's and not the reader's. */
const waitInWords = (reason: string, until: string, timeZone: string | undefined): string =>
  reason === 'quiet-hours' && timeZone !== undefined
    ? `Held until ${localMomentInWords(until, timeZone)} (quiet hours, ${timeZone}).`
    : `Waits for its turn until ${momentInWords(until)}, because the channel sends no more at a time.`;
