import middy from '@middy/core';
import type * as z from 'zod';
import { type Ports, Rejected } from '../ports.ts';

/** A Lambda as a host calls it: an event in, an answer out; errors carry the names that `Retry` and `Catch` match. */
export type Handler<Event = unknown, Answer = unknown> = (event: Event) => Promise<Answer>;

/** Turns a use case into the handler that a state machine's task invokes: parse at the border, trust inside. */
export function task<Input, Output>(
  schema: z.ZodType<Input>,
  useCase: (ports: Ports, input: Input) => Promise<Output>,
): (ports: Ports) => Handler {
  return (ports) =>
    invoked(
      middy().handler((event: unknown) => {
        const parsed = schema.safeParse(event);
        if (parsed.success) return useCase(ports, parsed.data);
        const [issue] = parsed.error.issues;
        throw new Rejected(`${issue?.path.join('.') || 'input'}: ${issue?.message}`, { cause: parsed.error });
      }),
    );
}

/** Lambda's context ends at the adapter that observes the handler; no use case reads it, and the local host has none. */
export function invoked(handler: (event: unknown, context: never) => unknown): Handler {
  const context = { callbackWaitsForEmptyEventLoop: false };
  return async (event) => Reflect.apply(handler, undefined, [event, context]);
}
