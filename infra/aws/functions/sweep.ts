import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
export const handler = lambda(sweepHandler, {
  bus: async () => (await import('./needs/bus.ts')).bus(),
  channels: async () => (await import('./needs/channels.ts')).channels(),
  identity: async () => (await import('./needs/identity.ts')).identity(),
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
