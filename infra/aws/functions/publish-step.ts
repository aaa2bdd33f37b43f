import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { publishStepHandler } from '@baton/functions/handlers/publish-step.ts';
import { publishing } from './needs/publishing.ts';
export const handler = lambda(publishStepHandler, { workflows: publishing });
