import type { TaskView } from '@baton/functions/api/views.ts';

export type Order = 'due' | 'value';

/** What is late comes first. By value, the better customer goes before the earlier task of the day. */
export function sorted(tasks: readonly TaskView[], order: Order, now: number): TaskView[] {
  const tierOf = ({ valueTier }: TaskView) => valueTier ?? '~';
  const isLate = ({ dueAt }: TaskView) => Date.parse(dueAt) < now;
  return tasks.toSorted((one, other) => {
    const late = Number(isLate(other)) - Number(isLate(one));
    if (order === 'value' && late !== 0) return late;
    if (order === 'value' && tierOf(one) !== tierOf(other)) return tierOf(one) < tierOf(other) ? -1 : 1;
    return Date.parse(one.dueAt) - Date.parse(other.dueAt);
  });
}
