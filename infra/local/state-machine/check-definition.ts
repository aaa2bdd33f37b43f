import { Rejected } from '@baton/functions/ports.ts';
import type { Json } from '@baton/rules/json.ts';
import jsonata from 'jsonata';
import type * as z from 'zod';
import { Definition, isJsonata, jsonataSource, type Level, levelsInside, type State } from './definition.ts';

/** What is wrong with a definition, where, and what to do about it. Paths look like `/States/Greet/Next`. */
export type Problem = {
  code:
    | 'query-language'
    | 'jsonpath-field'
    | 'unsupported-field'
    | 'schema'
    | 'expression'
    | 'transition'
    | 'unreachable-state'
    | 'state-name'
    | 'resource'
    | 'arguments'
    | 'variable'
    | 'error-names'
    | 'wait';
  path: string;
  reason: string;
  remedy: string;
};

/** A definition that the local host does not run; the message names every problem. */
export class DefinitionRefused extends Rejected {
  readonly problems: readonly Problem[];

  constructor(machine: string, problems: readonly Problem[]) {
    const lines = problems.map(({ code, path, reason, remedy }) => `${path}: ${reason}; ${remedy} (${code})`);
    super(`state machine ${machine} is refused: ${lines.join(' | ')}`);
    this.problems = problems;
  }
}

/** Parses a definition, or names everything in it that the local host does not run. */
export function checkDefinition(json: Json): { definition: Definition } | { problems: Problem[] } {
  const languages = languageProblems(json);
  if (languages.length > 0) return { problems: languages };

  const parsed = Definition.safeParse(json);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap(schemaProblems) };

  const definition = parsed.data;
  const problems = [
    ...checkLevel(definition, '', new Set()),
    ...duplicateNames(definition),
    ...expressionProblems(json, ''),
  ];
  return problems.length > 0 ? { problems } : { definition };
}

/** Looked at before the schema, so that a JSONPath definition is refused for what it is. */
function languageProblems(json: Json): Problem[] {
  const top = isObject(json) ? (json.QueryLanguage ?? 'JSONPath') : 'JSONata';
  const problems: Problem[] = [];
  visitStates(json, '', (state, path) => {
    const language = state.QueryLanguage ?? top;
    if (language === 'JSONata') return;
    problems.push({
      code: 'query-language',
      path,
      reason: `QueryLanguage ${String(language)} is not supported`,
      remedy: 'use JSONata',
    });
  });
  return problems;
}

function visitStates(
  level: Json | undefined,
  path: string,
  see: (state: { [k: string]: Json }, path: string) => void,
) {
  if (!isObject(level) || !isObject(level.States)) return;

  for (const [name, state] of Object.entries(level.States)) {
    if (!isObject(state)) continue;

    const at = `${path}/States/${name}`;
    see(state, at);
    visitStates(state.ItemProcessor, `${at}/ItemProcessor`, see);
    const branches = Array.isArray(state.Branches) ? state.Branches : [];
    for (const [index, branch] of branches.entries()) visitStates(branch, `${at}/Branches/${index}`, see);
  }
}

const jsonPathFields = new Set([
  ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'Result', 'ResultSelector', 'ItemsPath'],
  ...['SecondsPath', 'TimestampPath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'MaxConcurrencyPath'],
  ...['ToleratedFailureCountPath', 'ToleratedFailurePercentagePath', 'ErrorPath', 'CausePath'],
  ...['Variable', 'And', 'Or', 'Not'],
]);

const remedies: Record<string, string> = {
  ItemReader: 'pass the items as input and name them in Items',
  ItemBatcher: 'group the items with $partition in Items',
  ResultWriter: 'let the processor store its results',
  Credentials: 'remove it: the local host has no roles',
  Iterator: 'use ItemProcessor',
};

function schemaProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((part) => `/${String(part)}`).join('');
  if (issue.code !== 'unrecognized_keys') {
    const reason = issue.message.replace(/^Invalid input: /, '');
    return [{ code: 'schema', path: path || '/', reason, remedy: 'correct the field' }];
  }
  return issue.keys.map((key) =>
    jsonPathFields.has(key)
      ? {
          code: 'jsonpath-field',
          path: `${path}/${key}`,
          reason: `${key} belongs to JSONPath`,
          remedy: 'use Arguments, Output, Assign or Condition with JSONata in {% %}',
        }
      : {
          code: 'unsupported-field',
          path: `${path}/${key}`,
          reason: `${key} is not supported here`,
          remedy: remedies[key] ?? 'remove it',
        },
  );
}

