import type { StepKind } from '@baton/rules/documents/journey.ts';
import BadgePercent from '@lucide/svelte/icons/badge-percent';
import BriefcaseMedical from '@lucide/svelte/icons/briefcase-medical';
import Clock from '@lucide/svelte/icons/clock';
import Flag from '@lucide/svelte/icons/flag';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import Handshake from '@lucide/svelte/icons/handshake';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Mail from '@lucide/svelte/icons/mail';
import Megaphone from '@lucide/svelte/icons/megaphone';
import PenLine from '@lucide/svelte/icons/pen-line';
import Route from '@lucide/svelte/icons/route';
import Shuffle from '@lucide/svelte/icons/shuffle';
import Split from '@lucide/svelte/icons/split';
import Stamp from '@lucide/svelte/icons/stamp';
import UserCheck from '@lucide/svelte/icons/user-check';

/** How each kind of step is drawn, and what it is called in the palette. */
export const kindLooks: Readonly<Record<StepKind, { icon: typeof Mail; name: string; about: string }>> = {
  send: { icon: Mail, name: 'Send', about: 'A mail, text, push or webhook' },
  wait: { icon: Clock, name: 'Wait', about: 'For a time, a date or an hour of day' },
  'wait-for': { icon: Hourglass, name: 'Wait for', about: 'An event or a condition, with a limit' },
  branch: { icon: Split, name: 'Branch', about: 'The first condition that fits' },
  split: { icon: Shuffle, name: 'Split', about: 'At random, by share' },
  experiment: { icon: FlaskConical, name: 'Experiment', about: 'Arms with a measured winner' },
  update: { icon: PenLine, name: 'Update', about: 'An attribute or the stage' },
  task: { icon: UserCheck, name: 'Task', about: 'Work for a team' },
  offer: { icon: BadgePercent, name: 'Offer', about: 'The best offer for an agent' },
  handover: { icon: Handshake, name: 'Handover', about: 'To the next owner' },
  case: { icon: BriefcaseMedical, name: 'Case', about: 'A problem with deadlines' },
  emit: { icon: Megaphone, name: 'Announce', about: 'An event to others' },
  enrol: { icon: Route, name: 'Enrol', about: 'Into another journey' },
  approve: { icon: Stamp, name: 'Approve', about: 'A role decides' },
  end: { icon: Flag, name: 'End', about: 'With a reason' },
};

/** The palette, in the order of what people reach for. */
export const kindGroups: readonly { title: string; kinds: readonly StepKind[] }[] = [
  { title: 'Say', kinds: ['send', 'offer'] },
  { title: 'Wait', kinds: ['wait', 'wait-for'] },
  { title: 'Decide', kinds: ['branch', 'split', 'experiment'] },
  { title: 'People', kinds: ['task', 'approve', 'handover', 'case'] },
  { title: 'Record', kinds: ['update', 'emit', 'enrol', 'end'] },
];
