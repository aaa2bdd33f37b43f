import { registerHooks } from 'node:module';

/** What is wrong with a text, on a line of it (from 1) where that is known. */
export type MjmlFlaw = { line?: number; what: string };

/**
 * MJML as HTML. No web fonts are loaded: every reader of a mail would be told to the company that serves them. Comments
 * are for those who write mails and do not go out.
 */
export async function mjmlToHtml(source: string): Promise<{ html: string; flaws: MjmlFlaw[] }> {
  const mjml = await compiler();
  try {
    const { html, errors } = await mjml(source, { validationLevel: 'soft', keepComments: false, fonts: {} });
    const flaws = errors.map(({ line, message, tagName }) => ({ line, what: `<${tagName}>: ${message}.` }));
    return { html: html.trim(), flaws };
  } catch (error) {
    return { html: '', flaws: [{ what: error instanceof Error ? error.message : String(error) }] };
  }
}

type Compiler = typeof import('mjml-browser')['default'];
let loading: Promise<Compiler> | undefined;
const compiler = (): Promise<Compiler> => (loading ??= loadCompiler());

/**
 * The package asks for `cheerio`, which it does not bring, and uses it for styles that are written into elements and for
 * attributes by selector; mails with these are refused. In a bundle the same is done by `infra/aws/bundle.ts`.
 */
async function loadCompiler(): Promise<Compiler> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'cheerio' ? { url: 'node:util', shortCircuit: true } : next(specifier, context),
  });
  try {
    return (await import('mjml-browser')).default;
  } finally {
    hooks.deregister();
  }
}
