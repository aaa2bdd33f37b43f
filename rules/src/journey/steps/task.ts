import { addDuration, describeDuration, parseDuration } from '../../time/duration.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { taskTimeout } from '../timeouts.ts';

export const task: StepKindEntry<'task'> = {
  enter({ title, queue, instruction, script, due, outcomes = [], next }, { step, id, now }) {
    const dueAt = addDuration(now, due);
    const choices = outcomes.map((outcome) => ({ id: outcome.id, title: outcome.title }));
    const effects = [
      { kind: 'task' as const, step, queue, title, instruction, script, dueAt, outcomes: choices },
    ];
    if (outcomes.length === 0) return { effects, next: { kind: 'continue', to: next } };

    const events = outcomes.map((outcome) => ({
      event: 'task.completed',
      match: [
        { path: '$.taskId', equals: id },
        { path: '$.outcome', equals: outcome.id },
      ],
      to: outcome.next,
    }));
    return { effects, next: { kind: 'wait-for', events, until: dueAt, onTimeout: next } };
  },
  exits: ({ outcomes = [], due, next }) => [
    ...outcomes.map((outcome, index) => ({
      to: outcome.next,
      title: outcome.title,
      path: `outcomes.${index}.next`,
      waits: true,
    })),
    {
      to: next,
      title: outcomes.length > 0 ? 'overdue' : 'then',
      path: 'next',
      waits: outcomes.length > 0 && parseDuration(due) > 0,
    },
  ],
  onTimeout: ({ outcomes = [], next }) => (outcomes.length > 0 ? next : undefined),
  shape: ({ outcomes = [], due, next }) =>
    outcomes.length > 0
      ? { kind: 'await', seconds: taskTimeout(parseDuration(due)) }
      : { kind: 'pass', next },
  describe: ({ title, queue, due, outcomes = [] }) =>
    `Asks ${queue} to do "${title}" within ${describeDuration(due)}${outcomes.length > 0 ? ' and waits for the outcome' : ''}.`,
};
