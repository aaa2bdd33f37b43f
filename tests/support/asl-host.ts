import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@baton/functions/ports.ts';
import type { Database } from '@baton/infra/local/database.ts';
import {
  createStateMachines,
  type ExecutionDescription,
  type StateMachines,
  type StateMachinesOptions,
} from '@baton/infra/local/state-machine/state-machines.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';

/** A clock that stands still until it is told to go on. */
export function standingClock(at: string): Clock & { goTo(ms: number): void } {
  let now = Date.parse(at);
  return {
    now: () => new Date(now),
    goTo(ms) {
      now = Math.max(now, ms);
    },
  };
}

/** A database in memory without a timer behind it; a file's promises are tested with the real one. */
export function memoryDatabase(): Database {
  const sql = new DatabaseSync(':memory:');
  return { sql, write: (change) => change(), durable: async () => undefined, close: () => sql.close() };
}

export const startOfTime = '2026-01-05T08:00:00.000Z';

export type AslHost = {
  machines: StateMachines;
  database: Database;
  clock: ReturnType<typeof standingClock>;
  calls: { functionName: string; payload: Json }[];
};

/** Interpreter, database and clock; `invoke` answers with what it was given unless told otherwise. */
export function aslHost(options: Partial<StateMachinesOptions> & { at?: string } = {}): AslHost {
  const clock = standingClock(options.at ?? startOfTime);
  const database = options.database ?? memoryDatabase();
  const calls: AslHost['calls'] = [];
  const answer = options.invoke ?? (async (_, payload) => payload);
  const machines = createStateMachines({
    ...options,
    database,
    clock,
    async invoke(functionName, payload) {
      calls.push({ functionName, payload });
      return answer(functionName, payload);
    },
  });
  return { machines, database, clock, calls };
}

/** Runs what is ready, leaving the clock where it is. */
export async function settle({ machines }: Pick<AslHost, 'machines'>): Promise<void> {
  while (await machines.step());
}

/** Runs to the end of all timers, jumping from one to the next; false where timers go on beyond `jumps`. */
export async function runOut(
  { machines, clock }: Pick<AslHost, 'machines' | 'clock'>,
  jumps = 1000,
): Promise<boolean> {
  for (let jump = 0; jump < jumps; jump += 1) {
    while (await machines.step());
    const due = machines.dueAt();
    if (due === undefined) return true;
    clock.goTo(due);
  }
  return false;
}

/** Publishes a definition, runs one execution of it to its end and describes it. */
export async function runOnce(
  definition: Json,
  input: Json,
  options: Parameters<typeof aslHost>[0] = {},
): Promise<ExecutionDescription> {
  const host = aslHost(options);
  host.machines.publish('machine', definition);
  host.machines.start({ machine: 'machine', name: 'execution', input });
  await runOut(host);
  const description = host.machines.describe('execution');
  if (!description) throw new Error('the execution is gone');
  return description;
}

/** A function that does not come back before it is told to; `entered` resolves once it was invoked. */
export function slowFunction() {
  const entered = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Json>();
  const invoke = () => {
    entered.resolve();
    return answer.promise;
  };
  return { invoke, entered: entered.promise, answer: answer.resolve };
}

/** What the function got in its n-th call. */
export function payloadOf({ calls }: Pick<AslHost, 'calls'>, call = -1): JsonObject {
  const payload = calls.at(call)?.payload;
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new Error('no such call');
  return payload;
}
