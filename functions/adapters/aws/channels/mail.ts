import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { Channel, OutgoingMessage } from '../../../ports.ts';
import { flawOf, isHtml } from '../../check-message.ts';
import { htmlToText } from '../../html-to-text.ts';
import { unsubscribeHeaders } from '../../unsubscribe-headers.ts';
import type { Connection } from '../connection.ts';
import { answerTo, notAccepted, refused } from './provider-failure.ts';
import { toTag } from './send-tag.ts';

const failures = {
  MessageRejected: refused('the provider rejected the message: see that sender and text are allowed in SES'),
  BadRequestException: refused('the provider found the address or the message invalid'),
  MailFromDomainNotVerifiedException: refused("the sender's domain is not verified: verify it in SES"),
  SendingPausedException: notAccepted('sending is paused: resume it in the SES console'),
  AccountSuspendedException: notAccepted('the account may not send: answer the case that SES has opened'),
  LimitExceededException: notAccepted('the quota of this account is used up: ask SES for a higher one'),
};

/**
 * Mail by SES. SES does not recognise a message that it has taken before, so a request is made once: the SDK's own second
 * try after a lost answer could be a second mail. What is safe to repeat is repeated by whoever called, and the feedback
 * for the tag `sendId` settles what is in doubt.
 */
export function createMailChannel({
  from,
  configurationSet,
  connection = {},
}: {
  /** Address of the sender, a verified identity or of one. */
  from: string;
  /** Publishes what becomes of the mail, and demands TLS. */
  configurationSet: string;
  connection?: Connection;
}): Channel {
  const client = new SESv2Client({ ...connection, maxAttempts: 1 });
  return {
    send: async (message) => {
      const flaw = flawOf(message);
      if (flaw) return refused(flaw);
      try {
        await client.send(new SendEmailCommand(mailOf(message, { from, configurationSet })));
        return { kind: 'sent' };
      } catch (error) {
        return answerTo(error, failures);
      }
    },
  };
}

function mailOf(
  { sendId, contactId, to, subject = '', body, unsubscribe }: OutgoingMessage,
  { from, configurationSet }: { from: string; configurationSet: string },
): SendEmailCommandInput {
  const text = (Data: string) => ({ Data, Charset: 'UTF-8' });
  const headers = Object.entries(unsubscribeHeaders({ unsubscribe }));
  return {
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    ConfigurationSetName: configurationSet,
    EmailTags: [
      { Name: 'sendId', Value: toTag(sendId) },
      { Name: 'contactId', Value: toTag(contactId) },
    ],
    Content: {
      Simple: {
        Subject: text(subject),
        Body: isHtml(body) ? { Html: text(body), Text: text(htmlToText(body)) } : { Text: text(body) },
        ...(headers.length > 0 ? { Headers: headers.map(([Name, Value]) => ({ Name, Value })) } : {}),
      },
    },
  };
}
