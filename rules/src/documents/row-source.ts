import * as z from 'zod';
import { Scalar } from './common.ts';
import { parsePattern } from './pattern.ts';

/*
 * Where the values of an event come from in a row of a foreign system: a line of a file, or a message of its client. Data
 * only: nothing in it is ever run.
 */

/** A column of the mapped file, or `lookup.column` for a column of the lookup's row that this row points to. */
export const ColumnName = z.string().min(1).max(200);

export const Pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((text, context) => {
    const { problem } = parsePattern(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** Luxon's tokens, for example "dd.MM.yyyy HH:mm", or "unix" or "unix-ms"; it must name the year, or the day of import would leak in. */
export const TimeFormat = z
  .string()
  .min(1)
  .max(80)
  .refine((format) => format.includes('y') || format === 'unix' || format === 'unix-ms', {
    error: 'must hold the year, for example "dd.MM.yyyy HH:mm", or be "unix" or "unix-ms"',
  });

/** Where a value comes from: exactly one of `column`, `constant` and `text`; a bare text is the name of a column. */
const ValueSource = z
  .strictObject({
    column: ColumnName.optional(),
    constant: z.union([Scalar, z.array(Scalar).max(100)]).optional(),
    /** Text with `{column}` in it; absent where one of its columns is. `{{` and `}}` are braces. */
    text: Pattern.optional(),
    /** Texts that mean "not known"; an empty cell always does. */
    empty: z.array(z.string().max(200)).max(100).optional(),
    /** Replaces whole values; a value that is not listed stays as it is. */
    map: z.record(z.string().max(200), Scalar).optional(),
    as: z.enum(['number', 'text', 'boolean', 'date', 'list']).optional(),
    /** How `as: date` is written; without it ISO 8601 with "T" or a blank between day and time. */
    format: TimeFormat.optional(),
    /** What parts the entries of `as: list`; without it ",". */
    separator: z.string().min(1).max(10).optional(),
    /** What parts the decimals of `as: number`; without it ".". */
    decimal: z.enum(['.', ',']).optional(),
  })
  .superRefine((spec, context) => {
    const sources = [spec.column, spec.constant, spec.text].filter((source) => source !== undefined);
    if (sources.length !== 1)
      context.addIssue({
        code: 'custom',
        message: 'must have exactly one of "column", "constant" and "text"',
      });
    for (const [option, kind] of optionsOf)
      if (spec[option] !== undefined && spec.as !== kind)
        context.addIssue({ code: 'custom', path: [option], message: `goes with "as": "${kind}" only` });
  });
export type ValueSource = z.infer<typeof ValueSource>;

const optionsOf = [
  ['format', 'date'],
  ['separator', 'list'],
  ['decimal', 'number'],
] as const;

export const ValueSpec = z.union([ColumnName, ValueSource]);
export type ValueSpec = z.infer<typeof ValueSpec>;

const Texts = z.union([z.string().max(200), z.array(z.string().max(200)).min(1).max(100)]);

/**
 * A simple condition on one column; `known` asks whether the cell holds anything, `yes` whether it says yes (or no) in the
 * words of `as: boolean`: an empty cell says neither, and any other word is a problem of the row.
 */
const RowCondition = z
  .strictObject({
    column: ColumnName,
    is: Texts.optional(),
    isNot: Texts.optional(),
    known: z.boolean().optional(),
    yes: z.boolean().optional(),
  })
  .refine(
    ({ is, isNot, known, yes }) => [is, isNot, known, yes].filter((part) => part !== undefined).length === 1,
    { error: 'must have exactly one of "is", "isNot", "known" and "yes"' },
  );
export type RowCondition = z.infer<typeof RowCondition>;

export const When = z.union([RowCondition, z.array(RowCondition).min(1).max(10)]);
export type When = z.infer<typeof When>;

export const Fields = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'must be a field name like "orderId"'), ValueSpec)
  .refine((fields) => Object.keys(fields).length <= 200, { error: 'must have at most 200 fields' });

/** The conditions of an entry as a list, however they were written. */
export function conditionsOf(when: When | undefined): RowCondition[] {
  if (when === undefined) return [];
  return Array.isArray(when) ? when : [when];
}

type NamedColumn = { path: string; name: string };

/** The columns that a value comes from; `path` is where it stands in the document. */
export function columnsOfValue(spec: ValueSpec, path: string): NamedColumn[] {
  if (typeof spec === 'string') return [{ path, name: spec }];
  if (spec.column !== undefined) return [{ path, name: spec.column }];
  return spec.text === undefined ? [] : columnsOfPattern(spec.text, path);
}

export function columnsOfPattern(text: string, path: string): NamedColumn[] {
  return parsePattern(text).parts.flatMap((part) =>
    part.kind === 'column' ? [{ path, name: part.name }] : [],
  );
}

/** The lookup that a column name leads through; `undefined` for a column of the row itself. */
export function lookupOf(name: string | undefined, lookups: Record<string, unknown>): string | undefined {
  const prefix = name?.split('.', 1)[0];
  return prefix !== undefined && prefix !== name && Object.hasOwn(lookups, prefix) ? prefix : undefined;
}
