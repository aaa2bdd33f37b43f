import type { Json } from '@baton/rules/json.ts';
import type * as z from 'zod';
import type { DeadLettersView, ErrorView, Problem, ReachView } from '../../api/views.ts';
import type { Ports } from '../../ports.ts';
import type { AskMatching, Matches } from '../../views/matching.ts';
import type { AskReach } from '../../views/reach.ts';
import type { Caller } from '../caller.ts';

/** What the host alone knows. */
export type HostFacts = {
  clock: 'system' | 'virtual';
  callerOf: (event: unknown) => Caller;
  /** Messages that were given up; absent where the host cannot see them. */
  deadLetters?: () => number;
  /** The same by queue, and how all of them are sent again, with their number. */
  givenUp?: { list(): DeadLettersView['queues']; redrive(): number };
  /** Answers at once whom a condition fits; absent where contacts are read for each question. */
  reach?: (ask: AskReach) => Promise<ReachView>;
  /** The same of who they are. */
  matching?: (ask: AskMatching) => Promise<Matches>;
  /** Absent where the figures are kept elsewhere. */
  counts?: () => Record<string, number>;
};

type Call = {
  path: Record<string, string>;
  query: Record<string, string>;
  body: Json | undefined;
  caller: Caller;
};
export type Reply = { status: number; body: unknown };
type Endpoint = (ports: Ports, call: Call, host: HostFacts) => Promise<Reply>;
/** By the names that `infra/routes.ts` uses. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

export const ok = (body: unknown): Reply => ({ status: 200, body });

/** An answer as API Gateway takes it (payload format 2.0). `scheme`: how whoever is not known is to say who they are. */
export const answered = ({ status, body }: Reply, scheme: string) => ({
  statusCode: status,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
    ...(status === 401 ? { 'www-authenticate': scheme } : {}),
  },
  body: JSON.stringify(body),
});

export const refusal = (error: string, problems: Problem[]): ErrorView => ({ error, problems });
export const invalid = (path: string, reason: string, remedy: string): Reply => ({
  status: 400,
  body: refusal(reason, [{ path, reason, remedy }]),
});
export const notFound = (path: string, reason: string, remedy: string): Reply => ({
  status: 404,
  body: refusal(reason, [{ path, reason, remedy }]),
});

export async function withBody<T>(
  schema: z.ZodType<T>,
  body: Json | undefined,
  act: (value: T) => Promise<Reply>,
): Promise<Reply> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return act(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.join('.') || '(body)',
    reason: message,
    remedy: 'send the fields that this address describes, and no others',
  }));
  return { status: 400, body: refusal('the request does not fit', problems) };
}
