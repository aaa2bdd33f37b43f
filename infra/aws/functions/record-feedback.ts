import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { recordFeedbackHandler } from '@baton/functions/handlers/record-feedback.ts';
export const handler = lambda(recordFeedbackHandler, {
  identity: async () => (await import('./needs/identity.ts')).identity(),
});
