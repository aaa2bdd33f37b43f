import { livePointers } from '@baton/functions/library/versions.ts';
import type { Ports } from '@baton/functions/ports.ts';
import { openHost } from '@baton/infra/local/host.ts';
import { createVirtualClock } from '@baton/infra/local/virtual-clock.ts';
import type { Campaign, Journey, Library, Template } from '@baton/rules/documents/index.ts';
import type { Json } from '@baton/rules/json.ts';
import { roles } from '@baton/rules/roles.ts';
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
    callerOf: (event) => ({
      kind: 'known',
      person: Asking.parse(event).headers['x-person'] ?? 'tests',
      roles: roles.map(({ id }) => id),
    }),
    channel: () => ({ send: async () => ({ kind: 'sent' }) }),
  });

  async function ask(
    routeKey: string,
    {
      id,
      path,
      query,
      body,
      by,
    }: { id?: string; path?: Record<string, string>; query?: string; body?: unknown; by?: string } = {},
  ): Promise<ApiAnswer> {
    const answer = Answer.parse(
      await host.api({
        routeKey,
        rawQueryString: query,
        headers: { 'content-type': 'application/json', ...(by === undefined ? {} : { 'x-person': by }) },
        pathParameters: { ...path, ...(id === undefined ? {} : { publicationId: id }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        isBase64Encoded: false,
      }),
    );
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  }

  /** Drafts by Ed, approved by Ada and published; the answer to the first call that is refused, or to the publication. */
  async function byDesigner(
    documents: readonly Entry[],
    retire: readonly { kind: string; id: string }[] = [],
    startAt?: string,
  ): Promise<ApiAnswer> {
    const drafts = [];
    const changes = [
      ...documents.map(([kind, document]) => ({ kind, id: Named.parse(document).id, change: { document } })),
      ...retire.map(({ kind, id }) => ({ kind, id, change: { retire: true } })),
    ];
    for (const { kind, id, change } of changes) {
      const at = { path: { kind, documentId: id } };
      const seen = Seen.parse((await ask(`GET ${documentPath}`, at)).body);
      const body = { rev: seen.draft?.rev ?? seen.rev ?? 0, ...change };
      const answer = await ask(`POST ${documentPath}/draft`, { ...at, by: 'ed', body });
      if (answer.status !== 200) return answer;
      drafts.push({ kind, id, at, rev: Seen.parse(answer.body).rev ?? 0 });
    }
    for (const draft of drafts) {
      const sent = { rev: draft.rev, note: 'As we agreed.' };
      const asked = await ask(`POST ${documentPath}/draft/review`, { ...draft.at, by: 'ed', body: sent });
      if (asked.status !== 200) return asked;
      const given = { rev: draft.rev + 1, answer: 'approved' };
      const answer = await ask(`POST ${documentPath}/draft/answer`, { ...draft.at, by: 'ada', body: given });
      if (answer.status !== 200) return answer;
    }
    const body = { drafts: drafts.map(({ kind, id, rev }) => ({ kind, id, rev: rev + 2 })), startAt };
    return ask('POST /api/publications', { by: 'ada', body });
  }

  return {
    ...host,
    folder,
    clock,
    ask,
    byCode: (...request: Parameters<typeof publication>) =>
      ask('POST /api/code/publications', { body: publication(...request) }),
    byDesigner,
    publication: async (id: string) => (await ask('GET /api/code/publications/{publicationId}', { id })).body,
    live: () => liveIn(host.ports),
    ...onVirtualTime(host, clock),
  };
}

export const documentPath = '/api/documents/{kind}/{documentId}';
const Asking = z.object({ headers: z.record(z.string(), z.string()) });
const Named = z.object({ id: z.string() });
const Seen = z.object({ rev: z.number().optional(), draft: z.object({ rev: z.number() }).optional() });

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
