import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { runStepHandler } from '@baton/functions/handlers/run-step.ts';
import { identity } from './needs/identity.ts';
import { workflows } from './needs/workflows.ts';
export const handler = lambda(runStepHandler, { identity, workflows });
