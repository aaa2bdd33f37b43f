import { documents } from '@baton/functions/handlers/endpoints/documents.ts';
import { journeys } from '@baton/functions/handlers/endpoints/journeys.ts';
import { api } from './needs/api.ts';

export const handler = api(
  'api-documents',
  { ...documents, ...journeys },
  {
    workflows: async () => (await import('./needs/workflows.ts')).workflows(),
  },
);
