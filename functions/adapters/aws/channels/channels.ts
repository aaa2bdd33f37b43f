import * as z from 'zod';
import type { Channel, Ports } from '../../../ports.ts';
import type { Connection } from '../connection.ts';
import { createMailChannel } from './mail.ts';
import { createSmsChannel } from './sms.ts';
import { createWebhookChannel } from './webhook.ts';

const text = z.string().min(1).optional();

/** The environment variables that say which channels there are; an empty one counts as not given. */
const Environment = z.preprocess(
  (given) => Object.fromEntries(Object.entries(Object(given)).filter(([, value]) => value !== '')),
  z.object({
    MAIL_FROM: text,
    MAIL_CONFIGURATION_SET: text,
    SMS_ORIGINATION: text,
    SMS_CONFIGURATION_SET: text,
    SMS_MAX_PRICE: z
      .string()
      .regex(/^\d{1,2}(\.\d{1,5})?$/, 'must be US dollars, for example "0.20"')
      .default('0.20'),
    SMS_TIME_TO_LIVE: z.coerce.number().int().min(5).max(259_200).default(86_400),
    WEBHOOK_BUS: text,
  }),
);

/** The ways out that a stack was deployed with. One that is missing refuses every message and says how to get it. */
export function createChannels(environment: unknown, connection: Connection = {}): Ports['channels'] {
  const {
    MAIL_FROM: from,
    MAIL_CONFIGURATION_SET: mailSet,
    SMS_ORIGINATION: origination,
    SMS_CONFIGURATION_SET: smsSet,
    WEBHOOK_BUS: bus,
    SMS_MAX_PRICE: maxPrice,
    SMS_TIME_TO_LIVE: timeToLiveSeconds,
  } = Environment.parse(environment);
  return {
    email:
      from && mailSet
        ? createMailChannel({ from, configurationSet: mailSet, connection })
        : notThere('no sender is set up for mail: deploy with --context mailFrom=<verified address>'),
    sms:
      origination && smsSet
        ? createSmsChannel({ origination, configurationSet: smsSet, maxPrice, timeToLiveSeconds, connection })
        : notThere(
            'no number is set up for texts: deploy with --context smsOrigination=<id of a number or pool, or sender id>',
          ),
    webhook: bus
      ? createWebhookChannel({ bus, connection })
      : notThere('no receiver is set up for webhooks: deploy with --context webhookUrl=<https address>'),
    push: bus
      ? createWebhookChannel({ bus, connection })
      : notThere('no receiver is set up for push messages: deploy with --context webhookUrl=<https address>'),
  };
}

const notThere = (reason: string): Channel => ({ send: async () => ({ kind: 'refused', reason }) });
