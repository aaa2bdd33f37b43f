const longest = 1024;
/** What addresses are made of (RFC 3986): no backslash, no blank, no control character, which browsers read as they like. */
const characters = /^\/[\w\-.~!$&'()*+,;=:@%/?#]*$/;
const doubtful = /\/\/|\\|\/\.{1,2}(?:\/|$)|\p{Cc}/u;
const ofSigningIn = /^\/(?:auth|api|in)(?:\/|$)/;

/**
 * The page to return to after signing in, or the first page: never another site, however it is written, and never a step
 * of signing in itself, which would go round in circles.
 */
export function returnPath(given: string | undefined): string {
  if (!given || given.length > longest || !characters.test(given)) return '/';
  const path = decoded(given.split(/[?#]/)[0] ?? '');
  return path === undefined || doubtful.test(path) || ofSigningIn.test(path) ? '/' : given;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
