import { events } from '@baton/functions/handlers/endpoints/events.ts';
import { api } from './needs/api.ts';

export const handler = api('api-events', events, {
  bus: async () => (await import('./needs/bus.ts')).bus(),
  identity: async () => (await import('./needs/identity.ts')).identity(),
});
