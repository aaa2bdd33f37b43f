import type { BusinessHours } from '../time/business-time.ts';
import {
  type CaseClocks,
  type ClockName,
  clockNames,
  countClocks,
  restartClock,
  stopClocks,
} from './clocks.ts';

/** Where a case stands. `solved` is what we say, `confirmed` what the customer says; closed and merged are over. */
export const caseStatuses = [
  'new',
  'accepted',
  'in-work',
  'waiting-for-customer',
  'solved',
  'confirmed',
  'closed',
  'merged',
] as const;
export type CaseStatus = (typeof caseStatuses)[number];

type Change = { event: string; from: readonly CaseStatus[]; to: CaseStatus; stops: readonly ClockName[] };

const inHand = ['new', 'accepted', 'in-work', 'waiting-for-customer'] as const;
const open = [...inHand, 'solved', 'confirmed'] as const;

/** What may happen to a case, and which clocks it stops. Who solves has also accepted and answered. */
export const caseChanges = {
  accept: { event: 'case.accepted', from: ['new'], to: 'accepted', stops: ['accept'] },
  answer: {
    event: 'case.answered',
    from: ['new', 'accepted', 'in-work'],
    to: 'in-work',
    stops: ['accept', 'answer'],
  },
  wait: { event: 'case.waiting', from: ['accepted', 'in-work'], to: 'waiting-for-customer', stops: [] },
  resume: { event: 'case.resumed', from: ['waiting-for-customer'], to: 'in-work', stops: [] },
  solve: { event: 'case.solved', from: inHand, to: 'solved', stops: clockNames },
  confirm: { event: 'case.confirmed', from: ['solved'], to: 'confirmed', stops: [] },
  reopen: { event: 'case.reopened', from: ['solved', 'confirmed'], to: 'in-work', stops: [] },
  close: { event: 'case.closed', from: open, to: 'closed', stops: clockNames },
  merge: { event: 'case.merged', from: open, to: 'merged', stops: clockNames },
} as const satisfies Record<string, Change>;
export type CaseChange = keyof typeof caseChanges;

export const isCaseChange = (name: string): name is CaseChange => Object.hasOwn(caseChanges, name);

/** The change that an event makes, if it is about a change. */
export function changeBy(eventType: string): CaseChange | undefined {
  return Object.keys(caseChanges)
    .filter(isCaseChange)
    .find((name) => caseChanges[name].event === eventType);
}

export function mayChange(status: CaseStatus, change: CaseChange): boolean {
  const { from }: Change = caseChanges[change];
  return from.includes(status);
}

export const isOver = (status: CaseStatus): boolean => status === 'closed' || status === 'merged';

/** Whether a customer's word is awaited, so that nobody's time runs. `pauses` is what the service level grants. */
export const standsStill = (status: CaseStatus, pauses: readonly string[]): boolean =>
  status === 'waiting-for-customer' && pauses.includes(status);

/** An interval in which no clock ran; `to` is absent while it lasts. */
export type Pause = { from: string; to?: string | undefined; because: 'waiting-for-customer' | 'solved' };

export type CaseLife = CaseClocks & { status: CaseStatus; pauses: readonly Pause[] };

/**
 * What a change makes of a case, at an instant that does not lie before its last change. A case that is opened again was
 * never solved: its clock goes on with what was left, and the customer's time to answer is not held against anybody.
 */
export function changeLife(
  life: CaseLife,
  change: CaseChange,
  { hours, at, pauses }: { hours: BusinessHours; at: string; pauses: readonly string[] },
): CaseLife {
  const { to, stops } = caseChanges[change];
  let clocks = stopClocks(countClocks(life, hours, at), stops);
  if (change === 'reopen') clocks = restartClock(clocks, 'solve');
  const paused = standsStill(to, pauses);
  const ended = life.pauses.map((pause) => (pause.to === undefined ? { ...pause, to: at } : pause));
  const begun: Pause[] =
    to === 'solved'
      ? [{ from: at, because: 'solved' }]
      : paused
        ? [{ from: at, because: 'waiting-for-customer' }]
        : [];
  const held = to === 'confirmed' ? life.pauses : [...ended, ...begun];
  return { ...clocks, status: to, paused, pauses: held };
}
