import type { App } from 'aws-cdk-lib';
import * as z from 'zod';

/** What a deployment is told by `--context name=value`; a name that is not here has no effect. */
const Config = z.object({
  /** `dev` goes without a trace when it is destroyed, `prod` keeps its data. Other names behave like `dev`. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,9}$/, 'must be 1 to 10 lower-case letters and digits, for example "dev"'),
  /** Address of the designer with its certificate (in us-east-1); without them CloudFront's own name is used. */
  domain: z.string().optional(),
  certificate: z.string().startsWith('arn:').optional(),
  /** Sender of mail: an address whose domain or itself is a verified identity of SES. */
  mailFrom: z.email().optional(),
  /** Origination identity of text messages: the id of a phone number or pool, a sender id, or its ARN. */
  smsOrigination: z
    .string()
    .regex(
      /^(arn:.+|[A-Za-z0-9_-]+)$/,
      'must be an id or ARN, for example "phone-0123…", "pool-0123…" or a sender id; a right cannot name a number by its digits',
    )
    .optional(),
  /** Most that one text may cost, in US dollars. */
  smsMaxPrice: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,5})?$/, 'must be US dollars, for example "0.20"')
    .optional(),
  /** Where the webhook channel posts messages to. */
  webhookUrl: z
    .url({ protocol: /^https$/ })
    .refine((url) => !/^https:\/\/[^/?#]*@/.test(url), {
      error: 'must hold no user or password; the receiver knows us by the signature',
    })
    .optional(),
  /** Who is told of alarms. */
  alarms: z.email().optional(),
  /** One key of the customer's own for all tables; costs about a dollar a month. */
  cmk: z.stringbool().default(false),
});
export type Config = z.infer<typeof Config> & { prefix: string; keepsData: boolean };

/** Reads the context of an app; throws with every value that does not fit and what it should be. */
export function readConfig(app: Pick<App, 'node'>): Config {
  const given = Object.keys(Config.shape).map((name) => [name, app.node.tryGetContext(name)]);
  const parsed = Config.safeParse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  if (!parsed.success) {
    const flaws = parsed.error.issues.map(
      ({ path, message }) => `  --context ${path.join('.')}=…: ${message}`,
    );
    throw new Error(`the context does not fit:\n${flaws.join('\n')}`);
  }
  const { domain, certificate, stage } = parsed.data;
  if ((domain === undefined) !== (certificate === undefined))
    throw new Error('the context does not fit:\n  domain and certificate belong together: give both or none');
  return { ...parsed.data, prefix: `baton-${stage}`, keepsData: stage === 'prod' };
}
