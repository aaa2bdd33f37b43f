import { runs } from '@baton/functions/handlers/endpoints/runs.ts';
import { api } from './needs/api.ts';

export const handler = api('api-runs', runs, {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
