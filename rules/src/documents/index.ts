import { BestPractice } from './best-practice.ts';
import { Calendar } from './calendar.ts';
import { Campaign } from './campaign.ts';
import { ChannelDocument } from './channel.ts';
import { EventDocument } from './event.ts';
import { FactsDocument } from './facts.ts';
import { HandoverDocument } from './handover.ts';
import { Journey } from './journey.ts';
import { ServiceLevel } from './service-level.ts';
import { Settings } from './settings.ts';
import { Stage } from './stage.ts';
import { DecisionTable } from './table.ts';
import { Template } from './template.ts';

/** Every kind of document and its schema; the key is also the folder under `library/`. */
export const documentKinds = {
  facts: FactsDocument,
  events: EventDocument,
  'best-practice': BestPractice,
  tables: DecisionTable,
  stages: Stage,
  handovers: HandoverDocument,
  journeys: Journey,
  campaigns: Campaign,
  templates: Template,
  calendars: Calendar,
  'service-levels': ServiceLevel,
  settings: Settings,
  channels: ChannelDocument,
} as const;

export type DocumentKind = keyof typeof documentKinds;

export function isDocumentKind(text: string): text is DocumentKind {
  return Object.hasOwn(documentKinds, text);
}

/** A set of parsed documents by kind and id: what deciding, checking and simulating work on. */
export type Library = {
  facts: ReadonlyMap<string, FactsDocument>;
  events: ReadonlyMap<string, EventDocument>;
  'best-practice': ReadonlyMap<string, BestPractice>;
  tables: ReadonlyMap<string, DecisionTable>;
  stages: ReadonlyMap<string, Stage>;
  handovers: ReadonlyMap<string, HandoverDocument>;
  journeys: ReadonlyMap<string, Journey>;
  campaigns: ReadonlyMap<string, Campaign>;
  templates: ReadonlyMap<string, Template>;
  calendars: ReadonlyMap<string, Calendar>;
  'service-levels': ReadonlyMap<string, ServiceLevel>;
  settings: ReadonlyMap<string, Settings>;
  channels: ReadonlyMap<string, ChannelDocument>;
};

export type {
  BestPractice,
  Calendar,
  Campaign,
  ChannelDocument,
  DecisionTable,
  EventDocument,
  FactsDocument,
  HandoverDocument,
  Journey,
  ServiceLevel,
  Settings,
  Stage,
  Template,
};
