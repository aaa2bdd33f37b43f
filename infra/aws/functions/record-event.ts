import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { recordEventHandler } from '@baton/functions/handlers/record-event.ts';
export const handler = lambda(recordEventHandler, {
  identity: async () => (await import('./needs/identity.ts')).identity(),
});
