import { randomBytes } from 'node:crypto';
import { watched } from '@baton/functions/adapters/aws/lambda.ts';
import { logOn } from '@baton/functions/adapters/aws/log.ts';
import { observed } from '@baton/functions/adapters/aws/observed.ts';
import { AuthConfig, authHandler } from '@baton/functions/handlers/auth.ts';
import type { Handler } from '@baton/functions/handlers/task.ts';
import { authRoutes, byRouteKey } from '../../routes.ts';

const watching = watched();
const doors = {
  fetch,
  clock: { now: () => new Date() },
  random: randomBytes,
  log: logOn(watching.logger),
};

let made: Handler | undefined;

/** Signing in. The configuration is read at the first event, so that a flaw in it is logged like any other. */
export const handler = observed((event) => {
  made ??= authHandler(AuthConfig.parse(process.env), doors, byRouteKey(authRoutes));
  return made(event);
}, watching);
