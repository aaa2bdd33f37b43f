import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rejected, type Workflows } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import { workflows, workflowTasks } from '../routes.ts';
import type { StateMachines } from './state-machine/state-machines.ts';

/**
 * The state machines as the use cases know them. A definition never changes under its name: a journey's machine is named
 * after its version, and one that comes with Baton after its content, so an edited one is a new machine, and what runs
 * stays on the old. `plan` is the host's, which keeps the schedules.
 */
export function localWorkflows(
  machines: StateMachines,
  {
    plan = async () => {},
    builtIn = shipped(),
  }: { plan?: Workflows['plan']; builtIn?: Readonly<Record<string, Json>> } = {},
): Workflows {
  const current = new Map(
    Object.entries(builtIn).map(([name, definition]) => [name, publishByContent(machines, name, definition)]),
  );
  return {
    publish: async ({ journey, version, definition }) => {
      const machine = `journey-${journey}-v${version}`;
      machines.publish(machine, substitute(definition));
      return machine;
    },
    start: async ({ machine, name, input }) =>
      machines.start({ machine: current.get(machine) ?? machine, name, input }),
    succeed: async (token, output) => machines.succeed(token, output),
    stop: async ({ name }, cause) => machines.stop(name, cause),
    plan,
  };
}

function publishByContent(machines: StateMachines, name: string, json: Json): string {
  const definition = substitute(json);
  const content = createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12);
  const machine = `${name}-${content}`;
  machines.publish(machine, definition);
  return machine;
}

/** Definitions name functions as `${RunStep}`; here the name leads to a handler, on AWS to an ARN. */
function substitute(definition: Json): Json {
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const task = Object.entries(workflowTasks).find(([known]) => known === name);
    if (!task) throw new Rejected(`a definition names ${whole}, which infra/routes.ts does not know`);
    return task[1];
  });
  return JSON.parse(text);
}

const shipped = (): Record<string, Json> =>
  Object.fromEntries(workflows.map((name) => [name, readWorkflow(name)]));

const readWorkflow = (name: string): Json =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'workflows', `${name}.asl.json`), 'utf8'));