function checkLevel(level: Level, path: string, outer: ReadonlySet<string>): Problem[] {
  const problems: Problem[] = [];
  const states = new Map(Object.entries(level.States));

  if (!states.has(level.StartAt)) problems.push(noSuchState(`${path}/StartAt`, level.StartAt));
  else problems.push(...unreachable(level, path));

  for (const [name, state] of states) {
    const at = `${path}/States/${name}`;
    for (const [to, where] of targets(state)) {
      if (!states.has(to)) problems.push(noSuchState(`${at}/${where}`, to));
    }
    problems.push(
      ...checkName(name, at),
      ...checkFlow(state, at),
      ...checkTask(state, at),
      ...checkErrorNames(state, at),
      ...checkVariables(state, at, outer),
    );
    const others = [...states.values()].filter((other) => other !== state);
    const around = new Set([...outer, ...others.flatMap(assignedNames)]);
    for (const inner of levelsInside(state)) {
      problems.push(...checkLevel(inner.level, `${at}/${inner.path}`, around));
    }
  }
  return problems;
}

function noSuchState(path: string, name: string): Problem {
  return {
    code: 'transition',
    path,
    reason: `there is no state "${name}" on this level`,
    remedy: 'name a state beside it',
  };
}

/** Every state that a state may go to, with the field that says so. */
function targets(state: State): [to: string, where: string][] {
  const found: [string, string][] = [];
  if ('Next' in state && state.Next !== undefined) found.push([state.Next, 'Next']);
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  for (const [index, { Next }] of catchers.entries()) found.push([Next, `Catch/${index}/Next`]);
  if (state.Type === 'Choice') {
    for (const [index, { Next }] of state.Choices.entries()) found.push([Next, `Choices/${index}/Next`]);
    if (state.Default !== undefined) found.push([state.Default, 'Default']);
  }
  return found;
}

function unreachable(level: Level, path: string): Problem[] {
  const reached = new Set([level.StartAt]);
  for (const name of reached) {
    const state = level.States[name];
    if (state) for (const [to] of targets(state)) reached.add(to);
  }
  return Object.keys(level.States)
    .filter((name) => !reached.has(name))
    .map((name) => ({
      code: 'unreachable-state',
      path: `${path}/States/${name}`,
      reason: `no state leads to "${name}"`,
      remedy: 'connect or remove it',
    }));
}

function checkName(name: string, path: string): Problem[] {
  if (name.length >= 1 && name.length <= 80) return [];
  return [
    { code: 'state-name', path, reason: `the name has ${name.length} characters`, remedy: 'use 1 to 80' },
  ];
}

function duplicateNames(definition: Definition): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  const visit = (level: Level, path: string) => {
    for (const [name, state] of Object.entries(level.States)) {
      const at = `${path}/States/${name}`;
      if (seen.has(name)) {
        const reason = `the machine has another state "${name}"`;
        problems.push({ code: 'state-name', path: at, reason, remedy: 'give every state its own name' });
      }
      seen.add(name);
      for (const inner of levelsInside(state)) visit(inner.level, `${at}/${inner.path}`);
    }
  };
  visit(definition, '');
  return problems;
}

function checkFlow(state: State, path: string): Problem[] {
  const problems: Problem[] = [];
  const ends = state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail';
  if (!ends && (state.Next !== undefined) === (state.End === true)) {
    const reason = 'a state has either Next or "End": true';
    problems.push({ code: 'transition', path, reason, remedy: 'give it one of them' });
  }
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    const reason = 'a Wait has either Seconds or Timestamp';
    problems.push({ code: 'wait', path, reason, remedy: 'give it one of them' });
  }
  return problems;
}

const lambdaInvoke = 'arn:aws:states:::lambda:invoke';
export const lambdaInvokeWithToken = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
export const startExecution = 'arn:aws:states:::states:startExecution';

const argumentsOf: Record<string, { required: string; known: readonly string[] }> = {
  [lambdaInvoke]: { required: 'FunctionName', known: ['FunctionName', 'Payload', 'Qualifier'] },
  [lambdaInvokeWithToken]: { required: 'FunctionName', known: ['FunctionName', 'Payload', 'Qualifier'] },
  [startExecution]: { required: 'StateMachineArn', known: ['StateMachineArn', 'Name', 'Input'] },
};

