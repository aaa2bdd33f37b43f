import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { Refusal } from '../cli/failure.ts';
import type { Address } from './address.ts';
import type { Entry, Place, Portion } from './compare.ts';
import { type Credentials, type Outgoing, shellCredentials, signedHeaders } from './sign.ts';

const Documents = z.object({
  documents: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      version: z.number(),
      hash: z.string(),
      managedBy: z.enum(['code', 'designer']),
    }),
  ),
});
const Library = z.object({ documents: z.record(z.string(), z.array(z.unknown())) });
export type LiveDocument = z.infer<typeof Documents>['documents'][number];

const Publication = z.object({
  id: z.string(),
  status: z.enum(['publishing', 'live', 'failed']),
  reason: z.string().optional(),
  documents: z.array(z.object({ kind: z.string(), id: z.string(), version: z.number() })),
  retired: z.array(z.object({ kind: z.string(), id: z.string() })),
});
export type Publication = z.infer<typeof Publication>;

const Refused = z.object({
  error: z.string(),
  problems: z.array(z.object({ path: z.string(), reason: z.string(), remedy: z.string() })),
});
/** What API Gateway says where it lets nobody through to Baton. */
const Gateway = z.object({ message: z.string() });

/** The world around a remote host; a test brings its own. */
export type Wire = {
  fetch: (url: URL, init: RequestInit) => Promise<Response>;
  wait: (milliseconds: number) => Promise<void>;
  now: () => Date;
  credentials: () => Promise<Credentials>;
};

/** The world of whoever sits at a shell. */
export const shellWire = (): Wire => ({
  fetch: (url, init) => fetch(url, init),
  wait: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
  now: () => new Date(),
  credentials: shellCredentials(),
});

export type RemoteHost = ReturnType<typeof remoteHost>;

/** How often a request is made again that found nobody, or a host that could not do it now. All of them may be repeated. */
const tries = 5;
const answerWithinMs = 35_000;

/** A running host, local or on AWS, as a checkout talks to it. What it refuses is a `Refusal` that says why. */
export function remoteHost({ url, region }: Address, { fetch, wait, now, credentials }: Wire) {
  const name = url.href.replace(/\/$/, '');
  let answered = false;

  async function send(method: Outgoing['method'], path: string, body?: string): Promise<Response> {
    const target = new URL(`${name}${path}`);
    const plain: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const outgoing: Outgoing = { method, url: target, headers: plain, body };
    const headers =
      region === undefined
        ? plain
        : await signedHeaders(outgoing, { region, credentials: await credentials(), at: now() });
    return fetch(target, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
  }

  /** Tries again where that may help; who has never answered is not waited for. */
  async function persist(method: Outgoing['method'], path: string, body?: string): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === tries;
      try {
        const response = await send(method, path, body);
        answered = true;
        if (last || !(response.status === 503 || response.status === 429)) return response;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        if (last || !answered) throw unreachable(name, error);
      }
      await wait(1000 * 2 ** attempt);
    }
  }

  async function ask<T>(
    schema: z.ZodType<T>,
    method: Outgoing['method'],
    path: string,
    body?: unknown,
  ): Promise<T> {
    const response = await persist(method, path, body === undefined ? undefined : JSON.stringify(body));
    const answer = readJson(await response.text());
    const read = schema.safeParse(answer);
    if (response.ok && read.success) return read.data;
    throw refusalOf(name, response.status, answer);
  }

  return {
    name,
    /** Everything that is live, by kind. */
    library: async () => (await ask(Library, 'GET', '/api/code/library')).documents,
    documents: async (): Promise<LiveDocument[]> =>
      (await ask(Documents, 'GET', '/api/code/documents')).documents,
    publish: ({ documents, retire }: Portion): Promise<Publication> =>
      ask(Publication, 'POST', '/api/code/publications', {
        documents: documents.map(({ kind, document }: Entry) => ({ kind, document })),
        retire: retire.map(({ kind, id }: Place) => ({ kind, id })),
      }),
    publication: (id: string): Promise<Publication> =>
      ask(Publication, 'GET', `/api/code/publications/${encodeURIComponent(id)}`),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(name: string, status: number, answer: unknown): Refusal {
  const refused = Refused.safeParse(answer).data;
  if (refused)
    return new Refusal([`${name} says: ${refused.error}`, ...refused.problems.map(told)].join('\n  '));
  const said = Gateway.safeParse(answer).data?.message.slice(0, 200) ?? '';
  if (status === 401 || status === 403)
    return new Refusal(
      `${name} lets these credentials not in (${status}${said && `: ${said}`}); use some that may invoke the addresses under /api/code, and look whether the clock of this machine is right`,
    );
  if (status === 503 || status === 429 || status >= 500)
    return new Refusal(
      `${name} cannot do it now (${status}${said && `: ${said}`}); push again later, it goes on`,
    );
  return new Refusal(
    `${name} is no Baton host, or one of another version (${status}); give the URL that "baton start" prints, or the ApiUrl of the stack`,
  );
}

const told = ({ path, reason, remedy }: z.infer<typeof Refused>['problems'][number]): string =>
  reason.includes(remedy) ? `${path}: ${reason}` : `${path}: ${reason}; ${remedy}`;

function unreachable(name: string, error: unknown): Refusal {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new Refusal(
    `${name} does not answer (${reason}); start the host with "baton start", or correct the address`,
  );
}
