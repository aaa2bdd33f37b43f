import { type ClockName, clockNames } from '@baton/rules/cases/clocks.ts';
import { isOver } from '@baton/rules/cases/life.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { type Lasting, quantileOf, timeUntilLeft } from '@baton/rules/insights/spans.ts';
import { subtractDuration } from '@baton/rules/time/duration.ts';
import type { InsightsView, TimeView } from '../api/views.ts';
import type { LiveLibrary, Ports, Store } from '../ports.ts';
import { CaseRow, HandoverRow, StayRow, stayList } from '../repositories/rows.ts';
import { effectsOf } from './insights-effects.ts';
import { latestIn, type Read } from './insights-lists.ts';
import { offersAndRules } from './insights-rules.ts';

/** Days that may be looked back on. */
export const insightPeriods = [30, 90, 365] as const;
export type InsightPeriod = (typeof insightPeriods)[number];

/** Rows looked at of each list, the latest: two pages of storage, and enough to tell. */
const most = 2000;

/**
 * How it goes, in figures that lists alone give: every list is read from its latest row back to the beginning of the period, or
 * to its 2,000th row. `more` says where that was not all. Figures, no people.
 */
export async function insightsView(
  { store, documents, clock }: Pick<Ports, 'store' | 'documents' | 'clock'>,
  days: InsightPeriod,
): Promise<InsightsView> {
  const live = await documents.live();
  const now = clock.now().toISOString();
  const since = subtractDuration(now, `P${days}D`);
  const stays = await staysIn(store, live, since);
  const cases = await casesIn(store, since);
  return {
    now,
    days,
    most,
    funnel: funnelOf(live, stays, since),
    stages: Object.fromEntries([...stays].map(([stage, read]) => [stage, timeIn(read, now)])),
    handovers: await handoversIn(store, live, since),
    cases: caseFigures(cases),
    ...(await offersAndRules(store, live, { since, stays, cases })),
    effects: await effectsOf(store, live, since),
  };
}

export type StaysRead = ReadonlyMap<string, Read<StayRow>>;

/** Stays by stage; since when somebody is there counts, also where another contact's stay was taken over. */
async function staysIn(store: Store, { stages }: Pick<Library, 'stages'>, since: string): Promise<StaysRead> {
  const read = await Promise.all(
    [...stages.keys()].map(
      async (stage) =>
        [stage, await latestIn(store, stayList(stage), StayRow, { from: since, most })] as const,
    ),
  );
  return new Map(read);
}

const beganAt = ({ since, from }: StayRow): string => since ?? from;

function timeIn({ rows, more }: Read<StayRow>, now: string): InsightsView['stages'][string] {
  const lasting = rows.map(
    (row): Lasting => ({
      ms: Date.parse(row.to ?? now) - Date.parse(beganAt(row)),
      over: row.to !== undefined,
    }),
  );
  const time = (share: number): TimeView | undefined => {
    const found = timeUntilLeft(lasting, share);
    return found && { seconds: Math.round(found.ms / 1000), ...(found.reached ? {} : { atLeast: true }) };
  };
  return {
    entered: rows.length,
    left: rows.filter(({ to }) => to !== undefined).length,
    ...withTimes(time(0.5), time(0.9)),
    ...(more ? { more } : {}),
  };
}

const withTimes = (median: TimeView | undefined, ninety: TimeView | undefined) => ({
  ...(median ? { median } : {}),
  ...(ninety ? { ninety } : {}),
});

/**
 * Of those who came into the first stage, how many came to the next ones; whoever passed one over came to it too. Lists
 * that were not read to their end tell only of what came after the last row read, so the cohort begins there.
 */
