import { isDeepStrictEqual } from 'node:util';
import { type Clock, Rejected } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import type { Database } from '../database.ts';
import { checkDefinition, DefinitionRefused } from './check-definition.ts';
import { Definition, levelsInside, type State } from './definition.ts';
import type { Frames } from './frames.ts';

/** A published machine, with the states of all levels by name: names are unique in a machine. */
export type Machine = { definition: Definition; states: ReadonlyMap<string, State> };

/** The published machines; each is parsed once. */
export function createLibrary(database: Database, frames: Frames, clock: Clock) {
  const parsed = new Map<string, Machine>();

  function publish(name: string, json: Json): void {
    const checked = checkDefinition(json);
    if ('problems' in checked) throw new DefinitionRefused(name, checked.problems);

    const known = frames.machine(name);
    if (known && !isDeepStrictEqual(JSON.parse(known.definition), json)) {
      throw new Rejected(
        `state machine ${name} is published with another definition; publish it under a new name`,
      );
    }
    if (!known) database.write(() => frames.insertMachine(name, JSON.stringify(json), clock.now().getTime()));
  }

  function machine(name: string): Machine {
    const known = parsed.get(name);
    if (known) return known;

    const stored = frames.machine(name);
    if (!stored) throw new Rejected(`no state machine ${name} is published; publish it first`);
    const definition = Definition.parse(JSON.parse(stored.definition));
    const loaded = { definition, states: allStates(definition) };
    parsed.set(name, loaded);
    return loaded;
  }

  return { publish, machine };
}

function allStates(definition: Definition): ReadonlyMap<string, State> {
  const all = new Map<string, State>();
  const levels: Pick<Definition, 'States'>[] = [definition];
  for (const level of levels) {
    for (const [name, state] of Object.entries(level.States)) {
      all.set(name, state);
      levels.push(...levelsInside(state).map((inner) => inner.level));
    }
  }
  return all;
}
