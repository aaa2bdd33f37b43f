import {
  type CaseClocks,
  clockNames,
  dueAt,
  type Mark,
  marksAhead,
  startClocks,
  tell,
} from '@baton/rules/cases/clocks.ts';
import { type CaseChange, caseChanges, changeLife, isOver, mayChange } from '@baton/rules/cases/life.ts';
import type { ServiceLevel } from '@baton/rules/documents/index.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import { type BusinessHours, businessHours } from '@baton/rules/time/business-time.ts';
import { addDuration, describeDuration, formatDuration } from '@baton/rules/time/duration.ts';
import type { LiveLibrary, Store } from '../ports.ts';
import { getRow } from '../repositories/read.ts';
import { CaseRow, caseKey, digest, pick, toItem } from '../repositories/rows.ts';
import {
  addOperation,
  addToOutbox,
  type ContactChange,
  putRow,
  raiseEvent,
  touches,
} from './contact-change.ts';
import { layOverlay, liftOverlay } from './cycle.ts';
import { closeTask, openTask } from './tasks.ts';
import { signalCase } from './waits.ts';

/** The machine that every case runs: `infra/workflows/case.asl.json`. */
const caseMachine = 'case';

type NewCase = Pick<CaseRow, 'title' | 'queue' | 'priority' | 'key' | 'serviceLevel' | 'rule' | 'journey'>;

/**
 * Opens a case, one per contact and key, starts its clocks and lays the problem stage over the contact's own. Reports the
 * opening as an event, so that journeys and rules can act on it.
 */
export async function openCase(store: Store, change: ContactChange, opened: NewCase): Promise<void> {
  const { contactId } = change.head;
  const id = caseIdOf(contactId, opened.key);
  const key = caseKey(contactId, id);
  if (touches(change, key) || (await store.get('core', key))) return;

  const terms = termsOf(change.live, opened.serviceLevel);
  const clocks = clocksOf(change.live, opened, change.now);
  const due = nextDue(clocks, terms.hours) ?? addDuration(change.now, 'P1D');
  putRow(
    change,
    {
      ...key,
      tl: `${change.now}#${key.sk}`,
      g1pk: 'CASE#open',
      g1sk: `${due}#${id}`,
      id,
      contactId,
      ...opened,
      status: 'new',
      openedAt: change.now,
      dueAt: due,
      ...clocks,
      pauses: [],
      changes: 0,
      reopened: 0,
    },
    true,
  );
  addToOutbox(change, {
    kind: 'START',
    machine: caseMachine,
    name: `c-${id}`,
    input: { contactId, caseId: id },
  });
  layOverlay(change, `case ${id}`);
  change.head = { ...change.head, openCases: change.head.openCases + 1 };
  raiseEvent(change, 'case.opened', { caseId: id, key: opened.key, priority: opened.priority });
}

const caseIdOf = (contactId: string, key: string): string => `case-${digest(contactId, key)}`;

/** Without its service level a case has no clocks; it is closed all the same. */
function clocksOf(
  live: LiveLibrary,
  { serviceLevel, priority }: Pick<CaseRow, 'serviceLevel' | 'priority'>,
  now: string,
): CaseClocks {
  const level = live['service-levels'].get(serviceLevel);
  if (!level) return { clocks: {}, countedTo: now, paused: false };
  return startClocks(level, live.calendars.get(level.calendar) ?? { workingDay: 'P1D' }, priority, now);
}

type Terms = { hours: BusinessHours; level: Pick<ServiceLevel, 'warnings' | 'pauses' | 'quiet'> };
const noTerms: Terms['level'] = { warnings: [], pauses: ['waiting-for-customer'], quiet: 'P7D' };

/** The hours by which a case counts, and what follows from its service level. */
function termsOf(live: LiveLibrary, serviceLevel: string): Terms {
  const level = live['service-levels'].get(serviceLevel);
  return { hours: businessHours(live.calendars.get(level?.calendar ?? '')), level: level ?? noTerms };
}

/**
 * Changes a case as an event about it says, if it may change so. `at`: when it happened; what is reported late counts
 * from then, though not from before the case's last change. `false`: the case stays as it is.
 */
