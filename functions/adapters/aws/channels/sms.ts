import { PinpointSMSVoiceV2Client, SendTextMessageCommand } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import type { Channel } from '../../../ports.ts';
import { flawOf } from '../../check-message.ts';
import type { Connection } from '../connection.ts';
import { answerTo, notAccepted, refused } from './provider-failure.ts';

const blocked = refused('texts to this country or number are not allowed: see the protect configuration');
const failures = {
  DESTINATION_PHONE_NUMBER_OPTED_OUT: refused('the number has opted out of texts'),
  DESTINATION_PHONE_NUMBER_NOT_VERIFIED: refused('the account is in the sandbox and the number not verified'),
  DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION: blocked,
  DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE: blocked,
  DESTINATION_COUNTRY_BLOCKED: blocked,
  PRICE_OVER_THRESHOLD: refused('the text would cost more than allowed: deploy with a higher smsMaxPrice'),
  ValidationException: refused('the provider found the number or the text invalid'),
  ResourceNotFoundException: notAccepted('there is no such origination identity or configuration set'),
  ServiceQuotaExceededException: notAccepted('the spend limit or daily quota is reached: raise it'),
};

/** Texts are sent by the number as it stands in the profile, without what is only there for the eye. */
const numberIn = (to: string): string | undefined =>
  /^\+[1-9][0-9]{4,17}$/.exec(to.replace(/[\s()./-]/g, ''))?.[0];

/**
 * Text messages by AWS End User Messaging. A text that was taken before is not recognised, so a request is made once, as
 * with mail. Events carry the context where the provider hands it on, and the message's own id always: hence the reference.
 */
export function createSmsChannel({
  origination,
  configurationSet,
  maxPrice,
  timeToLiveSeconds,
  connection = {},
}: {
  /** A phone number, sender id or pool, by name or ARN. */
  origination: string;
  configurationSet: string;
  /** Most that one text may cost, in US dollars, for example "0.20". */
  maxPrice: string;
  /** A text that has not reached the phone by then is given up. */
  timeToLiveSeconds: number;
  connection?: Connection;
}): Channel {
  const client = new PinpointSMSVoiceV2Client({ ...connection, maxAttempts: 1 });
  return {
    send: async (message) => {
      const flaw = flawOf(message);
      if (flaw) return refused(flaw);
      const { sendId, contactId, to, body } = message;
      const number = numberIn(to);
      if (!number) return refused('to: not a phone number that begins with + and the country');
      try {
        const { MessageId } = await client.send(
          new SendTextMessageCommand({
            DestinationPhoneNumber: number,
            OriginationIdentity: origination,
            MessageBody: body,
            ConfigurationSetName: configurationSet,
            MaxPrice: maxPrice,
            TimeToLive: timeToLiveSeconds,
            Context: { sendId, contactId },
          }),
        );
        return { kind: 'sent', reference: MessageId };
      } catch (error) {
        return answerTo(error, failures);
      }
    },
  };
}
