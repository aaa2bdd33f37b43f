import { addDuration, describeDuration, parseDuration } from '../../time/duration.ts';
import type { StepKindEntry } from '../step-kind.ts';
import { taskTimeout } from '../timeouts.ts';

const outcomes = [
  { id: 'approved', title: 'Approve' },
  { id: 'rejected', title: 'Reject' },
];

export const approve: StepKindEntry<'approve'> = {
  enter({ title, role, queue, question, within, onApproved, onRejected, onTimeout }, { step, id, now }) {
    const dueAt = addDuration(now, within);
    const answered = (outcome: string) => [
      { path: '$.taskId', equals: id },
      { path: '$.outcome', equals: outcome },
    ];
    return {
      effects: [{ kind: 'task', step, queue, title, instruction: question, dueAt, outcomes, role }],
      next: {
        kind: 'wait-for',
        events: [
          { event: 'task.completed', match: answered('approved'), to: onApproved },
          { event: 'task.completed', match: answered('rejected'), to: onRejected },
        ],
        until: dueAt,
        onTimeout,
      },
    };
  },
  exits: ({ within, onApproved, onRejected, onTimeout }) => [
    { to: onApproved, title: 'approved', path: 'onApproved', waits: true },
    { to: onRejected, title: 'rejected', path: 'onRejected', waits: true },
    { to: onTimeout, title: 'timeout', path: 'onTimeout', waits: parseDuration(within) > 0 },
  ],
  onTimeout: ({ onTimeout }) => onTimeout,
  shape: ({ within }) => ({ kind: 'await', seconds: taskTimeout(parseDuration(within)) }),
  describe: ({ role, queue, within }) =>
    `Asks ${queue} to approve, which only the role ${role} may do, within ${describeDuration(within)}.`,
};
