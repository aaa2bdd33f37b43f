import { createChannels } from '@baton/functions/adapters/aws/channels/channels.ts';
import type { Ports } from '@baton/functions/ports.ts';

export const channels = async (): Promise<Ports['channels']> => createChannels(process.env);
