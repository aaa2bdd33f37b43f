import type { Calendar, Library, ServiceLevel } from '../documents/index.ts';
import { businessHours, businessMs } from '../time/business-time.ts';
import { parseDuration } from '../time/duration.ts';
import { nextOpen } from '../time/local-schedule.ts';
import { checkCalendarName } from './names.ts';
import { type Problem, problem } from './problems.ts';

/** Checks calendars, and the service levels that count by them. */
export function checkService(library: Library): Problem[] {
  return [
    ...[...library.calendars.values()].flatMap(checkCalendar),
    ...[...library['service-levels'].values()].flatMap((level) => checkServiceLevel(level, library)),
  ];
}

/** A calendar is looked at from its last holiday on, so that no holiday can hide that it opens. */
function checkCalendar(calendar: Calendar): Problem[] {
  const document = `calendars/${calendar.id}`;
  const dates = calendar.holidays.map(({ date }) => date);
  const problems = dates.flatMap((date, index) =>
    dates.indexOf(date) < index
      ? [problem('duplicate-holiday', document, `holidays.${index}.date`, `${date} stands twice.`)]
      : [],
  );
  const { schedule, timeZone } = businessHours(calendar);
  const after = Date.parse(dates.toSorted().at(-1) ?? '2026-01-01');
  if (nextOpen(schedule, timeZone, after) === undefined)
    problems.push(problem('never-opens', document, 'windows', 'No window ever opens.'));
  const day = parseDuration(calendar.workingDay);
  if (day <= 0 || day > 86_400_000)
    problems.push(problem('no-working-day', document, 'workingDay', `A day counts ${calendar.workingDay}.`));
  return problems;
}

function checkServiceLevel(level: ServiceLevel, library: Library): Problem[] {
  const document = `service-levels/${level.id}`;
  const calendar = library.calendars.get(level.calendar);
  return [
    ...checkCalendarName(level.calendar, { document, path: 'calendar' }, library),
    ...checkWarnings(level, document),
    ...(calendar ? checkTargets(level, calendar, document) : []),
  ];
}

function checkWarnings({ warnings }: ServiceLevel, document: string): Problem[] {
  const problems = warnings.flatMap(({ percent }, index) => {
    const before = warnings[index - 1]?.percent ?? 0;
    if (percent > before) return [];
    const what = `${percent} percent follows ${before}.`;
    return [problem('percent-not-rising', document, `warnings.${index}.percent`, what)];
  });
  const last = Math.max(...warnings.map(({ percent }) => percent));
  if (last < 100)
    problems.push(
      problem('no-warning-at-deadline', document, 'warnings', `The last warning comes at ${last} percent.`),
    );
  return problems;
}

function checkTargets({ priorities }: ServiceLevel, calendar: Calendar, document: string): Problem[] {
  return Object.entries(priorities).flatMap(([priority, targets]) => {
    const path = `priorities.${priority}`;
    const spans = Object.entries(targets).map(([name, span]) => ({ name, ms: businessMs(span, calendar) }));
    const empty = spans.filter(({ ms }) => ms <= 0);
    if (empty.length > 0)
      return empty.map(({ name }) => problem('no-time', document, `${path}.${name}`, 'It is due at once.'));
    const falling = spans.find(({ ms }, index) => ms < (spans[index - 1]?.ms ?? 0));
    if (!falling) return [];
    const what = `"${falling.name}" is due before what comes before it.`;
    return [problem('targets-not-rising', document, `${path}.${falling.name}`, what)];
  });
}
