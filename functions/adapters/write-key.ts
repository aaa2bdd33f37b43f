import { randomBytes } from 'node:crypto';

/** A write key of Segment clients: letters and digits only, because it is typed into settings and stands before a colon. */
export const newWriteKey = (): string => randomBytes(20).toString('hex');
