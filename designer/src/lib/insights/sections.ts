import type { EffectView, InsightsView, TimeView } from '@baton/functions/api/views.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { type Effect, effectOf } from '@baton/rules/insights/proportions.ts';
import { sayLength } from '#lib/time/spans.ts';
import { countOf, sayCount } from '#lib/words/values.ts';

/** What a part of a bar stands for; its colour, and its word in the legend. */
type Look = 'stage' | 'stage-soft' | 'good' | 'risk' | 'bad' | 'ink' | 'quiet';

/** One line of a chart: a bar of one or several parts, with what it says in words. */
export type Bar = {
  id: string;
  title: string;
  says: string;
  parts: { from: number; to: number; look: Look }[];
  /** Gives the bar the hue of this stage. */
  stage?: string;
  /** Goes on beyond what is known. */
  open?: boolean;
};
export type Legend = readonly { look: Look; word: string }[];
export type Figures = { columns: readonly string[]; rows: { id: string; cells: string[] }[] };
export type Section = { bars: Bar[]; figures: Figures; lead: string; more: boolean };

/** Fewer than this tell nothing of the usual. */
const telling = 5;
const tooFew = 'too few to tell';

export const sayShare = (part: number, of: number): string =>
  of === 0 ? '–' : `${Math.round((100 * part) / of)} %`;

const sayTime = (time: TimeView | undefined): string =>
  time === undefined ? '–' : `${time.atLeast ? 'over ' : ''}${sayLength(time.seconds * 1000)}`;

export function funnelSection({ funnel }: InsightsView): Section {
  const [first] = funnel.stages;
  const last = funnel.stages.at(-1);
  const of = first?.count ?? 0;
  const before = (place: number) => funnel.stages[place - 1]?.count ?? 0;
  return {
    more: funnel.more ?? false,
    lead:
      of === 0 || !first || !last
        ? ''
        : `Of ${countOf(of, 'contact')} who came into ${first.title}, ${sayCount(last.count)} (${sayShare(last.count, of)}) have come to ${last.title}.`,
    bars: funnel.stages.map(({ id, title, count }, place) => ({
      ...{ id, title, stage: id },
      says:
        place === 0
          ? sayCount(count)
          : `${sayCount(count)} · ${sayShare(count, before(place))} of those before`,
      parts: [{ from: 0, to: count, look: 'stage' }],
    })),
    figures: {
      columns: ['Stage', 'Contacts', 'Of those before', 'Of the first'],
      rows: funnel.stages.map(({ id, title, count }, place) => ({
        id,
        cells: [
          title,
          sayCount(count),
          place === 0 ? '–' : sayShare(count, before(place)),
          sayShare(count, of),
        ],
      })),
    },
  };
}

const day = 86_400;

export function timeSection({ stages }: InsightsView, library: Pick<Library, 'stages'>): Section {
  const lines = [...library.stages.values()]
    .sort((a, b) => a.order - b.order)
    .flatMap(({ id, title }) => {
      const found = stages[id];
      return found && found.entered > 0 ? [{ ...found, id, title, isTold: found.left >= telling }] : [];
    });
  const slowest = lines
    .filter(({ isTold, median }) => isTold && median)
    .sort((a, b) => (b.median?.seconds ?? 0) - (a.median?.seconds ?? 0))[0];
  return {
    more: lines.some(({ more }) => more),
    lead: slowest
      ? `Contacts stay longest in ${slowest.title}: half of them ${sayTime(slowest.median)}.`
      : '',
    bars: lines.map(({ id, title, median, ninety, isTold }) => ({
      ...{ id, title, stage: id },
      says: isTold ? `half ${sayTime(median)} · nine in ten ${sayTime(ninety)}` : tooFew,
      parts: isTold
        ? [
            { from: 0, to: (median?.seconds ?? 0) / day, look: 'stage' },
            { from: (median?.seconds ?? 0) / day, to: (ninety?.seconds ?? 0) / day, look: 'stage-soft' },
          ]
        : [],
      open: isTold && ninety?.atLeast === true,
    })),
    figures: {
      columns: ['Stage', 'Came in', 'Left', 'Half have left after', 'Nine in ten after'],
      rows: lines.map(({ id, title, entered, left, median, ninety, isTold }) => ({
        id,
        cells: [
          title,
          sayCount(entered),
          sayCount(left),
          isTold ? sayTime(median) : tooFew,
          isTold ? sayTime(ninety) : tooFew,
        ],
      })),
    },
  };
}

