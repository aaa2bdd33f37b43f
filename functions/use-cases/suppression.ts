import type { Item, Key, Ports } from '../ports.ts';
import type { SendRow } from '../repositories/rows.ts';
import { identityKey } from './identity.ts';

/** Suppression is kept by HMAC of the address and outlives the contact; it stops service messages too. */
export function suppressionKey(identity: Ports['identity'], channel: SendRow['channel'], to: string): Key {
  const { pk } = identityKey(identity, channel === 'sms' ? 'phone' : channel, to);
  return { pk: `SUP#${pk.slice(3)}`, sk: 'SUP' };
}

const reasons: Readonly<Record<string, string>> = {
  bounce: 'suppressed-bounce',
  complaint: 'suppressed-complaint',
};

/** Why nothing is sent to a suppressed address. */
export const reasonOfSuppression = ({ why }: Item): string => reasons[String(why)] ?? 'suppressed';