export async function changeCase(
  store: Store,
  change: ContactChange,
  row: CaseRow,
  asked: { change: CaseChange; at: string; data: JsonObject },
): Promise<boolean> {
  if (!mayChange(row.status, asked.change) || touches(change, row)) return false;
  if (asked.change === 'merge' && !(await mayMerge(store, row, pick(asked.data, 'into')))) return false;
  const { hours, level } = termsOf(change.live, row.serviceLevel);
  const at = within(asked.at, row.countedTo || row.openedAt, change.now);
  const life = changeLife({ ...row, countedTo: row.countedTo || row.openedAt }, asked.change, {
    hours,
    at,
    pauses: level.pauses,
  });
  const next: CaseRow = {
    ...row,
    ...noted(row, asked, at, level.quiet),
    status: life.status,
    countedTo: life.countedTo,
    paused: life.paused,
    clocks: stored(life),
    pauses: [...life.pauses],
    changes: row.changes + 1,
  };
  await closeMoot(store, change, row, life);
  writeCase(change, next, hours);
  if (!isOver(next.status)) {
    await signalCase(store, change, row.id, { to: 'again' });
    return true;
  }
  await signalCase(store, change, row.id, { to: 'over' });
  change.head = { ...change.head, openCases: change.head.openCases - 1 };
  if (change.head.openCases === 0) await handBack(store, change, next);
  return true;
}

async function mayMerge(store: Store, row: CaseRow, into: string | undefined): Promise<boolean> {
  if (into === undefined || into === row.id) return false;
  const target = await getRow(store, caseKey(row.contactId, into), CaseRow);
  return target !== undefined && !isOver(target.status);
}

const within = (at: string, earliest: string, latest: string): string =>
  at > latest ? latest : at < earliest ? earliest : at;

/** What a change leaves on the case beside its clocks. */
function noted(
  row: CaseRow,
  { change, data }: { change: CaseChange; data: JsonObject },
  at: string,
  quiet: string,
): Partial<CaseRow> {
  switch (change) {
    case 'accept':
      return { person: pick(data, 'person') };
    case 'solve':
      return { solvedAt: at, closeAt: addDuration(at, quiet) };
    case 'confirm':
      return { closeAt: addDuration(at, quiet) };
    case 'reopen':
      return { solvedAt: undefined, closeAt: undefined, reopened: row.reopened + 1 };
    case 'close':
      return { closedAt: at, closeAt: undefined };
    case 'merge':
      return { closedAt: at, closeAt: undefined, into: pick(data, 'into') };
    default:
      return {};
  }
}

/** A deadline that is met, or that nobody waits for any more, needs no one to look at it. */
async function closeMoot(store: Store, change: ContactChange, row: CaseRow, life: CaseClocks): Promise<void> {
  for (const clock of clockNames) {
    if (row.clocks[clock]?.stoppedAt !== undefined || life.clocks[clock]?.stoppedAt === undefined) continue;
    for (const percent of row.clocks[clock]?.told ?? [])
      await closeTask(store, change, escalationTask(row.id, { clock, percent }), 'expired');
  }
}

/** The last instant there is: a case whose clocks stand is due after all others, and never overdue. */
const never = '9999-12-31T23:59:59.999Z';

function writeCase(change: ContactChange, row: CaseRow, hours: BusinessHours): void {
  const due = nextDue(row, hours);
  addOperation(change, {
    kind: 'put',
    table: 'core',
    item: toItem({
      ...row,
      dueAt: due ?? row.dueAt,
      g1pk: isOver(row.status) ? 'CASE#closed' : 'CASE#open',
      g1sk: `${due ?? never}#${row.id}`,
    }),
    if: { present: true },
  });
}

const stored = ({ clocks }: CaseClocks): CaseRow['clocks'] => {
  const rows: CaseRow['clocks'] = {};
  for (const name of clockNames) {
    const clock = clocks[name];
    if (clock) rows[name] = { ...clock, told: [...clock.told] };
  }
  return rows;
};

function nextDue(state: CaseClocks, hours: BusinessHours): string | undefined {
  return clockNames.flatMap((name) => dueAt(state, hours, name) ?? []).sort()[0];
}

