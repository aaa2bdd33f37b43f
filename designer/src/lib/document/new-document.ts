import type { Library } from '@baton/rules/documents/index.ts';
import { emptyJourney } from '@baton/rules/edit/journey.ts';
import {
  type CreatableKind,
  copies,
  newCalendar,
  newCampaign,
  newHandover,
  newRule,
  newServiceLevel,
  newStage,
  newTable,
} from '@baton/rules/edit/new-document.ts';
import type { FactOption } from '#lib/journey/fact-options.ts';

/** What a person has said so far of a document that is to be. */
export type Wanted = {
  id: string;
  title: string;
  why: string;
  team: string;
  event: string;
  column: FactOption | undefined;
  from: string;
  to: string;
  stage: string;
  journey: string;
  calendar: string;
};

/** What is asked of whoever begins with an empty document, and what is said where it is missing. */
const questions: Record<CreatableKind, readonly [keyof Wanted, string][]> = {
  journeys: [['event', 'Choose the event that it starts with.']],
  'best-practice': [['event', 'Choose the event that it looks at.']],
  tables: [['column', 'Choose the fact of its first column.']],
  stages: [],
  handovers: [
    ['from', 'Choose the stage that hands over.'],
    ['to', 'Choose the stage that takes over.'],
    ['event', 'Choose the event at which it is looked at.'],
  ],
  campaigns: [
    ['stage', 'Choose the stage whose contacts it is for.'],
    ['journey', 'Choose the journey that they enter.'],
  ],
  calendars: [],
  'service-levels': [['calendar', 'Choose the calendar whose hours its clocks count.']],
};

export const asks = (kind: CreatableKind, what: keyof Wanted): boolean =>
  questions[kind].some(([name]) => name === what);

/** What is still to be said before an empty document can be made; empty where nothing is. */
export function missingOf(kind: CreatableKind, wanted: Wanted): string {
  const open = questions[kind].find(([name]) => !wanted[name]);
  if (open) return open[1];
  if (kind === 'handovers' && wanted.from === wanted.to) return 'It leads from one stage to another one.';
  return wanted.why.trim() ? '' : 'Say in a sentence why it is there.';
}

const halfAYear = 183 * 86_400_000;

/** The least sound document that says what was wanted. `now`: milliseconds of the host's clock. */
export function emptyOf(kind: CreatableKind, wanted: Wanted, library: Library, now: number): unknown {
  const { id, event, column, from, to, stage, journey, calendar, team } = wanted;
  const about = { id, team, title: wanted.title.trim(), why: wanted.why.trim() };
  const happening = { event, sample: library.events.get(event)?.sample ?? {} };
  switch (kind) {
    case 'journeys':
      return emptyJourney({ ...about, event });
    case 'best-practice':
      return newRule({
        ...{ ...about, ...happening },
        reviewBy: new Date(now + halfAYear).toISOString().slice(0, 10),
      });
    case 'tables':
      return (
        column &&
        newTable({
          ...about,
          column: { ...column.reference, label: column.label.slice(0, 80), type: column.known.type },
        })
      );
    case 'stages':
      return newStage(about, library);
    case 'handovers':
      return newHandover({ ...about, ...happening, from, to }, library);
    case 'campaigns':
      return newCampaign({ ...about, stage, journey });
    case 'calendars':
      return newCalendar({ ...about, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
    case 'service-levels':
      return newServiceLevel({ ...about, calendar });
  }
}

/** A copy of a live document under another name; undefined where there is no such document. */
export function copyOfLive(
  kind: CreatableKind,
  original: string,
  named: { id: string; title: string },
  library: Library,
): unknown {
  const copyWith = <D>(found: D | undefined, copy: (found: D) => unknown) => found && copy(found);
  switch (kind) {
    case 'journeys':
      return copyWith(library.journeys.get(original), (one) => copies.journeys(one, named));
    case 'best-practice':
      return copyWith(library['best-practice'].get(original), (one) => copies['best-practice'](one, named));
    case 'tables':
      return copyWith(library.tables.get(original), (one) => copies.tables(one, named));
    case 'stages':
      return copyWith(library.stages.get(original), (one) => copies.stages(one, named, library));
    case 'handovers':
      return copyWith(library.handovers.get(original), (one) => copies.handovers(one, named, library));
    case 'campaigns':
      return copyWith(library.campaigns.get(original), (one) => copies.campaigns(one, named));
    case 'calendars':
      return copyWith(library.calendars.get(original), (one) => copies.calendars(one, named));
    case 'service-levels':
      return copyWith(library['service-levels'].get(original), (one) => copies['service-levels'](one, named));
  }
}
