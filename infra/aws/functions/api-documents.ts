import { documents } from '@baton/functions/handlers/endpoints/documents.ts';
import { api } from './needs/api.ts';

export const handler = api('api-documents', documents, {
  workflows: async () => (await import('./needs/workflows.ts')).workflows(),
});
