import type { MessageChannel } from '@baton/rules/documents/common.ts';
import type { Journey, Step } from '@baton/rules/documents/journey.ts';
import type { Exit } from '@baton/rules/journey/step-kind.ts';
import { shape } from '@baton/rules/journey/step-kinds.ts';
import type { Assumptions } from './assumptions.ts';
import { gets, type Row, writing } from './row-writes.ts';
import { addUsage, type Usage } from './usage.ts';

/**
 * What the use cases do for one contact, counted from their code; a test holds it against what they really read and
 * write. Names of functions here are those of the use cases.
 */

/** One call of a function. */
export const call = ({ lambda }: Assumptions): Usage => ({
  lambdaRequests: 1,
  lambdaGbSeconds: (lambda.memoryMb / 1024) * (lambda.milliseconds / 1000),
});

/** An event's way from the bus to its application, without what is decided on it: queue, `record-event`, stream, `apply-event`. */
function takeEvent(rows: readonly Row[], read: readonly Row[], given: Assumptions): Usage {
  return addUsage(
    { busEvents: 1, queueRequests: 3, streamReads: 1 },
    call(given),
    gets(['lock'], given),
    writing(['event'], given),
    call(given),
    { readUnits: 0.5 },
    gets(['head', 'event', 'head', ...read], given),
    writing(['head', 'event', 'decision', ...rows], given),
  );
}

/** One outbox row acted on by `dispatch`. */
const dispatched = (given: Assumptions): Usage =>
  addUsage({ streamReads: 1 }, call(given), gets(['outbox'], given), writing(['outbox'], given));

/** A claimed wait signalled to its machine. */
const signalled = (given: Assumptions): Usage =>
  addUsage(dispatched(given), gets(['wait'], given), writing(['wait'], given));

/** Entering a journey: the event that starts it, the enrolment, the start of its execution. */
export const entryUsage = (given: Assumptions): Usage =>
  addUsage(takeEvent(['lock', 'enrolment', 'outbox'], ['lock'], given), dispatched(given), {
    // The start, and the state that says with which step to begin.
    transitions: 2,
  });

/** An event that answers a wait. */
const answered = (given: Assumptions): Usage =>
  addUsage(takeEvent(['wait', 'outbox', 'enrolment'], ['enrolment', 'wait'], given), signalled(given));

type Work = { written?: readonly Row[]; read?: readonly Row[]; after?: readonly Usage[] };

/** What a step adds to entering it. `waited`: the step did come to its wait. */
function workOf(step: Step, waited: boolean, given: Assumptions): Work {
  switch (step.kind) {
    case 'send':
      return {
        written: ['check', 'send', 'outbox', ...(step.purpose === 'marketing' ? marketing : [])],
        read: ['check', ...(step.purpose === 'marketing' ? marketing : [])],
        after: [
          dispatched(given),
          // The message, and whether its journey is paused or stopped.
          gets(['send', 'check'], given),
          writing(['send'], given),
          writing(['send'], given),
          messageOf(step, given),
        ],
      };
    case 'update':
      return { written: ['attribute'] };
    case 'task':
    case 'approve':
      return { written: ['task'], read: ['task'] };
    case 'experiment':
      return { written: ['exposure', 'counter'], read: ['counter', 'exposure'] };
    case 'enrol':
      return {
        written: ['lock', 'enrolment', 'outbox'],
        read: ['lock'],
        after: [dispatched(given), { transitions: 1 }],
      };
    case 'offer':
      return waited ? { written: ['offer', 'task'], read: ['task'] } : {};
    case 'handover':
      return {
        written: ['handover', 'task', 'wait', 'outbox'],
        read: ['handover', 'task', 'task', 'wait', 'wait'],
        after: [signalled(given)],
      };
    case 'emit':
      return { written: ['outbox'], after: [dispatched(given), takeEvent([], ['enrolment', 'wait'], given)] };
    case 'end':
      return { written: ['lock'] };
    default:
      return {};
  }
}

/** What is posted goes by the bus and a queue to the function that signs it. */
function messageOf({ channel }: Extract<Step, { kind: 'send' }>, given: Assumptions): Usage {
  if (channel === 'email') return { emails: 1 };
  if (channel === 'sms') return {};
  return addUsage({ busEvents: 1, queueRequests: 3 }, call(given));
}

/** A wait that is left by its timer; an exit is known by its place, because titles are the author's. */
export const isTimeout = (step: Step, exit: Exit): boolean =>
  shape(step).kind === 'await' &&
  (exit.path === 'onTimeout' ||
    exit.path === 'await.onTimeout' ||
    (step.kind === 'task' && exit.path === 'next'));

/** No row of the offer's table fitted: nothing was presented, and the step went on at once. */
const isSkipped = (step: Step, exit: Exit): boolean => step.kind === 'offer' && exit.path === 'onNone';

/**
 * What a step costs that is left by one of its exits (`undefined`: the journey ends here), apart from the transitions
 * of its machine and the calls that these make.
 */
export function stepUsage(step: Step, exit: Exit | undefined, given: Assumptions): Usage {
  const waits = shape(step).kind === 'await' && exit !== undefined && !isSkipped(step, exit);
  const { written = [], read = [], after = [] } = workOf(step, waits, given);
  const entered = addUsage(
    gets(['enrolment', 'head', ...read], given),
    writing(['head', 'enrolment', ...written, ...(waits ? (['wait'] as const) : [])], given),
    ...after,
  );
  if (!waits || !exit) return entered;
  return addUsage(entered, planned(step, given), looked(given), leftBy(step, exit, given));
}

/** The span of a wait that ends with a fact's date is asked for before the wait. */
function planned(step: Step, given: Assumptions): Usage {
  const form = shape(step);
  return form.kind === 'await' && form.seconds === 'planned' ? gets(['enrolment', 'head'], given) : {};
}

/** The look after the write. */
const looked = ({ rows }: Assumptions): Usage => ({ readUnits: Math.ceil(rows.history / 4) });

function leftBy(step: Step, exit: Exit, given: Assumptions): Usage {
  const offer =
    step.kind === 'offer' ? addUsage(gets(['task'], given), writing(['offer', 'task'], given)) : {};
  if (!isTimeout(step, exit)) {
    const task =
      step.kind === 'task' || step.kind === 'approve'
        ? addUsage(gets(['task'], given), writing(['task'], given))
        : {};
    return addUsage(answered(given), offer, task);
  }
  return addUsage(
    gets(['enrolment', 'wait', 'head'], given),
    writing(['head', 'wait', 'enrolment'], given),
    offer,
  );
}

export type Messages = Record<MessageChannel, number>;
export const noMessages: Messages = { email: 0, sms: 0, webhook: 0, push: 0 };

/** Consent, and the caps of the channel and of all channels. */
const marketing = ['check', 'cap', 'cap'] as const;

/** Messages that a step sends, by channel. */
export const messagesOf = (step: Step): Messages =>
  step.kind === 'send' ? { ...noMessages, [step.channel]: 1 } : noMessages;

export const stepNamed = ({ id, steps }: Journey, name: string): Step => {
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (!step) throw new Error(`journeys/${id} steps.${name}: there is no such step; add it or lead elsewhere`);
  return step;
};
