import { policy } from './readable-mail.ts';

/**
 * Shows a mail with all its styles in a frame that may run nothing and load nothing.
 *
 * 1. The frame inherits the page's own policy, which lets no style through that stands in HTML. So styles are taken out of the
 *    text before it becomes a document, and set on the document afterwards, which a policy does not mind.
 * 2. The frame is of this origin, so that this can be done, and has no right to scripts: that is what makes it safe.
 * 3. Pictures of other hosts are not asked for; their words stand in their place.
 */
export function showExactMail(html: string, onHeight?: (height: number) => void) {
  return (frame: HTMLIFrameElement): (() => void) => {
    const { text, css } = prepared(html);
    const dress = () => {
      const inside = frame.contentDocument;
      const view = inside?.defaultView;
      if (!inside || !view) return;
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(css);
      inside.adoptedStyleSheets = [sheet];
      for (const element of inside.querySelectorAll<HTMLElement>('[data-style]'))
        element.style.cssText = withoutAddresses(element.dataset.style ?? '');
      onHeight?.(inside.documentElement.scrollHeight);
    };
    frame.addEventListener('load', dress);
    frame.srcdoc = policy.createHTML(text);
    return () => frame.removeEventListener('load', dress);
  };
}

const running = 'script, iframe, object, embed, link, base, form, meta[http-equiv], svg, template';
const styling = /<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi;
const tag = /<[a-z][a-z0-9:]*(?:"[^"]*"|'[^']*'|[^'">])*>/gi;

function prepared(html: string): { text: string; css: string } {
  const css = Array.from(html.matchAll(styling), ([, inside = '']) => inside).join('\n');
  const plain = html
    .replace(styling, '')
    .replace(tag, (whole) => whole.replace(/\sstyle\s*=/gi, ' data-style='));
  // A document that nobody sees: nothing in it runs or loads.
  const inert = new DOMParser().parseFromString(policy.createHTML(plain), 'text/html');
  for (const element of inert.querySelectorAll(running)) element.remove();
  for (const element of inert.querySelectorAll('*')) {
    for (const { name } of [...element.attributes])
      if (/^(on.*|srcset|srcdoc|background|style)$/i.test(name)) element.removeAttribute(name);
    if (element instanceof HTMLImageElement && !/^data:/i.test(element.getAttribute('src') ?? ''))
      element.removeAttribute('src');
    if (element instanceof HTMLAnchorElement) element.removeAttribute('href');
  }
  return { text: `<!doctype html>${inert.documentElement.outerHTML}`, css: withoutAddresses(css) };
}

/** Styles load pictures and fonts too. */
const withoutAddresses = (css: string): string =>
  css.replace(/@import[^;]*;?/gi, '').replace(/url\([^)]*\)/gi, 'none');
