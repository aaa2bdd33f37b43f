import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { campaignStepHandler } from '@baton/functions/handlers/campaign-step.ts';

export const handler = lambda(campaignStepHandler);
