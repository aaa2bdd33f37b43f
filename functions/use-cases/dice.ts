import { createHash } from 'node:crypto';

/**
 * A contact's sticky random number for a salt: 0 ≤ n < 100, uniform, the same for ever. Rollouts, holdouts and splits
 * draw it, so that nobody changes sides when something else changes.
 */
export function diceFor(contactId: string): (salt: string) => number {
  return (salt) => {
    const hash = createHash('sha256').update(`${salt}\n${contactId}`).digest();
    return (hash.readUIntBE(0, 6) / 2 ** 48) * 100;
  };
}
