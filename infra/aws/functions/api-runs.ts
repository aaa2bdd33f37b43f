import { api } from './needs/api.ts';
import { workflows } from './needs/workflows.ts';

export const handler = api('api-runs', { workflows });
