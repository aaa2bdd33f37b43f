import { createHash } from 'node:crypto';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1rem;color-scheme:light dark}h1{font-size:1.25rem}a{display:inline-block;padding:.75rem 0;color:inherit}';
const styleHash = createHash('sha256').update(style).digest('base64');

/** The page shows what is written here and can do nothing. */
export const failurePagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What somebody sees who could not be signed in, and the way to try again. Its words come from this code alone. */
export function failurePage({ reason, to }: { reason: string; to: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Not signed in · Baton</title>
<style>${style}</style>
<main>
<h1>You are not signed in</h1>
<p>${reason}</p>
<p><a href="/auth/sign-in?to=${encodeURIComponent(to)}">Sign in again</a></p>
</main>
</html>
`;
}
