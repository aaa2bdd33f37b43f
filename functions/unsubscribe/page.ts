import { createHash } from 'node:crypto';

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1rem;color-scheme:light dark}h1{font-size:1.25rem}button{font:inherit;padding:.75rem 1.25rem;cursor:pointer}';
const styleHash = createHash('sha256').update(style).digest('base64');

/** The page can send its one form back to where it came from, and nothing else. */
export const unsubscribePagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

export type UnsubscribePage = {
  title: string;
  text: string;
  /** One button; it posts to the path. */
  button?: { action: string; label: string };
};

/** A page that works without scripts, by keyboard and in any browser. Its words come from this code alone, its path from a token that was found genuine. */
export function unsubscribePage({ title, text, button }: UnsubscribePage): string {
  const form = button
    ? `\n<form method="post" action="${button.action}"><button type="submit">${button.label}</button></form>`
    : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${style}</style>
<main>
<h1>${title}</h1>
<p>${text}</p>${form}
</main>
</html>
`;
}
