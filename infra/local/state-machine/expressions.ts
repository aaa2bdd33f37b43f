import type { Clock } from '@baton/functions/ports.ts';
import type { Json, JsonObject } from '@baton/rules/json.ts';
import jsonata from 'jsonata';
import { isJsonata, jsonataSource } from './definition.ts';
import { StateFailed } from './failure.ts';
import { type Chance, equip } from './functions.ts';
import { plainExpression } from './plain-expression.ts';

/** What an expression sees: the state's variables and `states`. */
type Bindings = { [name: string]: unknown };

/** Where an expression stands, for the message when it fails. */
export type Place = { state: string; field: string };

export interface Expressions {
  /** Evaluates every `{% %}` string at any depth. A result of nothing, or of a function, is an error. */
  fill(template: Json, place: Place, bindings: Bindings): Promise<Json>;
}

export function createExpressions(clock: Clock, chance: Chance): Expressions {
  const compiled = new Map<string, jsonata.Expression>();
  const plains = new Map<string, ReturnType<typeof plainExpression>>();

  function compile(source: string): jsonata.Expression {
    const known = compiled.get(source);
    if (known) return known;

    const expression = jsonata(source);
    equip(expression, clock, chance);
    compiled.set(source, expression);
    return expression;
  }

  /** The whole template, where it asks for nothing that takes jsonata. */
  function plainly(template: Json, bindings: Bindings): Json | undefined {
    if (typeof template === 'string') {
      if (!isJsonata(template)) return template;
      return plain(template)?.(bindings);
    }
    if (typeof template !== 'object' || template === null) return template;
    return Array.isArray(template) ? plainList(template, bindings) : plainObject(template, bindings);
  }

  function plainList(template: readonly Json[], bindings: Bindings): Json[] | undefined {
    const items: Json[] = [];
    for (const item of template) {
      const value = plainly(item, bindings);
      if (value === undefined) return undefined;
      items.push(value);
    }
    return items;
  }

  function plainObject(template: JsonObject, bindings: Bindings): JsonObject | undefined {
    const fields: [string, Json][] = [];
    for (const [key, inner] of Object.entries(template)) {
      const value = plainly(inner, bindings);
      if (value === undefined) return undefined;
      fields.push([key, value]);
    }
    return Object.fromEntries(fields);
  }

  function plain(text: string): ReturnType<typeof plainExpression> {
    if (!plains.has(text)) plains.set(text, plainExpression(jsonataSource(text)));
    return plains.get(text);
  }

  async function evaluate(text: string, place: Place, bindings: Bindings): Promise<Json> {
    const source = jsonataSource(text);
    let result: unknown;
    try {
      result = await compile(source).evaluate(undefined, bindings);
    } catch (thrown) {
      throw queryError(place, source, `threw an error during evaluation. ${describe(thrown)}`);
    }
    if (result === undefined) throw queryError(place, source, 'returned nothing (undefined).');
    if (isFunction(result)) throw queryError(place, source, 'returned an unsupported result type.');
    return result as Json; // jsonata computes JSON from JSON; functions were sorted out above
  }

  async function fill(template: Json, place: Place, bindings: Bindings): Promise<Json> {
    const value = plainly(template, bindings);
    if (value !== undefined) return value;
    if (typeof template === 'string')
      return isJsonata(template) ? evaluate(template, place, bindings) : template;
    if (typeof template !== 'object' || template === null) return template;

    if (Array.isArray(template)) {
      const items: Json[] = [];
      for (const [index, item] of template.entries())
        items.push(await fill(item, inside(place, index), bindings));
      return items;
    }
    const fields: [string, Json][] = [];
    for (const [key, value] of Object.entries(template)) {
      fields.push([key, await fill(value, inside(place, key), bindings)]);
    }
    return Object.fromEntries(fields) as JsonObject;
  }

  return { fill };
}

function inside({ state, field }: Place, key: string | number): Place {
  return { state, field: `${field}/${key}` };
}

function queryError({ state, field }: Place, source: string, what: string): StateFailed {
  return evaluationFailed(
    state,
    `The JSONata expression '${source}' specified for the field '${field}' ${what}`,
  );
}

/** `States.QueryEvaluationError` with the wording of Step Functions, less the number of the history event. */
export function evaluationFailed(state: string, what: string): StateFailed {
  const cause = `An error occurred while executing the state '${state}'. ${what}`;
  return new StateFailed({ error: 'States.QueryEvaluationError', cause });
}

/** Refuses a value of the wrong type, wherever it was computed. */
export function wrongType(place: Place, template: Json, expected: string, value: Json): StateFailed {
  const source = typeof template === 'string' ? jsonataSource(template) : JSON.stringify(template);
  const what = `Expected '${expected}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`;
  return queryError(place, source, `returned an unexpected result type. ${what}`);
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    ('_jsonata_lambda' in value || '_jsonata_function' in value)
  );
}

/** jsonata throws plain objects with `code` and `message`; our own functions throw errors. */
function describe(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const code = 'code' in thrown ? `${String(thrown.code)}: ` : '';
  return `${code}${'message' in thrown ? String(thrown.message) : 'unknown error'}`;
}
