import { addressIn } from '@baton/functions/adapters/aws/address.ts';
import type { Address } from '@baton/functions/ports.ts';
import { given } from './environment.ts';

export const address = async (): Promise<Address> => addressIn({ parameter: given('BATON_ADDRESS') });
