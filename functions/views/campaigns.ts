import type { Campaign } from '@baton/rules/documents/index.ts';
import type { CampaignRunView, CampaignsView } from '../api/views.ts';
import type { LiveLibrary, Ports, Store } from '../ports.ts';
import { parseRow } from '../repositories/read.ts';
import { RunRow } from '../use-cases/campaign-step.ts';
import { stageTitle } from './labels.ts';
import { walk } from './page.ts';
import { alternatives, midSentence } from './phrases.ts';
import { conditionInWords } from './words.ts';

/** Runs shown of one campaign, the newest first. */
const runLimit = 20;

/** The live campaigns with what became of their runs. */
export async function campaignsView({
  store,
  documents,
}: Pick<Ports, 'store' | 'documents'>): Promise<CampaignsView> {
  const live = await documents.live();
  const runs = await runsByCampaign(store);
  const campaigns = [...live.campaigns.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
  return {
    campaigns: campaigns.map((campaign) => ({
      id: campaign.id,
      title: campaign.title,
      why: campaign.why,
      audience: audienceInWords(campaign, live),
      journey: campaign.journey,
      holdoutPercent: campaign.holdout.percent,
      perMinute: campaign.pacing.perMinute,
      runs: runs.get(campaign.id) ?? [],
    })),
  };
}

/** "Contacts in Developed or in Won back: value tier is one of a, b". */
function audienceInWords({ audience }: Campaign, live: LiveLibrary): string {
  const places = audience.stages.map((stage) =>
    stage === 'none' ? 'outside the cycle' : `in ${stageTitle(live, stage)}`,
  );
  return `Contacts ${alternatives(places)}: ${midSentence(conditionInWords(audience.when, live))}`;
}

async function runsByCampaign(store: Store): Promise<Map<string, CampaignRunView[]>> {
  const runs = new Map<string, CampaignRunView[]>();
  const newestFirst = walk(store, {
    name: 'runs',
    table: 'design',
    index: 'g1',
    partitions: ['RUN#running', 'RUN#done'],
    reverse: true,
  });
  for await (const { item } of newestFirst) {
    const row = parseRow(RunRow, item);
    const known = runs.get(row.campaign) ?? [];
    if (known.length < runLimit) runs.set(row.campaign, [...known, runOf(row)]);
  }
  return runs;
}

function runOf({ at, startedAt, status, audience, enrolled, heldOut }: RunRow): CampaignRunView {
  return { id: at, startedAt, status: status === 'done' ? 'done' : 'running', audience, enrolled, heldOut };
}
