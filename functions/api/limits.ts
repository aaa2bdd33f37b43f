/** Largest body of a request in bytes. */
export const bodyLimit = 256 * 1024;
/** Largest body of messages that a Segment client may send: what Segment itself takes. */
export const segmentBodyLimit = 500 * 1024;
/** Most events in one request; more belong into an import. */
export const batchLimit = 500;
