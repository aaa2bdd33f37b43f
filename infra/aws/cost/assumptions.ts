import { dueShards } from '@baton/functions/repositories/rows.ts';

/** Kilobytes of a stored row, rounded up as DynamoDB does; a head grows with its profile, a message with its text. */
export type RowSizes = {
  head: number;
  event: number;
  enrolment: number;
  send: number;
  other: number;
  /** All recorded events of a contact, which a wait looks through when it opens. */
  history: number;
};

/** What cannot be read from documents or templates. Every value is printed with the result. */
export type Assumptions = {
  rows: RowSizes;
  lambda: { memoryMb: number; milliseconds: number };
  sweep: { milliseconds: number; reads: number };
  /** Lambda keeps so many requests open on every queue, each for so long. */
  polling: { pollers: number; seconds: number };
  /** A loop in a journey is turned this often at most in the dearest way through it. */
  turns: number;
  hoursPerMonth: number;
};

export const assumptions: Assumptions = {
  rows: { head: 2, event: 1, enrolment: 1, send: 4, other: 1, history: 12 },
  lambda: { memoryMb: 512, milliseconds: 100 },
  sweep: { milliseconds: 1000, reads: 3 * dueShards * 0.5 },
  polling: { pollers: 5, seconds: 20 },
  turns: 1,
  hoursPerMonth: 730,
};

/** The assumptions in words, as they are printed. */
export function describeAssumptions({
  rows,
  lambda,
  sweep,
  polling,
  turns,
  hoursPerMonth,
}: Assumptions): string[] {
  return [
    `a month has ${hoursPerMonth} hours`,
    `rows: contact ${rows.head} kB, message ${rows.send} kB, event ${rows.event} kB, enrolment ${rows.enrolment} kB, others ${rows.other} kB; a contact's recorded events together ${rows.history} kB`,
    'a row written in a transaction counts twice, the copy of it in each index once; indexes hold whole rows',
    `a function call takes ${lambda.milliseconds} ms in ${lambda.memoryMb} MB and works on one record; starts from cold are not counted`,
    `a sweep that finds nothing takes ${sweep.milliseconds} ms in the memory of its function and reads ${sweep.reads} units`,
    `Lambda keeps ${polling.pollers} requests of ${polling.seconds} s open on an idle queue`,
    'contacts enter by an event over the bus; answers to waits and tasks come the same way; messages are allowed and sent at once',
    'every way out of a step is taken equally often (mean); cheapest and dearest are single ways through the journey',
    `in the dearest way the journey turns back ${turns} time${turns === 1 ? '' : 's'} at most`,
    'nothing is tried again, no two changes of a contact collide, and nobody leaves early by a goal or an exit',
    'an execution counts one transition for its start and one for each state it enters',
  ];
}

export const notIncluded: readonly string[] = [
  'the free tier, in the cost of journeys; idle cost is shown with and without it',
  'taxes, support plans and discounts',
  'stored data and its backups (DynamoDB, point-in-time recovery, S3, event archive), log volume and tracing',
  'data transfer, and requests of people who work in the designer (HTTP API, CloudFront, Cognito)',
  'the stays of the contact cycle, and events that no journey starts or waits for',
  'SMS, which is priced by country and carrier, and what a webhook or push message costs at its other end',
];
