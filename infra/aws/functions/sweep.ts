import { lambda } from '@baton/functions/adapters/aws/lambda.ts';
import { sweepHandler } from '@baton/functions/handlers/sweep.ts';
import { bus } from './needs/bus.ts';
import { channels } from './needs/channels.ts';
import { workflows } from './needs/workflows.ts';
export const handler = lambda(sweepHandler, { bus, channels, workflows });
