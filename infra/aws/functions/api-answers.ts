import { answers } from '@baton/functions/handlers/endpoints/answers.ts';
import { api } from './needs/api.ts';

export const handler = api('api-answers', answers);
