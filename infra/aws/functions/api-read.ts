import { api } from './needs/api.ts';

export const handler = api('api-read');
