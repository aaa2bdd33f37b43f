import { callerOf } from '@baton/functions/adapters/aws/caller.ts';
import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { apiHandler } from '@baton/functions/handlers/api.ts';
import type { Endpoints } from '@baton/functions/handlers/endpoints/reply.ts';
import { byRouteKey, type HttpRoute, httpRoutes } from '../../../routes.ts';
import { given } from './environment.ts';

/**
 * The part of the API that one function answers. It cannot see what the queues gave up, so it does not say how much that
 * is: the alarm on the dead letters does.
 */
export function api(name: HttpRoute['function'], endpoints: Endpoints, needs?: Parameters<typeof lambda>[1]) {
  const routes = byRouteKey(httpRoutes.filter((route) => route.function === name));
  return lambda(
    (ports) =>
      apiHandler(ports, {
        endpoints,
        routes,
        host: { clock: 'system', callerOf: callerOf({ clientId: given('AUTH_CLIENT_ID') }) },
      }),
    needs,
  );
}
