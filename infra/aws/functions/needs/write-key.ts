import { writeKeyParameter } from '@baton/functions/adapters/aws/write-key.ts';
import { given } from './environment.ts';

export const writeKey = (): (() => Promise<string>) =>
  writeKeyParameter.in({ parameter: given('BATON_WRITE_KEY') });
