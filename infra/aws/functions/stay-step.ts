import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { stayStepHandler } from '@baton/functions/handlers/stay-step.ts';
export const handler = lambda(stayStepHandler, {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
