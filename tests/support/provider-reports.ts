import { toTag } from '@baton/functions/adapters/aws/channels/send-tag.ts';
import type { JsonObject } from '@baton/rules/json.ts';

type About = { contactId: string; sendId: string };

/** A report of SES as EventBridge hands it on, with the fields around it that Baton does not read. */
export function mailReport(
  type: string,
  { contactId, sendId }: About,
  eventType: string,
  own: JsonObject,
): JsonObject {
  return {
    version: '0',
    id: 'a1b2',
    'detail-type': type,
    source: 'aws.ses',
    account: '123456789012',
    time: '2026-03-02T09:00:09Z',
    region: 'eu-central-1',
    resources: ['arn:aws:ses:eu-central-1:123456789012:configuration-set/baton-mail'],
    detail: {
      eventType,
      mail: {
        timestamp: '2026-03-02T09:00:01.012Z',
        source: 'Shop <news@example.com>',
        messageId: '0100-ses',
        destination: ['ana@example.com'],
        headersTruncated: false,
        headers: [{ name: 'To', value: 'ana@example.com' }],
        tags: {
          'ses:configuration-set': ['baton-mail'],
          sendId: [toTag(sendId)],
          contactId: [toTag(contactId)],
        },
      },
      ...own,
    },
  };
}

export const sent = (about: About) => mailReport('Email Sent', about, 'Send', { send: {} });
export const delivered = (about: About, at = '2026-03-02T09:00:04.000Z') =>
  mailReport('Email Delivered', about, 'Delivery', {
    delivery: { timestamp: at, recipients: ['ana@example.com'], smtpResponse: '250 ana@example.com ok' },
  });
export const bounced = (about: About, bounceType = 'Permanent', at = '2026-03-02T09:00:05.000Z') =>
  mailReport('Email Bounced', about, 'Bounce', {
    bounce: {
      bounceType,
      bounceSubType: bounceType === 'Permanent' ? 'NoEmail' : 'MailboxFull',
      bouncedRecipients: [{ emailAddress: 'ana@example.com', diagnosticCode: 'smtp; 550 5.1.1 unknown' }],
      timestamp: at,
      feedbackId: 'f-1',
    },
  });
export const complained = (about: About, complaintFeedbackType = 'abuse') =>
  mailReport('Email Complaint Received', about, 'Complaint', {
    complaint: {
      complainedRecipients: [{ emailAddress: 'ana@example.com' }],
      timestamp: '2026-03-02T10:00:00.000Z',
      feedbackId: 'f-2',
      complaintSubType: null,
      complaintFeedbackType,
    },
  });
export const rejected = (about: About) =>
  mailReport('Email Rejected', about, 'Reject', { reject: { reason: 'Bad content' } });

/** A report of End User Messaging; the context is there or not, as the provider pleases. */
export const textReport = (
  messageStatus: string,
  { isFinal = true, context }: { isFinal?: boolean; context?: JsonObject } = {},
): JsonObject => ({
  version: '0',
  'detail-type': 'Text Message Delivery Status Updated',
  source: 'aws.sms-voice',
  detail: {
    eventType: `TEXT_${messageStatus}`,
    eventVersion: '1.0',
    eventTimestamp: Date.parse('2026-03-02T09:00:07.000Z'),
    isFinal,
    isoCountryCode: 'DE',
    messageId: 'm-1',
    messageRequestTimestamp: Date.parse('2026-03-02T09:00:01.000Z'),
    messageStatus,
    messageStatusDescription: 'Message to +4917012345',
    totalMessagePrice: 0.07,
    ...(context ? { context } : {}),
  },
});