export const handoverLegend: Legend = [
  { look: 'good', word: 'accepted' },
  { look: 'risk', word: 'returned' },
  { look: 'bad', word: 'expired' },
  { look: 'quiet', word: 'open' },
];

export function handoverSection({ handovers }: InsightsView): Section {
  const lines = handovers.lines
    .map((line) => ({ ...line, of: line.accepted + line.returned + line.expired + line.offered }))
    .filter(({ of }) => of > 0);
  const settled = lines.reduce((sum, line) => sum + line.accepted + line.returned + line.expired, 0);
  const accepted = lines.reduce((sum, line) => sum + line.accepted, 0);
  const time = (line: (typeof lines)[number], of: TimeView | undefined): string =>
    line.automatic ? 'at once' : line.accepted < telling ? tooFew : sayTime(of);
  return {
    more: handovers.more ?? false,
    lead:
      settled === 0
        ? ''
        : `${sayCount(accepted)} of ${countOf(settled, 'handover')} that were answered or lapsed were accepted (${sayShare(accepted, settled)}).`,
    bars: lines.map((line) => ({
      id: line.id,
      title: line.title,
      says: `${sayCount(line.accepted)} of ${sayCount(line.of)}`,
      parts: stacked([
        ['good', line.accepted],
        ['risk', line.returned],
        ['bad', line.expired],
        ['quiet', line.offered],
      ]),
    })),
    figures: {
      columns: [
        'Handover',
        'Accepted',
        'Returned',
        'Expired',
        'Open',
        'Half accepted within',
        'Nine in ten within',
      ],
      rows: lines.map((line) => ({
        id: line.id,
        cells: [
          line.title,
          ...[line.accepted, line.returned, line.expired, line.offered].map(sayCount),
          time(line, line.median),
          time(line, line.ninety),
        ],
      })),
    },
  };
}

export const promiseLegend: Legend = [
  { look: 'good', word: 'kept' },
  { look: 'bad', word: 'broken' },
  { look: 'quiet', word: 'still running' },
];
const clockTitles = { accept: 'Accepted in time', answer: 'Answered in time', solve: 'Solved in time' };

export function caseSection({ cases }: InsightsView): Section {
  const lines = cases.clocks.filter(({ met, missed, running }) => met + missed + running > 0);
  const solve = lines.find(({ id }) => id === 'solve');
  const decided = solve ? solve.met + solve.missed : 0;
  return {
    more: cases.more ?? false,
    lead:
      solve && decided > 0
        ? `${sayCount(solve.met)} of ${countOf(decided, 'case')} were solved in time (${sayShare(solve.met, decided)}).`
        : '',
    bars: lines.map(({ id, met, missed, running }) => ({
      id,
      title: clockTitles[id],
      says: met + missed === 0 ? 'none decided yet' : `${sayShare(met, met + missed)} kept`,
      parts: stacked([
        ['good', met],
        ['bad', missed],
        ['quiet', running],
      ]),
    })),
    figures: {
      columns: ['Promise', 'Kept', 'Broken', 'Still running', 'Kept of decided'],
      rows: lines.map(({ id, met, missed, running }) => ({
        id,
        cells: [
          clockTitles[id],
          sayCount(met),
          sayCount(missed),
          sayCount(running),
          sayShare(met, met + missed),
        ],
      })),
    },
  };
}

export const offerLegend: Legend = [
  { look: 'good', word: 'accepted' },
  { look: 'risk', word: 'declined' },
  { look: 'bad', word: 'expired' },
  { look: 'quiet', word: 'open' },
];

