import { newWriteKey } from '../write-key.ts';
import { secretParameter } from './parameter.ts';

/** The key of Segment clients. Without a key nobody is let in. */
export const writeKeyParameter = secretParameter({
  read: (text) => text.trim() || undefined,
  make: newWriteKey,
  lacking: 'there is no write key; deploy again to make it, or put one there',
  description:
    'Write key of Segment clients. Whoever has it may send events; put another value to exchange it.',
});
