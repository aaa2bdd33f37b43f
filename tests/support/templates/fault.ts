import type { Json, JsonObject } from '@baton/rules/json.ts';
import { at, isObject, objects, type Part, parts, type Resource, type Stage, texts } from './template.ts';

/** One thing that can go wrong with a deployment, done to good templates. */
export type Fault = { about: string; on: Stage['stage']; change: (stage: Stage) => void };

type Path = readonly (string | number)[];
type Value = Json | ((before: Json | undefined) => Json);

/** Which resource of a type is meant, by its logical id; the first where nothing is said. */
export type Which = { type: string; id?: RegExp };

export function found(
  stage: Stage,
  { type, id = /./ }: Which,
): { part: Part; id: string; resource: Resource } {
  for (const part of parts)
    for (const [name, resource] of Object.entries(stage.templates[part].Resources))
      if (resource.Type === type && id.test(name)) return { part, id: name, resource };
  throw new Error(`the templates have no ${type} ${id}`);
}

/** Another value at a path of a resource's properties. */
export const put = (
  about: string,
  which: Which,
  path: Path,
  value: Value,
  on: Fault['on'] = 'dev',
): Fault => ({
  about,
  on,
  change: (stage) => place(found(stage, which).resource.Properties, path, value),
});

/** Nothing any more at a path of a resource's properties. */
export const drop = (about: string, which: Which, path: Path, on: Fault['on'] = 'dev'): Fault => ({
  about,
  on,
  change: (stage) => {
    const [last = '', ...before] = [...path].reverse();
    const holder = at(found(stage, which).resource.Properties, ...before.reverse());
    if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else if (isObject(holder)) delete holder[last];
  },
});

/** Another policy about what becomes of a resource, another type, other things to wait for. */
export const around = (
  about: string,
  which: Which,
  more: Partial<Omit<Resource, 'Properties'>>,
  on: Fault['on'] = 'dev',
): Fault => ({ about, on, change: (stage) => void Object.assign(found(stage, which).resource, more) });

export const gone = (about: string, which: Which, on: Fault['on'] = 'dev'): Fault => ({
  about,
  on,
  change: (stage) => {
    const { part, id } = found(stage, which);
    delete stage.templates[part].Resources[id];
  },
});

/** The same resource under another logical id, everywhere. */
export const renamed = (about: string, which: Which, on: Fault['on'] = 'dev'): Fault => ({
  about,
  on,
  change: (stage) => {
    const { part, id } = found(stage, which);
    const text = JSON.stringify(stage.templates[part]).replaceAll(`"${id}"`, `"Renamed${id}"`);
    stage.templates[part] = JSON.parse(text);
  },
});

export const added = (
  about: string,
  part: Part,
  Type: string,
  Properties: JsonObject,
  on: Fault['on'] = 'dev',
): Fault => ({
  about,
  on,
  change: (stage) => {
    stage.templates[part].Resources.Added = { Type, Properties, DependsOn: [] };
  },
});

/** Something done to a statement of a role: the one about an action. */
export const statement = (
  about: string,
  role: RegExp,
  action: string,
  change: (statement: JsonObject) => void,
  on: Fault['on'] = 'dev',
): Fault => ({
  about,
  on,
  change: (stage) => {
    const statements = statementsOf(stage, role);
    const meant = statements.find(({ Action }) => texts(Action).includes(action));
    if (!meant) throw new Error(`no role ${role} allows ${action}`);
    change(meant);
  },
});

/** One more thing that a role may do. */
export const grant = (
  about: string,
  role: RegExp,
  Action: Json,
  Resource: Json,
  more: JsonObject = {},
): Fault => ({
  about,
  on: 'dev',
  change: (stage) => {
    const { resource } = found(stage, { type: 'AWS::IAM::Role', id: role });
    const statements = at(resource.Properties, 'Policies', 0, 'PolicyDocument', 'Statement');
    if (Array.isArray(statements)) statements.push({ Effect: 'Allow', Action, Resource, ...more });
  },
});

function statementsOf(stage: Stage, role: RegExp): JsonObject[] {
  const { resource } = found(stage, { type: 'AWS::IAM::Role', id: role });
  const attached = parts
    .flatMap((part) => Object.entries(stage.templates[part].Resources))
    .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && role.test(id))
    .map(([, { Properties }]) => Properties.PolicyDocument);
  const inline = objects(resource.Properties.Policies).map(({ PolicyDocument }) => PolicyDocument);
  return [...inline, ...attached].flatMap((document) => objects(at(document, 'Statement')));
}

/** Something done to a state of a machine, or to the machine itself where no state is named. */
export const state = (
  about: string,
  machine: string,
  name: string,
  change: (state: JsonObject, level: JsonObject) => void,
): Fault => ({
  about,
  on: 'dev',
  change: (stage) => {
    const definition = definitionOf(stage, machine);
    const level = at(definition, 'States', name) === undefined ? innerOf(definition, name) : definition;
    const meant = name === '' ? definition : at(level, 'States', name);
    if (!isObject(meant) || !isObject(level)) throw new Error(`${machine} has no state ${name}`);
    change(meant, level);
  },
});

function definitionOf(stage: Stage, machine: string): JsonObject {
  const journey = stage.journeys[machine];
  if (isObject(journey)) return journey;
  const { resource } = found(stage, {
    type: 'AWS::StepFunctions::StateMachine',
    id: new RegExp(`^${machine.replace('-', '')}`),
  });
  const definition = stage.definitions[String(at(resource.Properties, 'DefinitionS3Location', 'Key'))];
  if (!isObject(definition)) throw new Error(`there is no machine ${machine}`);
  return definition;
}

const innerOf = (definition: JsonObject, name: string): Json | undefined =>
  Object.values(isObject(definition.States) ? definition.States : {})
    .map((each) => at(each, 'ItemProcessor'))
    .find((level) => at(level, 'States', name) !== undefined) ?? (name === '' ? definition : undefined);

/** Puts a value at a path, making what is missing on the way. */
export function place(holder: JsonObject, path: Path, value: Value): void {
  const [key, ...rest] = path;
  let inner: Json = holder;
  let name = key ?? '';
  for (const next of rest) {
    let deeper = at(inner, name);
    if (deeper === undefined) {
      deeper = typeof next === 'number' ? [] : {};
      write(inner, name, deeper);
    }
    inner = deeper;
    name = next;
  }
  write(inner, name, typeof value === 'function' ? value(at(inner, name)) : value);
}

function write(holder: Json, name: string | number, value: Json): void {
  if (Array.isArray(holder)) holder[Number(name)] = value;
  else if (isObject(holder)) holder[name] = value;
  else throw new Error(`nothing can be put at ${name}`);
}
