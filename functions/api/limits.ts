/** Largest body of a request in bytes. */
export const bodyLimit = 256 * 1024;
/** Most events in one request; more belong into an import. */
export const batchLimit = 500;
