import { type Channel, Transient } from '@baton/functions/ports.ts';

/** For commands that only look: nothing leaves, and what would have is left for the host. */
export const noChannel: Channel = {
  send: async () => {
    throw new Transient('this command sends nothing');
  },
};