/** A function's own ARN may stand as Resource; its payload is then the result. */
export function isFunctionArn(resource: string): boolean {
  return /^arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d*:function:.+$/.test(resource);
}

function checkTask(state: State, path: string): Problem[] {
  if (state.Type !== 'Task' || isFunctionArn(state.Resource)) return [];

  const shape = argumentsOf[state.Resource];
  if (!shape) {
    const remedy = `use ${Object.keys(argumentsOf).join(', ')} or a function's ARN`;
    return [
      { code: 'resource', path: `${path}/Resource`, reason: `${state.Resource} is not supported`, remedy },
    ];
  }
  const given = state.Arguments;
  if (typeof given === 'string' && isJsonata(given)) return [];
  if (!isObject(given)) return [missingArgument(path, shape.required)];

  const names = Object.keys(given);
  return [
    ...(names.includes(shape.required) ? [] : [missingArgument(path, shape.required)]),
    ...names
      .filter((name) => !shape.known.includes(name))
      .map(
        (name): Problem => ({
          code: 'arguments',
          path: `${path}/Arguments/${name}`,
          reason: `the argument ${name} is not supported`,
          remedy: `use ${shape.known.join(', ')}`,
        }),
      ),
  ];
}

function missingArgument(path: string, name: string): Problem {
  return {
    code: 'arguments',
    path: `${path}/Arguments`,
    reason: `${name} is missing`,
    remedy: `add ${name}`,
  };
}

function checkErrorNames(state: State, path: string): Problem[] {
  const problems: Problem[] = [];
  const look = (field: string, handlers: readonly { ErrorEquals: string[] }[] | undefined) => {
    handlers?.forEach(({ ErrorEquals }, index) => {
      const all = ErrorEquals.includes('States.ALL');
      if (!all || (ErrorEquals.length === 1 && index === handlers.length - 1)) return;
      const reason = 'States.ALL stands alone and last';
      const at = `${path}/${field}/${index}/ErrorEquals`;
      problems.push({
        code: 'error-names',
        path: at,
        reason,
        remedy: 'move it to an entry of its own at the end',
      });
    });
  };
  if ('Retry' in state) look('Retry', state.Retry);
  if ('Catch' in state) look('Catch', state.Catch);
  return problems;
}

function assignedNames(state: State): string[] {
  const all = [
    'Assign' in state ? state.Assign : undefined,
    ...('Catch' in state ? (state.Catch ?? []).map(({ Assign }) => Assign) : []),
    ...(state.Type === 'Choice' ? state.Choices.map(({ Assign }) => Assign) : []),
  ];
  return all.flatMap((assign) => Object.keys(assign ?? {}));
}

/**
 * Variables of an outer level can be read inside a Map or Parallel but not written there. What the Map or Parallel
 * itself assigns does not count: it comes into being when the inside is over.
 */
function checkVariables(state: State, path: string, outer: ReadonlySet<string>): Problem[] {
  return assignedNames(state).flatMap((name): Problem[] => {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,79}$/.test(name) || name === 'states') {
      const remedy = 'use up to 80 letters, digits and underscores, not starting with a digit, not "states"';
      return [
        { code: 'variable', path: `${path}/Assign`, reason: `"${name}" cannot be a variable's name`, remedy },
      ];
    }
    if (!outer.has(name)) return [];
    const reason = `"${name}" is a variable of an outer level`;
    return [{ code: 'variable', path: `${path}/Assign`, reason, remedy: 'choose another name inside' }];
  });
}

function expressionProblems(json: Json, path: string): Problem[] {
  if (typeof json === 'string') return isJsonata(json) ? syntaxProblem(json, path) : [];
  if (Array.isArray(json)) return json.flatMap((item, index) => expressionProblems(item, `${path}/${index}`));
  if (!isObject(json)) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    key === 'Comment' ? [] : expressionProblems(value, `${path}/${key}`),
  );
}

function syntaxProblem(text: string, path: string): Problem[] {
  try {
    jsonata(jsonataSource(text));
    return [];
  } catch (error) {
    const reason = `not JSONata: ${error instanceof Error ? error.message : messageOf(error)}`;
    return [{ code: 'expression', path, reason, remedy: 'correct the expression (jsonata 2.0.6)' }];
  }
}

/** jsonata throws plain objects with `code` and `message`. */
function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return String(thrown);
  return String(thrown.message);
}

function isObject(json: Json | undefined): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
