import { loadIdentity } from '@baton/functions/adapters/aws/identity.ts';
import type { Identity } from '@baton/functions/ports.ts';
import { given } from './environment.ts';

export const identity = (): Promise<Identity> => loadIdentity({ parameter: given('BATON_IDENTITY') });
