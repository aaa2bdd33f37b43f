import type { DecisionView } from '../api/views.ts';
import type { LiveLibrary } from '../ports.ts';
import type { DecisionRow } from '../repositories/rows.ts';
import { titleOf, traceViews } from './labels.ts';
import { momentInWords, nameInWords } from './phrases.ts';

type Rule = DecisionView['rules'][number];

const verdicts: readonly Rule['verdict'][] = [
  'fires',
  'masked',
  'held-out',
  'not-in-rollout',
  'no',
  'unknown',
  'quarantined',
  'cooling-down',
];

/** What was decided on an event, by which version, on which values. */
export function decisionView(
  { eventId, eventType, at, rules, handover }: DecisionRow,
  live: LiveLibrary,
): DecisionView {
  return {
    eventId,
    eventType,
    at,
    rules: rules.map(({ id, version, verdict, reason, because }) => ({
      id,
      title: titleOf(live['best-practice'], id),
      version,
      verdict: verdicts.find((known) => known === verdict) ?? 'unknown',
      ...(reason === undefined ? {} : { reason: reasonInWords(reason, live) }),
      because: traceViews(live, because, eventType),
    })),
    ...(handover
      ? {
          handover: {
            id: handover.id,
            title: titleOf(live.handovers, handover.id),
            kind: kinds.find((known) => known === handover.kind) ?? 'stay',
            ...(handover.missing
              ? { missing: handover.missing.map((entry) => missingInWords(entry, handover.id, live)) }
              : {}),
            because: traceViews(live, handover.because, eventType),
          },
        }
      : {}),
  };
}

const kinds = ['ready', 'blocked', 'stay'] as const;

/** Decisions are recorded with ids and instants; people read titles and moments. */
function reasonInWords(reason: string, live: LiveLibrary): string {
  const [, by] = /^(\S+) has precedence$/.exec(reason) ?? [];
  if (by) return `“${titleOf(live['best-practice'], by)}” has precedence.`;
  const [, at] = /^fired at (\S+)$/.exec(reason) ?? [];
  if (at) return `Fired on ${momentInWords(at)} and rests for now.`;
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** Missing milestones are recorded by id; what else is missing has its label. */
function missingInWords(entry: string, handover: string, live: LiveLibrary): string {
  const stage = live.handovers.get(handover)?.from.stage;
  const milestone = stage && live.stages.get(stage)?.milestones.find(({ id }) => id === entry);
  return milestone ? milestone.title : entry;
}

const entries: Record<string, string> = {
  enrolled: 'entered',
  inside: 'is under way already',
  'was-inside': 'was gone through before and is not entered twice',
  'too-soon': 'is not entered again so soon',
  'held-out': 'is held out as a comparison',
  paused: 'is paused and not entered',
  stopped: 'was stopped and is not entered',
  unknown: 'could not be decided',
};

/** The journeys that an event led into or might have, one sentence each; those it has nothing to do with are left out. */
export function journeysInWords({ journeys }: DecisionRow, live: LiveLibrary): string[] {
  return journeys
    .filter(({ verdict }) => verdict !== 'no')
    .map(({ id, verdict }) => `“${titleOf(live.journeys, id)}” ${entries[verdict] ?? nameInWords(verdict)}.`);
}

/** "“Offer the card” fires; 2 other rules do not." */
export function decisionInWords({ rules }: DecisionRow, live: LiveLibrary): string {
  const fired = rules.filter(({ verdict }) => verdict === 'fires');
  if (fired.length === 0) return rules.length === 0 ? '' : 'No rule fires.';
  const titles = fired.map(({ id }) => `“${titleOf(live['best-practice'], id)}”`).join(' and ');
  return `${titles} ${fired.length === 1 ? 'fires' : 'fire'}.`;
}
