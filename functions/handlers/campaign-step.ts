import { CampaignStep, campaignStep } from '../use-cases/campaign-step.ts';
import { task } from './task.ts';

export const campaignStepHandler = task(CampaignStep, campaignStep);
