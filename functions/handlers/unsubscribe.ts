import middy from '@middy/core';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import type { Ports } from '../ports.ts';
import { type UnsubscribePage, unsubscribePage, unsubscribePagePolicy } from '../unsubscribe/page.ts';
import { restoreByLink, withdrawByLink } from '../use-cases/unsubscribe.ts';
import { linkIn, type UnsubscribeLink } from '../use-cases/unsubscribe-link.ts';
import { type Handler, invoked } from './task.ts';

const HttpEvent = z.object({
  routeKey: z.string(),
  pathParameters: z.object({ token: z.string() }),
});

type Reply = { status: number; page: UnsubscribePage };
type Visit = { link: UnsubscribeLink; path: string };
type Answer = (ports: Ports, visit: Visit) => Reply | Promise<Reply>;

/**
 * The page behind the link in a message, and the one click of a mail program (RFC 8058), behind API Gateway (payload
 * format 2.0). Open to anybody: the link itself is the right to use it.
 *
 * 1. `GET` changes nothing, because mail programs and scanners look at links on their own.
 * 2. `POST` acts at once, whatever its body is, without cookies or a session, and as often as one likes.
 * 3. A link that is not genuine leads to a page that says nothing.
 */
export function unsubscribeHandler(ports: Ports, routes: ReadonlyMap<string, { endpoint: string }>): Handler {
  for (const [route, { endpoint }] of routes)
    if (!answers[endpoint]) throw new Error(`route ${route} names no endpoint: ${endpoint}`);
  return invoked(
    middy().handler(async (event: unknown) => {
      const { status, page } = await reply(ports, routes, HttpEvent.parse(event));
      return {
        statusCode: status,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': unsubscribePagePolicy,
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
          'x-robots-tag': 'noindex',
          ...(status === 503 ? { 'retry-after': '5' } : {}),
        },
        body: unsubscribePage(page),
      };
    }),
  );
}

async function reply(
  ports: Ports,
  routes: ReadonlyMap<string, { endpoint: string }>,
  { routeKey, pathParameters: { token } }: z.infer<typeof HttpEvent>,
): Promise<Reply> {
  const answer = answers[routes.get(routeKey)?.endpoint ?? ''];
  const link = answer && linkIn(ports.identity, token);
  if (!answer || !link) return nothingHere;
  try {
    return await answer(ports, { link, path: `/u/${token}` });
  } catch (error) {
    ports.log.error('request failed', { document: routeKey, reason: errorCode(error) });
    return tryAgain;
  }
}

const answers: Readonly<Record<string, Answer>> = {
  'show-unsubscribe': (_ports, { link, path }) => ({
    status: 200,
    page: {
      title: `Stop ${messagesOf(link)}?`,
      text: 'Nothing has been changed yet.',
      button: { action: path, label: 'Unsubscribe' },
    },
  }),
  unsubscribe: async (ports, { link, path }) => {
    await withdrawByLink(ports, link);
    return {
      status: 200,
      page: {
        title: 'You are unsubscribed',
        text: `You will get no more ${messagesOf(link)} from us. Was that a mistake?`,
        button: { action: `${path}/undo`, label: 'Subscribe again' },
      },
    };
  },
  'undo-unsubscribe': async (ports, { link, path }) => {
    if (!(await restoreByLink(ports, link))) return nothingToUndo;
    return {
      status: 200,
      page: {
        title: 'You are subscribed again',
        text: `You will get ${messagesOf(link)} as before.`,
        button: { action: path, label: 'Unsubscribe' },
      },
    };
  },
};

const channels: Readonly<Record<string, string>> = {
  email: 'by e-mail',
  sms: 'by text message',
  push: 'by notification',
};
const purposes: Readonly<Record<string, string>> = { marketing: 'news and offers' };

const messagesOf = ({ channel, purpose }: UnsubscribeLink): string =>
  `${purposes[purpose] ?? 'messages'} ${channels[channel] ?? 'of this kind'}`;

const nothingHere: Reply = {
  status: 404,
  page: { title: 'There is nothing here', text: 'Please open the link as it stands in the message.' },
};

const nothingToUndo: Reply = {
  status: 409,
  page: {
    title: 'This cannot be undone here',
    text: 'What you decided since then counts. Please tell us if you want our news and offers again.',
  },
};

const tryAgain: Reply = {
  status: 503,
  page: { title: 'This did not work', text: 'Nothing was changed. Please try again in a moment.' },
};
