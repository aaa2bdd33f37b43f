import { parseInstant } from '../conditions/instant.ts';
import type { Campaign } from '../documents/campaign.ts';
import { type Edited, edited, refused } from './edited.ts';

/** Everything that can be done to a campaign, its conditions aside: those are edited as conditions are. */
type EditedCampaign = Edited<Campaign>;

export function changeCampaign(
  campaign: Campaign,
  fields: Partial<Pick<Campaign, 'title' | 'why' | 'journey'>>,
): EditedCampaign {
  return edited({ ...campaign, ...fields });
}

export function toggleAudienceStage(campaign: Campaign, stage: string): EditedCampaign {
  const { stages } = campaign.audience;
  const left = stages.filter((one) => one !== stage);
  if (left.length === stages.length) left.push(stage);
  if (left.length === 0)
    return refused('A campaign is for the contacts of at least one stage. Choose another first.');
  return edited({ ...campaign, audience: { ...campaign.audience, stages: left } });
}

/** `null`: somebody starts it by hand. */
export function setStart(campaign: Campaign, at: string | null): EditedCampaign {
  if (at !== null && parseInstant(at) === undefined)
    return refused('This is no moment. Choose a day and a time.');
  return edited({ ...campaign, schedule: { at } });
}

export function setPacing(campaign: Campaign, pacing: Partial<Campaign['pacing']>): EditedCampaign {
  const wanted = { ...campaign.pacing, ...pacing };
  if (!isWhole(wanted.perMinute, 100_000))
    return refused('Between 1 and 100,000 contacts enter in a minute.');
  if (!isWhole(wanted.batch, 100)) return refused('Between 1 and 100 contacts enter at once.');
  return edited({ ...campaign, pacing: wanted });
}

/** Who is left out stays left out as long as the draw has the same name; only the share changes. */
export function setHoldout(campaign: Campaign, percent: number): EditedCampaign {
  if (!(percent >= 0 && percent <= 90)) return refused('Between 0 and 90 % of the contacts can be left out.');
  return edited({ ...campaign, holdout: { ...campaign.holdout, percent } });
}

const isWhole = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= most;
