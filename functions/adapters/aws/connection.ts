import type { SSMClientConfig } from '@aws-sdk/client-ssm';

/** How an adapter reaches AWS. Inside a Lambda all of it comes from the environment. */
export type Connection = Pick<SSMClientConfig, 'region' | 'credentials' | 'endpoint' | 'requestHandler'>;
