import type { Account } from './account.ts';
import { NoCredentials } from './account.ts';
import { accountChecks } from './account-checks.ts';
import { type Finding, runCheck, type State } from './finding.ts';
import { mailChecks, type Stage } from './mail-checks.ts';
import { quotaChecks } from './quota-checks.ts';

export type Questions = { region: string; stage: Stage; contacts: number; from?: string };

/** Where the doctor reports while it looks: what it is looking at, and what it found. */
export type Listener = { checking(name: string): void; found(finding: Finding): void };

/**
 * Looks an account over, one check after the other. A check that fails or may not look does not keep the others from
 * looking; without credentials there is nothing to look at.
 */
export async function examine(
  account: Account,
  { region, ...asked }: Questions,
  listener: Listener,
): Promise<{ kind: 'examined'; findings: Finding[] } | { kind: 'no-credentials'; reason: string }> {
  const findings: Finding[] = [];
  const checks = [
    ...accountChecks(account, region),
    ...quotaChecks(account, region, asked.contacts),
    ...mailChecks(account, { region, ...asked }),
  ];
  try {
    for (const check of checks) {
      listener.checking(check.name);
      for (const finding of await runCheck(check)) {
        findings.push(finding);
        listener.found(finding);
      }
    }
  } catch (error) {
    if (error instanceof NoCredentials) return { kind: 'no-credentials', reason: error.message };
    throw error;
  }
  return { kind: 'examined', findings };
}

export const countOf = (findings: readonly Finding[], state: State): number =>
  findings.filter((finding) => finding.state === state).length;
