import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { applyEventHandler } from '@baton/functions/handlers/apply-event.ts';

export const handler = lambda(applyEventHandler, {
  identity: async () => (await import('./needs/identity.ts')).identity(),
});
