import {
  CaseRow,
  EnrolmentLockRow,
  EnrolmentRow,
  EventRow,
  HandoverRow,
  HeadRow,
  SendRow,
  StayRow,
  TaskRow,
  WaitRow,
} from '@baton/functions/repositories/rows.ts';
import type * as z from 'zod';
import { ana, type World } from './world.ts';

/** What a model looks at when it judges. */
function rowsOf<T>(prefix: string, schema: z.ZodType<T>) {
  return ({ store }: Pick<World, 'store'>): T[] =>
    store.rowsOf('core', `C#${ana}`, prefix).map((item) => schema.parse(item));
}

export const cases = rowsOf('CASE#', CaseRow);
export const enrolments = rowsOf('ENR#', EnrolmentRow);
export const locks = rowsOf('ELK#', EnrolmentLockRow);
export const events = rowsOf('EVT#', EventRow);
export const handovers = rowsOf('HND#', HandoverRow);
export const heads = rowsOf('HEAD', HeadRow);
export const sends = rowsOf('SEND#', SendRow);
export const stays = rowsOf('STAY#', StayRow);
export const tasks = rowsOf('TSK#', TaskRow);
export const waits = rowsOf('WAIT#', WaitRow);

/** The first of several complaints. */
export function firstOf(complaints: Iterable<string | undefined | false>): string | undefined {
  for (const complaint of complaints) if (complaint) return complaint;
  return undefined;
}
