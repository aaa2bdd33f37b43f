type MailPolicy = { createHTML(html: string): string };
type TrustedTypesWindow = { trustedTypes?: { createPolicy(name: string, rules: MailPolicy): MailPolicy } };

/**
 * The only place where HTML from outside becomes a document. It is shown in a frame that may run nothing and load
 * nothing; styles are left out because the page's policy would refuse them anyway, links because a preview must not
 * count as the customer's click.
 */
const policy: MailPolicy = (window as TrustedTypesWindow).trustedTypes?.createPolicy('baton-mail', {
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

function readablePart(body: string): string {
  const mail = new DOMParser().parseFromString(policy.createHTML(body), 'text/html');
  for (const element of mail.querySelectorAll(
    'script, style, link, meta, base, iframe, object, embed, form, img, svg',
  )) {
    element.remove();
  }
  for (const element of mail.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) {
      if (!['colspan', 'rowspan', 'lang', 'dir'].includes(name)) element.removeAttribute(name);
    }
  }
  return `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light">${mail.body.innerHTML}`;
}
