import type { Step, StepKind } from '../documents/journey.ts';

/** Stands where an author has not chosen yet; no document has this name, so the check asks for the choice. */
export const unchosen = 'to-be-chosen';
export const unchosenEvent = 'to-be.chosen';

/** What a step of a kind is called until its author gives it a title. */
export const stepTitles: Readonly<Record<StepKind, string>> = {
  send: 'Send a message',
  wait: 'Wait',
  'wait-for': 'Wait for something',
  branch: 'Choose a way',
  split: 'Split at random',
  experiment: 'Try two ways',
  update: 'Update the contact',
  task: 'Ask somebody',
  offer: 'Make an offer',
  handover: 'Hand over',
  case: 'Open a case',
  emit: 'Announce something',
  enrol: 'Start another journey',
  approve: 'Ask for approval',
  end: 'End',
};

/** A step as it is put down: all its ways lead to `to`. `team` is asked where somebody has to be. */
export function newStep(kind: StepKind, to: string, team: string): Step {
  const title = stepTitles[kind];
  const day = { after: 'P1D' };
  const anybody = {
    all: [{ fact: 'contact', path: '$.email', operator: 'isKnown', value: true }],
  };
  switch (kind) {
    case 'send':
      return { title, kind, template: unchosen, channel: 'email', purpose: 'marketing', next: to };
    case 'wait':
      return { title, kind, wait: day, next: to };
    case 'wait-for':
      return { title, kind, events: [{ event: unchosenEvent, next: to }], timeout: day, onTimeout: to };
    case 'branch':
      return { title, kind, cases: [{ title: 'First way', when: anybody, next: to }], else: to };
    case 'split':
      return {
        title,
        kind,
        ways: [
          { title: 'One half', share: 50, next: to },
          { title: 'Other half', share: 50, next: to },
        ],
      };
    case 'experiment':
      return {
        title,
        kind,
        arms: [
          { id: 'as-today', title: 'As today', share: 50, next: to },
          { id: 'new', title: 'New', share: 50, next: to },
        ],
        success: { event: unchosenEvent, within: 'P7D' },
        confidence: 0.95,
        minimum: 200,
      };
    case 'update':
      return { title, kind, attribute: '$.tobechosen', value: '', next: to };
    case 'task':
      return { title, kind, queue: team, instruction: 'What is to be done', due: 'P1D', next: to };
    case 'offer':
      return {
        ...{ title, kind, table: unchosen, queue: team, within: 'P1D' },
        ...{ onAccept: to, onDecline: to, onTimeout: to, onNone: to },
      };
    case 'handover':
      return {
        ...{ title, kind, handover: unchosen, timeout: day },
        ...{ onAccepted: to, onReturned: to, onTimeout: to },
      };
    case 'case':
      return { title, kind, queue: team, priority: 'normal', serviceLevel: unchosen, next: to };
    case 'emit':
      return { title, kind, event: unchosenEvent, data: {}, next: to };
    case 'enrol':
      return { title, kind, journey: unchosen, next: to };
    case 'approve':
      return {
        ...{ title, kind, role: 'approver', queue: team, question: 'What is to be decided', within: 'P1D' },
        ...{ onApproved: to, onRejected: to, onTimeout: to },
      };
    case 'end':
      return { title, kind, reason: 'done' };
  }
}
