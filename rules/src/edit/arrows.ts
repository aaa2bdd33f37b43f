import type { Step, StepKind } from '../documents/journey.ts';
import type { StepOf } from '../journey/step-kind.ts';

/** Where an arrow that leads out of a step by `path` (as in `exits`) is to lead. */
type Lead = (path: string, to: string) => string;
type Redirect<S extends Step> = { redirect(step: S, lead: Lead): S };

const byNext = <S extends Step & { next: string }>(step: S, lead: Lead): S => ({
  ...step,
  next: lead('next', step.next),
});

/** Each way of a list with the place it leads to. */
const listed = <W extends { next: string }>(ways: readonly W[], name: string, lead: Lead): W[] =>
  ways.map((way, index) => ({ ...way, next: lead(`${name}.${index}.next`, way.next) }));

/** How the arrows of each kind are redirected. The paths are those of `exits`, which a test holds against each other. */
const kinds: { [K in StepKind]: Redirect<StepOf<K>> } = {
  send: { redirect: byNext },
  wait: { redirect: byNext },
  update: { redirect: byNext },
  emit: { redirect: byNext },
  end: { redirect: (step) => step },
  'wait-for': {
    redirect: (step, lead) => ({
      ...step,
      events: listed(step.events, 'events', lead),
      ...(step.facts ? { facts: { ...step.facts, next: lead('facts.next', step.facts.next) } } : {}),
      onTimeout: lead('onTimeout', step.onTimeout),
    }),
  },
  branch: {
    redirect: (step, lead) => ({
      ...step,
      cases: listed(step.cases, 'cases', lead),
      else: lead('else', step.else),
    }),
  },
  split: { redirect: (step, lead) => ({ ...step, ways: listed(step.ways, 'ways', lead) }) },
  experiment: { redirect: (step, lead) => ({ ...step, arms: listed(step.arms, 'arms', lead) }) },
  task: {
    redirect: (step, lead) => ({
      ...step,
      ...(step.outcomes ? { outcomes: listed(step.outcomes, 'outcomes', lead) } : {}),
      next: lead('next', step.next),
    }),
  },
  offer: {
    redirect: (step, lead) => ({
      ...step,
      onAccept: lead('onAccept', step.onAccept),
      onDecline: lead('onDecline', step.onDecline),
      onTimeout: lead('onTimeout', step.onTimeout),
      onNone: lead('onNone', step.onNone),
    }),
  },
  handover: {
    redirect: (step, lead) => ({
      ...step,
      onAccepted: lead('onAccepted', step.onAccepted),
      onReturned: lead('onReturned', step.onReturned),
      onTimeout: lead('onTimeout', step.onTimeout),
    }),
  },
  case: {
    redirect: (step, lead) => ({
      ...step,
      ...(step.await
        ? {
            await: {
              ...step.await,
              onClosed: lead('await.onClosed', step.await.onClosed),
              onTimeout: lead('await.onTimeout', step.await.onTimeout),
            },
          }
        : {}),
      next: lead('next', step.next),
    }),
  },
  enrol: {
    redirect: (step, lead) => ({
      ...step,
      ...(step.await
        ? {
            await: {
              ...step.await,
              onGoal: lead('await.onGoal', step.await.onGoal),
              onTimeout: lead('await.onTimeout', step.await.onTimeout),
            },
          }
        : {}),
      next: lead('next', step.next),
    }),
  },
  approve: {
    redirect: (step, lead) => ({
      ...step,
      onApproved: lead('onApproved', step.onApproved),
      onRejected: lead('onRejected', step.onRejected),
      onTimeout: lead('onTimeout', step.onTimeout),
    }),
  },
};

const redirectOf = (step: Step): Redirect<Step> => kinds[step.kind];

/** A step with its arrows led elsewhere; `lead` is asked about each of them. */
export function redirect(step: Step, lead: Lead): Step {
  return redirectOf(step).redirect(step, lead);
}
