import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { dispatchHandler } from '@baton/functions/handlers/store-changes.ts';
import { bus } from './needs/bus.ts';
import { channels } from './needs/channels.ts';
import { workflows } from './needs/workflows.ts';
export const handler = lambda(dispatchHandler, { bus, channels, workflows });