export function offerSection({ offers }: InsightsView): Section {
  const answered = offers.lines.reduce((sum, { accepted, declined }) => sum + accepted + declined, 0);
  const accepted = offers.lines.reduce((sum, line) => sum + line.accepted, 0);
  return {
    more: offers.more ?? false,
    lead:
      answered === 0
        ? ''
        : `${sayCount(accepted)} of ${countOf(answered, 'offer')} that were answered were accepted (${sayShare(accepted, answered)}).`,
    bars: offers.lines.map((line) => ({
      id: line.id,
      title: line.title,
      says: `${sayCount(line.accepted)} accepted`,
      parts: stacked([
        ['good', line.accepted],
        ['risk', line.declined],
        ['bad', line.expired],
        ['quiet', line.open],
      ]),
    })),
    figures: {
      columns: ['Journey', 'Accepted', 'Declined', 'Expired', 'Open', 'Accepted of answered'],
      rows: offers.lines.map(({ id, title, ...line }) => ({
        id,
        cells: [
          title,
          ...[line.accepted, line.declined, line.expired, line.open].map(sayCount),
          sayShare(line.accepted, line.accepted + line.declined),
        ],
      })),
    },
  };
}

const actionWords: Record<string, string> = {
  'journey.enrol': 'starts a journey',
  'task.create': 'gives a task',
  'case.open': 'opens a case',
  'stage.enter': 'moves to a stage',
  'owner.assign': 'changes the owner',
  'contact.update': 'sets a value',
};
/** Bars drawn; the table has every rule. */
const rulesDrawn = 10;

export function ruleSection({ rules }: InsightsView): Section {
  const lines = rules.lines.toSorted((a, b) => (b.count ?? -1) - (a.count ?? -1));
  const silent = lines.filter(({ count }) => count === 0).length;
  const shown = lines.flatMap(({ count, ...line }) => (count ? [{ ...line, count }] : []));
  return {
    more: rules.more ?? false,
    lead: `${countOf(shown.length, 'rule')} brought something about, ${sayCount(silent)} nothing.`,
    bars: shown.slice(0, rulesDrawn).map(({ id, title, action, count }) => ({
      ...{ id, title },
      says: `${sayCount(count)} · ${actionWords[action] ?? action}`,
      parts: [{ from: 0, to: count, look: 'ink' }],
    })),
    figures: {
      columns: ['Rule', 'What it does', 'How often'],
      rows: lines.map(({ id, title, action, count }) => ({
        id,
        cells: [title, actionWords[action] ?? action, count === undefined ? 'not listed' : sayCount(count)],
      })),
    },
  };
}

export type EffectLine = { view: EffectView; effect: Effect | undefined; says: string };

const points = (share: number): string =>
  `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(Math.round(share * 1000) / 10)}`;

export function effectLines({ effects }: Pick<InsightsView, 'effects'>): EffectLine[] {
  return effects.map((view) => {
    if (view.event === undefined)
      return { view, effect: undefined, says: 'The journey names no goal to compare by.' };
    const effect = effectOf(view.treated, view.heldOut);
    return { view, effect, says: sayEffect(effect) };
  });
}

function sayEffect(effect: Effect): string {
  if (effect.kind === 'too-few')
    return `Too few to tell: ${countOf(effect.smallest, 'contact')} in the smaller group, ${effect.wanted} are needed.`;
  const { difference, interval } = effect;
  const range = `${points(difference)} points (between ${points(interval.low)} and ${points(interval.high)})`;
  if (effect.kind === 'unclear') return `${range}. This may be chance.`;
  return `${range}. It ${effect.kind === 'better' ? 'helps' : 'does harm'}.`;
}

function stacked(parts: readonly (readonly [Look, number])[]): Bar['parts'] {
  let at = 0;
  return parts.flatMap(([look, size]) => {
    if (size === 0) return [];
    const from = at;
    at += size;
    return [{ from, to: at, look }];
  });
}
