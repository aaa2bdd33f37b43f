import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { publishStepHandler } from '@baton/functions/handlers/publish-step.ts';
export const handler = lambda(publishStepHandler, {
  workflows: async (clock) => (await import('./needs/publishing.ts')).publishing(clock),
});
