import type { Json, JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';

/** What is true of both stages: a made-up account and region in which tokens are resolved. */
export const account = '111122223333';
export const region = 'eu-central-1';
export const parts = ['Data', 'Runtime', 'Edge', 'Ops'] as const;
export type Part = (typeof parts)[number];

const JsonValue: z.ZodType<Json> = z.json();
const Properties: z.ZodType<JsonObject> = z.record(z.string(), JsonValue);

const Resource = z.looseObject({
  Type: z.string(),
  Properties: Properties.default({}),
  DependsOn: z.array(z.string()).default([]),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  Metadata: Properties.optional(),
});
export type Resource = z.infer<typeof Resource>;

export const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.looseObject({ Value: JsonValue })).default({}),
  Parameters: z.record(z.string(), JsonValue).optional(),
  Rules: z.record(z.string(), JsonValue).optional(),
});
export type Template = z.infer<typeof Template>;

/** One stage: its templates as they go to CloudFormation, and the machines they name by the file they are read from. */
export type Stage = {
  stage: 'dev' | 'prod';
  templates: Record<Part, Template>;
  definitions: Record<string, Json>;
  /** Machines of the journeys in the library, by journey. */
  journeys: Record<string, Json>;
};

/** The value at a path, or `undefined` where something on the way is missing. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = typeof key === 'number' ? found[key] : undefined;
    else if (isObject(found)) found = Object.hasOwn(found, key) ? found[key] : undefined;
    else return undefined;
  }
  return found;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a list: CloudFormation and IAM write lists of one without brackets. */
export function list(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export const texts = (value: Json | undefined): string[] => list(value).map(String);
export const objects = (value: Json | undefined): JsonObject[] => list(value).filter(isObject);
