import * as z from 'zod';
import { Refusal } from './failure.ts';
import { ownHeaders, runningHost } from './status.ts';

const Refused = z.object({
  problems: z.array(z.object({ path: z.string(), reason: z.string(), remedy: z.string() })).min(1),
});

/** Asks the host that runs on a data folder as this machine's user; what it refuses is a `Refusal` that says why. */
export async function askOwnHost<T>(
  data: string,
  schema: z.ZodType<T>,
  path: string,
  body?: unknown,
): Promise<T> {
  const running = runningHost(data);
  if (!running) throw new Refusal(`no host is running on ${data}; "npm start" starts one`);
  const asked = await fetch(`${running.url}${path}`, {
    headers: { 'content-type': 'application/json', ...ownHeaders(running) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer: unknown = await asked.json();
  const read = schema.safeParse(answer);
  if (asked.ok && read.success) return read.data;
  const problems = Refused.safeParse(answer).data?.problems;
  throw new Refusal(
    problems?.map(({ path: place, reason, remedy }) => `${place}: ${reason}; ${remedy}`).join('\n  ') ??
      `${running.url} answered ${asked.status}, which this version does not understand`,
  );
}
