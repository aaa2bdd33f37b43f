import { Refusal } from '../../local/cli/failure.ts';
import { type Terminal, terminal } from '../../local/cli/progress.ts';
import type { Account } from './account.ts';
import { awsAccount, configuredRegion } from './aws-account.ts';
import { countOf, examine, type Listener, type Questions } from './doctor.ts';
import type { Finding } from './finding.ts';
import type { Stage } from './mail-checks.ts';

type Options = { region?: string; stage: string; from?: string; contacts: number; json?: boolean };

const cannotRun = 2;

/** Looks over the account that the credentials lead to. */
export async function doctorCommand({ region, stage, from, contacts, json }: Options): Promise<number> {
  const chosen = region ?? (await configuredRegion());
  if (chosen === undefined) {
    process.stderr.write(
      'baton: no region is set; name one with --region eu-central-1, or set AWS_REGION or the region of the profile\n',
    );
    return cannotRun;
  }
  return diagnose(awsAccount(chosen), { region: chosen, stage: stageOf(stage), from, contacts }, { json });
}

function stageOf(text: string): Stage {
  if (text === 'dev' || text === 'prod') return text;
  throw new Refusal(`stage: "${text}" is not a stage; use dev or prod`);
}

/** Looks an account over and says what to do. 0: nothing fails, 1: something does, 2: nobody is signed in. */
export async function diagnose(
  account: Account,
  questions: Questions,
  { json = false, out, err }: { json?: boolean } & Partial<Pick<Terminal, 'out' | 'err'>> = {},
): Promise<number> {
  const to = { out: out ?? terminal.out, err: err ?? terminal.err };
  const result = await examine(account, questions, json ? quiet(to.err) : spoken(to));
  if (result.kind === 'no-credentials') {
    to.err.write(
      `baton: no usable AWS credentials (${result.reason}); sign in with "aws sso login" or "aws configure", or name a profile with AWS_PROFILE (a region that is not enabled for the account refuses good credentials too)\n`,
    );
    return cannotRun;
  }
  const { findings } = result;
  const failed = countOf(findings, 'fail');
  if (json) to.out.write(`${JSON.stringify({ ...questions, findings }, undefined, 2)}\n`);
  else to.out.write(`\n${summary(findings)}\n`);
  return failed > 0 ? 1 : 0;
}

const summary = (findings: readonly Finding[]): string =>
  `${countOf(findings, 'ok')} ok, ${countOf(findings, 'warn')} to look at, ${countOf(findings, 'fail')} to mend before deploying, ${countOf(findings, 'unknown')} unknown`;

/** A line for each check as it runs; a terminal shows what is being looked at. */
function spoken({ out, err }: Pick<Terminal, 'out' | 'err'>): Listener {
  const passing = passingLine(err);
  return {
    checking: (name) => passing.show(name),
    found(finding) {
      passing.clear();
      out.write(linesOf(finding));
    },
  };
}

function quiet(err: Terminal['err']): Listener {
  const passing = passingLine(err);
  return { checking: (name) => passing.show(name), found: () => passing.clear() };
}

function passingLine(err: Terminal['err']): { show(name: string): void; clear(): void } {
  if (!err.isTTY) return { show() {}, clear() {} };
  return {
    show: (name) => void err.write(`\r\u001b[Klooking at ${name} …`),
    clear: () => void err.write('\r\u001b[K'),
  };
}

function linesOf({ check, state, found, why, remedy }: Finding): string {
  const first = `${state.padEnd(7)} ${check}: ${found}\n`;
  if (state === 'ok') return first;
  return `${first}        why: ${why}\n${remedy ? `        → ${remedy}\n` : ''}`;
}
