import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { unsubscribeHandler } from '@baton/functions/handlers/unsubscribe.ts';
import { byRouteKey, openRoutes } from '../../routes.ts';

export const handler = lambda((ports) => unsubscribeHandler(ports, byRouteKey(openRoutes)), {
  identity: async () => (await import('./needs/identity.ts')).identity(),
});
