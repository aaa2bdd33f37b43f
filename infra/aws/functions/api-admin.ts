import { admin } from '@baton/functions/handlers/endpoints/admin.ts';
import { contacts } from '@baton/functions/handlers/endpoints/contacts.ts';
import { api } from './needs/api.ts';

export const handler = api(
  'api-admin',
  { ...admin, ...contacts },
  {
    bus: async () => (await import('./needs/bus.ts')).bus(),
  },
);
