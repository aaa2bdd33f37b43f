type MailPolicy = { createHTML(html: string): string };
type TrustedTypesWindow = { trustedTypes?: { createPolicy(name: string, rules: MailPolicy): MailPolicy } };

/**
 * The only place where HTML from outside becomes a document. It is shown in a frame that may run nothing and load
 * nothing, and that is what makes it safe; the stripping below only keeps the text readable there.
 */
export const policy: MailPolicy = (window as TrustedTypesWindow).trustedTypes?.createPolicy('baton-mail', {
  createHTML: (html) => html,
}) ?? { createHTML: (html) => html };

export const isHtml = (body: string): boolean =>
  /<(html|body|p|div|table|br|h[1-6]|a|mjml)[\s/>]/i.test(body);

/** Gives a frame the readable part of a mail. */
export function showMail(body: string): (frame: HTMLIFrameElement) => void {
  return (frame) => {
    frame.srcdoc = policy.createHTML(readablePart(body));
  };
}

const unread = /<!--[\s\S]*?-->|<(script|style|head|title|svg|object|iframe|form)\b[\s\S]*?<\/\1\s*>/gi;
const tag = /<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|'[^']*'|[^'">])*>/gi;
const kept =
  /^(p|div|span|br|hr|h[1-6]|b|strong|i|em|u|ul|ol|li|table|thead|tbody|tr|td|th|blockquote|pre)$/i;

/** Keeps the text and its order; links go too, because a preview must not count as the customer's click. */
function readablePart(body: string): string {
  const text = body
    .replace(unread, '')
    .replace(tag, (_, end: string, name: string) => (kept.test(name) ? `<${end}${name}>` : ''));
  return `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light">${text}`;
}
