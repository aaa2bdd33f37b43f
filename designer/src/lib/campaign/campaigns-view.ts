/** What GET /api/campaigns answers. `audience` is a sentence; a run's counts are contacts. */
export type CampaignsView = { campaigns: CampaignLine[] };

export type CampaignLine = {
  id: string;
  title: string;
  why: string;
  audience: string;
  journey: string;
  holdoutPercent: number;
  perMinute: number;
  runs: CampaignRun[];
};

type CampaignRun = {
  id: string;
  startedAt: string;
  status: 'running' | 'done';
  audience: number;
  enrolled: number;
  heldOut: number;
};
