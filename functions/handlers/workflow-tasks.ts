import { CampaignStep, campaignStep } from '../use-cases/campaign-step.ts';
import { PublishStep, publishStep } from '../use-cases/publish-documents.ts';
import { RunStep, runStep } from '../use-cases/run-step.ts';
import { StayStep, stayStep } from '../use-cases/stay-step.ts';
import { task } from './task.ts';

export const runStepHandler = task(RunStep, runStep);
export const stayStepHandler = task(StayStep, stayStep);
export const campaignStepHandler = task(CampaignStep, campaignStep);
export const publishStepHandler = task(PublishStep, publishStep);
