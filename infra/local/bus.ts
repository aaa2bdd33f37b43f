import { Rejected } from '@baton/functions/ports.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import { fieldsOf, type Pattern, parsePattern } from './event-pattern.ts';

/** An event as EventBridge hands it to a target. */
export type BusEvent = {
  id: string;
  source: string;
  'detail-type': string;
  time: string;
  detail: JsonObject;
  [field: string]: Json;
};

export type BusRule = { name: string; pattern: Json; target: string };

/**
 * Routes events to the targets of the rules that match. A target gets an event once for each rule, as on EventBridge; a
 * target that fails does not keep the event from the others: its error is thrown when all have had it.
 */
export function createBus({
  rules,
  deliver,
}: {
  rules: readonly BusRule[];
  deliver: (target: string, event: BusEvent) => void | Promise<void>;
}): { put(events: readonly BusEvent[]): Promise<void> } {
  const routes = rules.map(({ name, pattern, target }) => ({ target, matches: parseRule(name, pattern) }));

  async function put(events: readonly BusEvent[]): Promise<void> {
    const failures: unknown[] = [];
    for (const event of events) {
      const fields = fieldsOf(event);
      for (const { target, matches } of routes) {
        if (!matches(fields)) continue;
        try {
          await deliver(target, event);
        } catch (failure) {
          failures.push(failure);
        }
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  return { put };
}

function parseRule(name: string, pattern: Json): Pattern {
  try {
    return parsePattern(pattern);
  } catch (error) {
    if (error instanceof Rejected) throw new Rejected(`rule ${name}: ${error.message}`);
    throw error;
  }
}
