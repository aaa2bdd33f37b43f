import { Denied, NoCredentials } from './account.ts';

export type State = 'ok' | 'warn' | 'fail' | 'unknown';

/** What one check found: what there is, why it matters, and what to do about it (absent where nothing is to be done). */
export type Finding = { check: string; state: State; found: string; why: string; remedy?: string };

export type Check = { name: string; why: string; run: () => Promise<readonly Found[]> };

/** `check` names a part of a check that looks at several things. */
export type Found = { check?: string; state: State; found: string; why?: string; remedy?: string };

/** Runs one check. What it may not see or cannot reach makes it unknown, and nothing else. */
export async function runCheck({ name, why, run }: Check): Promise<Finding[]> {
  try {
    const found = await run();
    return found.map((part) => ({ ...part, check: part.check ?? name, why: part.why ?? why }));
  } catch (error) {
    if (error instanceof NoCredentials) throw error;
    return [{ check: name, why, ...unseen(error) }];
  }
}

function unseen(error: unknown): Omit<Finding, 'check' | 'why'> {
  if (error instanceof Denied)
    return {
      state: 'unknown',
      found: `not allowed to look: ${error.action} is denied`,
      remedy: `allow ${error.action} for the identity that runs this, or ask somebody who has it`,
    };
  return {
    state: 'unknown',
    found: `the service did not answer: ${error instanceof Error ? error.name : 'unknown error'}`,
    remedy: 'check the region and the network, and run it again',
  };
}
