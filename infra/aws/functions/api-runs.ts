import { api } from './needs/api.ts';

export const handler = api('api-runs', {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