function funnelOf(live: LiveLibrary, stays: StaysRead, since: string): InsightsView['funnel'] {
  const line = mainLine(live);
  const oldest = line.flatMap(({ id }) => {
    const { rows = [], more = false } = stays.get(id) ?? {};
    const last = rows.at(-1);
    return more && last ? [beganAt(last)] : [];
  });
  const from = [since, ...oldest].sort().at(-1) ?? since;
  const began = new Map<string, string>();
  for (const row of stays.get(line[0]?.id ?? '')?.rows ?? [])
    if (beganAt(row) >= from) began.set(row.contactId, beganAt(row)); // newest first, so the first time stays
  const furthest = new Map([...began.keys()].map((contact) => [contact, 0]));
  for (const [place, { id }] of line.entries())
    for (const row of stays.get(id)?.rows ?? []) {
      const begin = began.get(row.contactId);
      if (begin !== undefined && beganAt(row) >= begin)
        furthest.set(row.contactId, Math.max(place, furthest.get(row.contactId) ?? 0));
    }
  const reached = [...furthest.values()];
  return {
    from,
    ...(oldest.length > 0 ? { more: true as const } : {}),
    stages: line.map(({ id, title }, place) => ({
      id,
      title,
      count: reached.filter((stage) => stage >= place).length,
    })),
  };
}

/** The stages that lead from one to the next; one from which a handover leads back to an earlier stage is a detour. */
function mainLine({ stages, handovers }: Pick<Library, 'stages' | 'handovers'>) {
  const place = (id: string): number => stages.get(id)?.order ?? 0;
  const isDetour = (id: string) =>
    [...handovers.values()].some(({ from, to }) => from.stage === id && place(to.stage) < place(id));
  return [...stages.values()]
    .filter(({ id, overlay }) => !overlay && !isDetour(id))
    .sort((a, b) => a.order - b.order);
}

const answers = ['accepted', 'returned', 'expired'] as const;

/** What became of handovers offered in the period, and how long it took until somebody said yes. */
async function handoversIn(
  store: Store,
  { handovers }: Pick<Library, 'handovers'>,
  since: string,
): Promise<InsightsView['handovers']> {
  const read = await Promise.all(
    [...answers, 'offered' as const].map((status) =>
      // Sorted by when an answer is due, which is never before the offer.
      latestIn(store, `HND#${status}`, HandoverRow, { from: since, most }),
    ),
  );
  const rows = read.flatMap((one) => one.rows).filter(({ offeredAt }) => offeredAt >= since);
  const lines = [...handovers.values()].map(({ id, title, acceptance }) => {
    const own = rows.filter(({ handover }) => handover === id);
    const count = (status: HandoverRow['status']) => own.filter((row) => row.status === status).length;
    const waits = own.flatMap(({ status, offeredAt, settledAt }) =>
      status === 'accepted' && settledAt ? [Date.parse(settledAt) - Date.parse(offeredAt)] : [],
    );
    const time = (share: number): TimeView | undefined => {
      const ms = quantileOf(waits, share);
      return ms === undefined ? undefined : { seconds: Math.round(ms / 1000) };
    };
    return {
      ...{ id, title, automatic: acceptance.mode === 'automatic' },
      ...{ accepted: count('accepted'), returned: count('returned'), expired: count('expired') },
      offered: count('offered'),
      ...withTimes(time(0.5), time(0.9)),
    };
  });
  return { lines, ...(read.some(({ more }) => more) ? { more: true } : {}) };
}

/** Open and closed cases that were opened in the period. */
async function casesIn(store: Store, since: string): Promise<Read<CaseRow>> {
  const read = await Promise.all(
    ['CASE#open', 'CASE#closed'].map((list) => latestIn(store, list, CaseRow, { from: since, most })),
  );
  return {
    rows: read.flatMap(({ rows }) => rows).filter(({ openedAt }) => openedAt >= since),
    more: read.some(({ more }) => more),
  };
}

/** Clocks stopped in time or too late; one that still runs is late once its time is spent. */
function caseFigures({ rows, more }: Read<CaseRow>): InsightsView['cases'] {
  const promises = rows.filter(({ status }) => status !== 'merged');
  const clockOf = (name: ClockName) => {
    const figure = { id: name, met: 0, missed: 0, running: 0 };
    for (const { clocks, status } of promises) {
      const clock = clocks[name];
      if (!clock) continue;
      if (clock.spentMs > clock.targetMs) figure.missed += 1;
      else if (clock.stoppedAt !== undefined) figure.met += 1;
      else if (!isOver(status)) figure.running += 1;
    }
    return figure;
  };
  return { opened: promises.length, clocks: clockNames.map(clockOf), ...(more ? { more: true } : {}) };
}