/**
 * With the last case closed nothing is suppressed any more. The contact is back in the stage it never really left, and its
 * owner hears what has happened meanwhile.
 */
async function handBack(store: Store, change: ContactChange, row: CaseRow): Promise<void> {
  await liftOverlay(store, change);
  const { owner } = change.head;
  if (!owner) return;
  await openTask(store, change, {
    id: `hand-back-${row.id}`,
    kind: 'task',
    queue: owner.team,
    title: `Back with you: ${row.title}`,
    instruction: summaryOf(row, owner.person),
    dueAt: addDuration(change.now, 'P1D'),
    origin: row.rule ? `best-practice/${row.rule}` : `journeys/${row.journey}`,
  });
}

function summaryOf(row: CaseRow, person: string | undefined): string {
  const lasted = Date.parse(row.closedAt ?? row.openedAt) - Date.parse(row.openedAt);
  const step = lasted < 86_400_000 ? 60_000 : 3_600_000; // minutes of a case of days tell nobody anything
  const sentences = [
    `${person ? `For ${person}. ` : ''}The case was opened on ${row.openedAt} with priority ${row.priority}`,
    row.solvedAt ? `it was solved on ${row.solvedAt}` : 'it was closed without a solution',
    ...(row.reopened > 0 ? [`the customer opened it again ${row.reopened} times`] : []),
    `from opening to closing it took ${describeDuration(formatDuration(Math.round(lasted / step) * step))}`,
  ];
  return `${sentences.join('; ')}.`;
}

const escalationTask = (caseId: string, { clock, percent }: Pick<Mark, 'clock' | 'percent'>): string =>
  `${caseId}-${clock}-${percent}`;

/** The next instant at which the clocks of a case, or its quiet time, ask for something. */
export function nextMoment(live: LiveLibrary, row: CaseRow): string | undefined {
  const { hours, level } = termsOf(live, row.serviceLevel);
  const [mark] = marksAhead(
    row,
    hours,
    level.warnings.map(({ percent }) => percent),
  );
  return [mark?.at, row.closeAt].filter((at) => at !== undefined).sort()[0];
}

/**
 * Does what is due by now: tells those who lead of marks that have been reached, each once, and closes a case that has
 * been quiet for long enough. `false`: nothing is due.
 */
export async function actOnClocks(store: Store, change: ContactChange, row: CaseRow): Promise<boolean> {
  if (row.closeAt !== undefined && row.closeAt <= change.now) {
    const because = row.status === 'confirmed' ? 'confirmed' : 'silence';
    const closed = { change: 'close', at: change.now, data: { because } } as const;
    if (!(await changeCase(store, change, row, closed))) return false;
    raiseEvent(change, caseChanges.close.event, { caseId: row.id, key: row.key, because });
    return true;
  }
  const { hours, level } = termsOf(change.live, row.serviceLevel);
  const percents = level.warnings.map(({ percent }) => percent);
  const reached = marksAhead(row, hours, percents).filter(({ at }) => at <= change.now);
  if (reached.length === 0) return false;
  for (const mark of reached) await escalate(store, change, row, mark, level);
  writeCase(change, { ...row, clocks: stored(tell(row, reached)) }, hours);
  return true;
}

async function escalate(
  store: Store,
  change: ContactChange,
  row: CaseRow,
  mark: Mark,
  level: Terms['level'],
): Promise<void> {
  const { clock, percent } = mark;
  const { hours } = termsOf(change.live, row.serviceLevel);
  const due = dueAt(row, hours, clock) ?? row.dueAt;
  await openTask(store, change, {
    id: escalationTask(row.id, mark),
    kind: 'escalation',
    queue: level.warnings.find((warning) => warning.percent === percent)?.escalateTo ?? row.queue,
    title: `${percent < 100 ? 'Soon overdue' : 'Overdue'} to ${clock}: ${row.title}`,
    instruction: `Priority ${row.priority}, with ${row.person ?? row.queue}; ${percent} % of the time is spent, due ${due}.`,
    dueAt: due,
    origin: `service-levels/${row.serviceLevel}`,
  });
  raiseEvent(change, 'case.escalated', {
    caseId: row.id,
    key: row.key,
    clock,
    percent,
    priority: row.priority,
  });
}
