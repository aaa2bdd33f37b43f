import * as z from 'zod';
import { fromTag } from '../adapters/aws/channels/send-tag.ts';
import type { Feedback } from '../use-cases/record-feedback.ts';

/*
 * What SES and End User Messaging report over EventBridge, as far as Baton reads it. Other fields may come and go; the
 * sentences of mail servers among them quote addresses and are left where they are.
 * SES: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 * SMS: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
 */

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const Milliseconds = z.number().transform((ms) => new Date(ms).toISOString());

const Mail = z.object({
  timestamp: Instant,
  tags: z
    .object({ sendId: z.tuple([z.string()]), contactId: z.tuple([z.string()]) })
    .optional()
    .catch(undefined),
});
const withMail = { mail: Mail };

const MailDetail = z.discriminatedUnion('eventType', [
  z.object({ ...withMail, eventType: z.literal('Send') }),
  z.object({ ...withMail, eventType: z.literal('Delivery'), delivery: z.object({ timestamp: Instant }) }),
  z.object({
    ...withMail,
    eventType: z.literal('Bounce'),
    bounce: z.object({ timestamp: Instant, bounceType: z.string(), bounceSubType: z.string().default('') }),
  }),
  z.object({
    ...withMail,
    eventType: z.literal('Complaint'),
    complaint: z.object({ timestamp: Instant, complaintFeedbackType: z.string().nullish() }),
  }),
  z.object({ ...withMail, eventType: z.literal('Reject') }),
]);
type MailDetail = z.infer<typeof MailDetail>;

const TextDetail = z.object({
  messageId: z.string(),
  messageStatus: z.string(),
  isFinal: z.boolean(),
  eventTimestamp: Milliseconds,
  messageRequestTimestamp: Milliseconds,
  context: z.object({ sendId: z.string(), contactId: z.string() }).optional().catch(undefined),
});

const ProviderEvent = z.discriminatedUnion('source', [
  z.object({ source: z.literal('aws.ses'), 'detail-type': z.string(), detail: z.unknown() }),
  z.object({ source: z.literal('aws.sms-voice'), 'detail-type': z.string(), detail: z.unknown() }),
]);

/** Reports about mail that tell what became of it; opens, clicks and delays do not. */
const mailReports = [
  'Email Sent',
  'Email Delivered',
  'Email Bounced',
  'Email Complaint Received',
  'Email Rejected',
];
const textReports = ['Text Message Delivery Status Updated'];

/** What of the account's default bus is feedback. */
export const feedbackPatterns = {
  mail: { source: ['aws.ses'], 'detail-type': mailReports },
  texts: { source: ['aws.sms-voice'], 'detail-type': textReports },
};

/** `undefined`: it tells nothing about a message, or about none of ours. Throws `ZodError` for an event of another shape. */
export function readFeedback(event: unknown): Feedback | undefined {
  const { source, detail, 'detail-type': type } = ProviderEvent.parse(event);
  if (source === 'aws.ses')
    return mailReports.includes(type) ? aboutMail(MailDetail.parse(detail)) : undefined;
  return textReports.includes(type) ? aboutText(TextDetail.parse(detail)) : undefined;
}

function aboutMail(detail: MailDetail): Feedback | undefined {
  const { tags, timestamp: sentAt } = detail.mail;
  const what = mailOutcome(detail);
  if (!tags || !what) return undefined;
  const [sendId, contactId] = [tags.sendId[0], tags.contactId[0]].map(fromTag);
  return sendId && contactId ? { about: { sendId, contactId }, sentAt, ...what } : undefined;
}

function mailOutcome(detail: MailDetail): Pick<Feedback, 'at' | 'outcome'> | undefined {
  switch (detail.eventType) {
    case 'Send':
      return { at: detail.mail.timestamp, outcome: { kind: 'sent' } };
    case 'Delivery':
      return { at: detail.delivery.timestamp, outcome: { kind: 'delivered' } };
    case 'Bounce': {
      const { timestamp: at, bounceType, bounceSubType } = detail.bounce;
      const bounce = bounceType === 'Permanent' ? 'permanent' : 'passing';
      return { at, outcome: { kind: 'bounced', bounce, reason: bounceSubType } };
    }
    case 'Complaint': {
      // "not-spam" is the opposite: the recipient took the mail out of the spam folder (RFC 5965, 7.3)
      const { timestamp: at, complaintFeedbackType } = detail.complaint;
      return complaintFeedbackType === 'not-spam' ? undefined : { at, outcome: { kind: 'complained' } };
    }
    case 'Reject':
      return { at: detail.mail.timestamp, outcome: { kind: 'rejected', reason: 'provider-found-virus' } };
  }
}

const underway = ['PENDING', 'QUEUED', 'SENT', 'SUCCESSFUL'];

function aboutText(detail: z.infer<typeof TextDetail>): Feedback | undefined {
  const outcome = textOutcome(detail);
  if (!outcome) return undefined;
  return {
    about: detail.context ?? { channel: 'sms', reference: detail.messageId },
    at: detail.eventTimestamp,
    sentAt: detail.messageRequestTimestamp,
    outcome,
  };
}

/** Carriers correct themselves, so a failure counts when it is final. A number that does not exist never will. */
function textOutcome({
  messageStatus: status,
  isFinal,
}: Pick<z.infer<typeof TextDetail>, 'messageStatus' | 'isFinal'>): Feedback['outcome'] | undefined {
  if (status === 'DELIVERED') return { kind: 'delivered' };
  if (underway.includes(status)) return { kind: 'sent' };
  if (!isFinal || status === 'UNKNOWN') return undefined;
  return { kind: 'bounced', bounce: status === 'INVALID' ? 'permanent' : 'passing', reason: status };
}
