import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { runStepHandler } from '@baton/functions/handlers/run-step.ts';
export const handler = lambda(runStepHandler, {
  address: async () => (await import('./needs/address.ts')).address(),
  identity: async () => (await import('./needs/identity.ts')).identity(),
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
