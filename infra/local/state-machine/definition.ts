import type { Json } from '@baton/rules/json.ts';
import * as z from 'zod';

/** A string is JSONata exactly when it starts with `{%` and ends with `%}`; anything else is literal text. */
export function isJsonata(text: string): boolean {
  return text.length >= 4 && text.startsWith('{%') && text.endsWith('%}');
}

/** The expression between `{%` and `%}`. */
export function jsonataSource(text: string): string {
  return text.slice(2, -2).trim();
}

const Expression = z.string().refine(isJsonata);
const Template: z.ZodType<Json> = z.json();
const Assignments = z.record(z.string(), Template);

const orExpression = <T extends z.ZodType>(literal: T, what: string) =>
  z.union([literal, Expression], { error: `must be ${what} or a JSONata expression in {% %}` });

const Count = orExpression(z.int().min(0), 'a whole number from 0');
const Timeout = orExpression(z.int().min(1).max(99_999_999), 'a whole number of seconds from 1 to 99999999');
const Delay = orExpression(z.int().min(0).max(99_999_999), 'a whole number of seconds from 0 to 99999999');

/** Milliseconds of an ISO-8601 instant with `T` and zone, or undefined: Step Functions takes no other form. */
export function parseTimestamp(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (!parts) return undefined;

  const [, year, month, day] = parts.map(Number);
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined;

  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

const Timestamp = orExpression(
  z.string().refine((text) => parseTimestamp(text) !== undefined),
  'an instant like 2026-03-14T01:59:00Z, with T and zone,',
);

const ErrorNames = z.array(z.string().min(1)).min(1);

export const Retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: ErrorNames,
  IntervalSeconds: z.int().min(1).max(99_999_999).optional(),
  MaxAttempts: z.int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
export type Retrier = z.infer<typeof Retrier>;

export const Catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: ErrorNames,
  Output: Template.optional(),
  Assign: Assignments.optional(),
  Next: z.string(),
});
export type Catcher = z.infer<typeof Catcher>;

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const output = { Output: Template.optional(), Assign: Assignments.optional() };
const flow = { Next: z.string().optional(), End: z.boolean().optional() };
const handling = { Retry: z.array(Retrier).optional(), Catch: z.array(Catcher).optional() };

const Pass = z.strictObject({ Type: z.literal('Pass'), ...common, ...output, ...flow });

const Task = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  Resource: z.string(),
  Arguments: Template.optional(),
  TimeoutSeconds: Timeout.optional(),
  HeartbeatSeconds: Timeout.optional(),
  ...handling,
  ...output,
  ...flow,
});

const Choice = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  Choices: z
    .array(
      z.strictObject({
        Comment: z.string().optional(),
        Condition: orExpression(z.boolean(), 'true, false'),
        Next: z.string(),
        ...output,
      }),
    )
    .min(1),
  Default: z.string().optional(),
  ...output,
});

const Wait = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  Seconds: Delay.optional(),
  Timestamp: Timestamp.optional(),
  ...output,
  ...flow,
});

const Succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, Output: Template.optional() });

const Fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/** States of one level: the machine itself, a branch, or the processor of a Map. */
export interface Level {
  StartAt: string;
  States: Record<string, State>;
}
interface Processor extends Level {
  ProcessorConfig?: { Mode?: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: 'STANDARD' | 'EXPRESS' };
}
const Branch: z.ZodType<Level> = z.lazy(() => z.strictObject(levelShape()));
const Processor: z.ZodType<Processor> = z.lazy(() =>
  z.strictObject({
    ...levelShape(),
    ProcessorConfig: z
      .strictObject({
        Mode: z.enum(['INLINE', 'DISTRIBUTED']).optional(),
        ExecutionType: z.enum(['STANDARD', 'EXPRESS']).optional(),
      })
      .optional(),
  }),
);

function levelShape() {
  return { Comment: z.string().optional(), StartAt: z.string(), States: z.record(z.string(), State) };
}

const Parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  Arguments: Template.optional(),
  Branches: z.array(Branch).min(1),
  ...handling,
  ...output,
  ...flow,
});

const InlineMap = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  Label: z.string().optional(),
  Items: orExpression(z.array(z.json()), 'an array').optional(),
  ItemSelector: Template.optional(),
  MaxConcurrency: Count.optional(),
  ToleratedFailureCount: Count.optional(),
  ToleratedFailurePercentage: orExpression(z.number().min(0).max(100), 'a number from 0 to 100').optional(),
  ItemProcessor: Processor,
  ...handling,
  ...output,
  ...flow,
});

export const State = z.discriminatedUnion('Type', [
  Pass,
  Task,
  Choice,
  Wait,
  Succeed,
  Fail,
  Parallel,
  InlineMap,
]);
export type State = z.infer<typeof State>;
export type StateOf<Type extends State['Type']> = Extract<State, { Type: Type }>;

/** The part of Amazon States Language, query language JSONata, that the local host runs. */
export const Definition = z.strictObject({
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.enum(['JSONata', 'JSONPath']).optional(),
  TimeoutSeconds: z.int().min(1).max(99_999_999).optional(),
  ...levelShape(),
});
export type Definition = z.infer<typeof Definition>;

/** The levels directly inside a state. */
export function levelsInside(state: State): { level: Level; path: string }[] {
  if (state.Type === 'Map') return [{ level: state.ItemProcessor, path: 'ItemProcessor' }];
  if (state.Type !== 'Parallel') return [];
  return state.Branches.map((level, index) => ({ level, path: `Branches/${index}` }));
}
