import { admin } from '@baton/functions/handlers/endpoints/admin.ts';
import { api } from './needs/api.ts';

export const handler = api('api-admin', admin, {
  bus: async () => (await import('./needs/bus.ts')).bus(),
});
