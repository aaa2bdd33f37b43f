import { createBus } from '@baton/functions/adapters/aws/bus.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { given } from './environment.ts';

export const bus = async (): Promise<Ports['bus']> => createBus({ name: given('BATON_BUS') });
