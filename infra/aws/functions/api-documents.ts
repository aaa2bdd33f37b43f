import { api } from './needs/api.ts';

export const handler = api('api-documents', {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
