import * as z from 'zod';
import { messageChannels } from '../message-channels.ts';
import { isTimeZone, weekdays } from '../time/local-schedule.ts';

/** Kebab-case name of a document, team, queue, step or milestone. */
export const Id = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be kebab-case, for example "first-order"');

/** `noun.what-happened`. The dot is compulsory: json-rules-engine gives "error" and "success" meanings of their own. */
export const EventType = z
  .string()
  .max(80)
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'must be noun.what-happened in lower case, for example "order.delivered"',
  );

/** Span of exact length: weeks, days (24 h each), hours, minutes, seconds. Months and years have no exact length. */
export const Duration = z
  .string()
  .regex(
    /^P(?!$)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/,
    'must be an ISO 8601 span in weeks, days, hours, minutes or seconds, for example "P3D" or "PT10M"',
  );

/** An instant with its zone. An instant without a zone is refused, because it names no moment. */
export const Instant = z.iso.datetime({
  offset: true,
  error: 'must be an instant with a zone, for example "2026-03-01T09:00:00Z"',
});

/** Names that lead into JavaScript's object machinery; no path may contain them. */
export const forbiddenNames = ['__proto__', 'constructor', 'prototype'];

/** `$.a.b`: own properties only, eight deep at most. Anything richer could run code in a JSONPath library. */
export const FactPath = z
  .string()
  .max(200)
  .regex(/^\$(\.[A-Za-z_][A-Za-z0-9_]*){1,8}$/, 'must look like "$.tier" or "$.consent.phone"')
  .refine((path) => !path.split('.').some((name) => forbiddenNames.includes(name)), {
    error: 'must not name __proto__, constructor or prototype',
  });

/** A value taken from the facts at the moment of deciding. */
export const FactReference = z.strictObject({ fact: Id, path: FactPath });
export type FactReference = z.infer<typeof FactReference>;

export const Scalar = z.union([z.string().max(2000), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof Scalar>;
export const ParameterValue = z.union([Scalar, FactReference]);
export type ParameterValue = z.infer<typeof ParameterValue>;

/** What whoever does the work says to the contact, word by word as it stands: it is text, and nothing in it is filled in or run. */
export const Script = z.string().min(1).max(800).regex(/\S/, 'must say something');

/** How urgent a case is; the service level says what that means. */
export const Priority = z.enum(['low', 'normal', 'high']);
export type Priority = z.infer<typeof Priority>;

/** The priority that the output "priority" of a decision table gives. */
export const PriorityByTable = z.strictObject({ table: Id });

/** What a decision table says in one of its outputs. */
export const TableOutput = z.strictObject({ table: Id, output: z.string().regex(/^[a-z][A-Za-z0-9]*$/) });
export type TableOutput = z.infer<typeof TableOutput>;

/** Local time of day, `HH:MM`. A zone's wall clock tells it. */
export const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, for example "09:00"');

/** A zone by its name: an offset such as "+02:00" knows no summer time. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => isTimeZone(name) && !/^[+-]/.test(name), {
    error: 'must be the name of a time zone, for example "Europe/Berlin"',
  });

/** Hours of the local day, up to but not including `to`; past midnight where `to` is not later than `from`. */
export const LocalWindow = z.strictObject({
  from: TimeOfDay,
  to: TimeOfDay,
  /** The days on which it begins; every day where absent. */
  weekdays: z.array(z.enum(weekdays)).min(1).optional(),
});

export const Owner = z.strictObject({ team: Id, person: Id.optional() });

/** The ways to a contact; which attribute holds the address of each is said in `permit-send.ts`. */
export const MessageChannel = z.enum(messageChannels);
export type MessageChannel = z.infer<typeof MessageChannel>;

/** What every document says of itself. */
export const base = {
  $schema: z.string().optional(),
  id: Id,
  title: z.string().min(1).max(120),
  why: z.string().min(1).max(2000),
  owner: Owner,
  /**
   * Where the next version comes from: files that are deployed, or the designer. A document that does not say so is
   * managed by code.
   */
  managedBy: z.enum(['code', 'designer']).optional(),
};

/** Facts by root name, as a decision or a simulation sees them; plain JSON. */
export const FactValues = z.record(z.string(), z.json());
