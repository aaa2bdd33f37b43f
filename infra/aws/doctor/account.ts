import type { DoctorAction } from './actions.ts';

/** A quota with the value that applies to this account, or the default where AWS tells no other. */
export type Quota = { code: string; name: string; value: number; adjustable: boolean };
export type QuotaService = 'lambda' | 'states' | 'events' | 'dynamodb';

/** `enforcement`: HEALTHY, PROBATION or SHUTDOWN. `perDay` is -1 where nothing limits it. */
export type Mail = {
  production: boolean;
  sending: boolean;
  enforcement: string;
  perDay: number;
  perSecond: number;
  suppressed: readonly string[];
};
type MailIdentity = { verified: boolean; dkim: string };

/**
 * What the doctor may ask an account, reading only. Each function throws `Denied` where the caller lacks a permission,
 * `NoCredentials` where nobody is signed in, and any other error where the service cannot be reached.
 */
export interface Account {
  identity(): Promise<{ account: string; arn: string }>;
  /** `undefined`: there is no such parameter. */
  parameter(name: string): Promise<string | undefined>;
  quotas(service: QuotaService): Promise<readonly Quota[]>;
  mail(): Promise<Mail>;
  /** `undefined`: SES does not know the address or domain. */
  mailIdentity(name: string): Promise<MailIdentity | undefined>;
}

export class Denied extends Error {
  override name = 'Denied';
  readonly action: DoctorAction;

  constructor(action: DoctorAction) {
    super(`${action} is denied`);
    this.action = action;
  }
}

export class NoCredentials extends Error {
  override name = 'NoCredentials';
}
