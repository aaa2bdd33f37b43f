import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { applyEventHandler } from '@baton/functions/handlers/store-changes.ts';

export const handler = lambda(applyEventHandler);
