import type { PlannedStart, Ports } from '../ports.ts';
import { digest } from '../repositories/rows.ts';
import { campaignMachine } from './campaign-step.ts';

/** Starts a run of a campaign now. The machine claims the run, so two clicks in one second are one run. */
export async function startRun(
  { workflows, documents, clock }: Ports,
  campaign: string,
  at = `${clock.now().toISOString().slice(0, 19)}Z`,
): Promise<{ campaign: string; at: string } | undefined> {
  if (!(await documents.live()).campaigns.has(campaign)) return undefined;
  await workflows.start(runAt(campaign, at));
  return { campaign, at };
}

/** The start of the run that is named by its time. */
export const runAt = (campaign: string, at: string): PlannedStart => ({
  at,
  machine: campaignMachine,
  name: `run-${digest(campaign, at)}`,
  input: { campaign, at },
});
