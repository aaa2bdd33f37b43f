import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { recordFeedbackHandler } from '@baton/functions/handlers/record-feedback.ts';
import { identity } from './needs/identity.ts';
export const handler = lambda(recordFeedbackHandler, { identity });
