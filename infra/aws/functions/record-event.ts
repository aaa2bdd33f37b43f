import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { recordEventHandler } from '@baton/functions/handlers/record-event.ts';
import { identity } from './needs/identity.ts';
export const handler = lambda(recordEventHandler, { identity });
