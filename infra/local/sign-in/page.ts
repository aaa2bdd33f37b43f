import { createHash } from 'node:crypto';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1rem;color-scheme:light dark}h1{font-size:1.25rem}code{font:14px/1.5 ui-monospace,monospace;padding:.1em .3em;border:1px solid color-mix(in oklab,currentColor 25%,transparent);border-radius:4px}';
const styleHash = createHash('sha256').update(style).digest('base64');

/** The page shows what is written here and can do nothing. */
export const signInPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What somebody sees who is not signed in, and the way in. */
export const signInPage = (reason = ''): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in · Baton</title>
<style>${style}</style>
<main>
<h1>Sign in to Baton</h1>
${reason === '' ? '' : `<p role="alert">${reason}</p>\n`}<p>Open the link that Baton printed when it started. It signs one browser in, once.</p>
<p>For another link, run <code>npx baton link</code> on the machine that Baton runs on, or ask an administrator for one.</p>
</main>
</html>
`;
