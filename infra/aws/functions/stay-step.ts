import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { stayStepHandler } from '@baton/functions/handlers/stay-step.ts';
import { workflows } from './needs/workflows.ts';
export const handler = lambda(stayStepHandler, { workflows });
