import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { segmentHandler } from '@baton/functions/handlers/segment.ts';
import { byRouteKey, segmentRoutes } from '../../routes.ts';

let writeKey: Promise<() => Promise<string>> | undefined;

/** The key is looked at by every request and read from Parameter Store now and then. */
const currentWriteKey = async (): Promise<string> => {
  writeKey ??= import('./needs/write-key.ts').then((part) => part.writeKey());
  return (await writeKey)();
};

export const handler = lambda(
  (ports) => segmentHandler(ports, { routes: byRouteKey(segmentRoutes), writeKey: currentWriteKey }),
  {
    bus: async () => (await import('./needs/bus.ts')).bus(),
    identity: async () => (await import('./needs/identity.ts')).identity(),
  },
);
