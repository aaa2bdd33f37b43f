import { livePointers } from '@baton/functions/library/versions.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Campaign, Journey, Library, Template } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';
import { aLibrary } from './documents.ts';
import { done, journeyOf } from './journeys.ts';
import { onVirtualTime } from './on-virtual-time.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { walls } from './walled.ts';

export const start = '2026-03-01T09:00:00.000Z';

export const aTemplate = ({
  body = 'Hello',
  ...own
}: { body?: string } & Partial<Template> = {}): Template => ({
  id: 'hello',
  title: 'Hello',
  why: 'To have something to send.',
  owner: { team: 'marketing' },
  channel: 'email',
  language: 'en',
  languages: { en: { subject: 'Hello', body } },
  sample: {},
  ...own,
});

/** Orders start it; it says hello and ends a while later. */
export const aJourney = (own: { template?: string; days?: number } & Partial<Journey> = {}): Journey => {
  const { template = 'hello', days = 2, ...rest } = own;
  return journeyOf(
    {
      say: {
        kind: 'send',
        title: 'Say hello',
        template,
        channel: 'email',
        purpose: 'service',
        next: 'pause',
      },
      pause: { kind: 'wait', title: 'Wait', wait: { after: `P${days}D` }, next: 'done' },
      done,
    },
    { id: 'greeting', ...rest },
  );
};

/** A library in which an order starts a greeting. */
export const greetingLibrary = (own: { campaigns?: Campaign[] } = {}): Library => ({
  ...aLibrary({ rules: [], tables: [], handovers: [], ...own }),
  journeys: new Map([['greeting', aJourney()]]),
  templates: new Map([['hello', aTemplate()]]),
});

const Answer = z.object({ statusCode: z.number(), body: z.string() });
export type ApiAnswer = { status: number; body: Json };
export type PublishingHost = Awaited<ReturnType<typeof openPublishingHost>>;

/**
 * A host on virtual time, asked through its API. `library` is published at start; without one the folder stays as it
 * is. Whoever opens it closes it.
 */
export async function openPublishingHost({
  folder = temporaryFolder(),
  library,
  now = start,
}: {
  folder?: string;
  library?: Library;
  now?: string;
} = {}) {
  const clock = createVirtualClock(now);
  const host = await openHost({
    folder,
    clock: { ...clock, kind: 'virtual' },
    library,
    identitySeed: 'tests',
    log: { info: () => {}, warn: () => {}, error: () => {} },
    portsOf: walls(new Map()),
    channel: () => ({ send: async () => ({ kind: 'sent' }) }),
  });

  async function ask(
    routeKey: string,
    { id, body }: { id?: string; body?: unknown } = {},
  ): Promise<ApiAnswer> {
    const answer = Answer.parse(
      await host.api({
        routeKey,
        headers: { 'content-type': 'application/json' },
        ...(id === undefined ? {} : { pathParameters: { publicationId: id } }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        isBase64Encoded: false,
      }),
    );
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  }

  return {
    ...host,
    folder,
    clock,
    ask,
    byCode: (...request: Parameters<typeof publication>) =>
      ask('POST /api/code/publications', { body: publication(...request) }),
    byDesigner: (...request: Parameters<typeof publication>) =>
      ask('POST /api/publications', { body: publication(...request) }),
    publication: async (id: string) => (await ask('GET /api/code/publications/{publicationId}', { id })).body,
    live: () => liveIn(host.ports),
    ...onVirtualTime(host, clock),
  };
}

type Entry = [kind: string, document: unknown];
const publication = (documents: readonly Entry[], retire: readonly { kind: string; id: string }[] = []) => ({
  documents: documents.map(([kind, document]) => ({ kind, document })),
  retire,
});

/** What is live, as `kind/id` and version. */
export async function liveIn(ports: Pick<Ports, 'store'>): Promise<Record<string, number>> {
  const pointers = await livePointers(ports);
  return Object.fromEntries(
    pointers.filter(({ retired }) => !retired).map(({ kind, id, version }) => [`${kind}/${id}`, version]),
  );
}
