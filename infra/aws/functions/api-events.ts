import { api } from './needs/api.ts';
import { bus } from './needs/bus.ts';
import { identity } from './needs/identity.ts';

export const handler = api('api-events', { bus, identity });
