import { read } from '@baton/functions/handlers/endpoints/read.ts';
import { api } from './needs/api.ts';

export const handler = api('api-read', read);
