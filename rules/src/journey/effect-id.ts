import type { Enrolment } from './enrolment.ts';

/**
 * Names what one visit of one step does: the send, task, offer or handover it asks for. The same visit always has the
 * same name, so a repeated call is recognised, and a second round of a loop is another visit.
 */
export function effectId(enrolment: Pick<Enrolment, 'id'>, step: string, iteration: number): string {
  return `${enrolment.id}.${step}.${iteration}`;
}
