import { batchLimit } from '@baton/functions/api/limits.ts';
import {
  CaseChange,
  Completion,
  HandoverAnswer,
  OfferAnswer,
} from '@baton/functions/handlers/endpoints/answers.ts';
import { Layout } from '@baton/functions/library/layout.ts';
import { calls } from '@baton/functions/segment/message.ts';
import { ChangeJourney } from '@baton/functions/use-cases/change-journey.ts';
import {
  AnswerReview,
  RemoveDraft,
  SaveDraft,
  SendForReview,
} from '@baton/functions/use-cases/edit-documents.ts';
import { AskPreview } from '@baton/functions/use-cases/preview-template.ts';
import { Publish, PublishDrafts, RollBack } from '@baton/functions/use-cases/publish-documents.ts';
import { Departure } from '@baton/functions/use-cases/report-departure.ts';
import { AskMatching } from '@baton/functions/views/matching.ts';
import { AskReach } from '@baton/functions/views/reach.ts';
import type { JsonObject } from '@baton/rules/json.ts';
import * as z from 'zod';
import { type HttpRoute, httpRoutes, segmentRoutes } from './routes.ts';

/** What one address does, takes and answers; `answers` names a type of `functions/api/views.ts`. */
type Operation = {
  summary: string;
  body?: z.ZodType;
  query?: Record<string, string>;
  answers?: string;
  status?: 200 | 202;
};

const cursor = { cursor: 'Where the page before ended; from its answer.' };
const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().describe('The contact, as scheme:value; for example email:ana@example.com.'),
  time: z.iso.datetime({ offset: true }).optional(),
  data: z.record(z.string(), z.json()).optional(),
});

const SegmentMessage = z.looseObject({
  userId: z.string().optional().describe('Who; without it anonymousId says it.'),
  anonymousId: z.string().optional(),
  messageId: z.string().optional().describe('By it a repetition is known again.'),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  sentAt: z.iso.datetime({ offset: true }).optional().describe("Corrects the client's clock."),
  context: z.record(z.string(), z.json()).optional(),
});
const traits = z.record(z.string(), z.json()).optional();
const SegmentBatch = z.looseObject({
  batch: z.array(SegmentMessage.extend({ type: z.enum(calls) })).max(batchLimit),
  sentAt: z.iso.datetime({ offset: true }).optional(),
});
const ofSegment = (summary: string, body: z.ZodType): Operation => ({
  summary,
  body,
  answers: 'SegmentView',
});

/** By the names that `routes.ts` uses; a route without an entry does not pass the tests. */
const operations: Readonly<Record<string, Operation>> = {
  'post-events': {
    summary: 'Takes one event or up to 500. 202 means: on disk, and will take effect once.',
    body: z.union([CloudEvent, z.array(CloudEvent).max(500)]),
    query: { history: '"true": recorded as history, decides nothing.' },
    status: 202,
  },
  'post-contact-import': {
    summary: 'Takes up to 500 events made of a file of contacts, as history.',
    body: z.array(CloudEvent).max(500),
    answers: 'ImportedView',
    status: 202,
  },
  'segment-identify': ofSegment('Who somebody is.', SegmentMessage.extend({ traits })),
  'segment-track': ofSegment(
    'What somebody did.',
    SegmentMessage.extend({ event: z.string(), properties: traits }),
  ),
  'segment-page': ofSegment(
    'Which page somebody saw.',
    SegmentMessage.extend({ name: z.string().optional(), properties: traits }),
  ),
  'segment-screen': ofSegment(
    'Which screen of an app somebody saw.',
    SegmentMessage.extend({ name: z.string().optional(), properties: traits }),
  ),
  'segment-group': ofSegment(
    'Which company somebody belongs to; for whoever says in the settings what that is.',
    SegmentMessage.extend({ groupId: z.string(), traits }),
  ),
  'segment-alias': ofSegment(
    'Which two are one person.',
    SegmentMessage.extend({ previousId: z.string(), userId: z.string() }),
  ),
  'segment-batch': ofSegment(
    'Up to 500 messages. Those that do not fit are kept in quarantine and named; the others are taken.',
    SegmentBatch,
  ),
  'segment-import': ofSegment('The same as history, which decides nothing.', SegmentBatch),
  'get-home': { summary: 'Key figures, and what needs somebody.', answers: 'HomeView' },
  'get-cycle': {
    summary: 'How the contact cycle goes: who is where and for how long, and what becomes of handovers.',
    answers: 'CycleView',
  },
  'get-insights': {
    summary: 'How it goes over weeks: conversion, times, handovers, promises, rules, offers, effects.',
    query: { days: '30, 90 or 365; 90 where nothing is said.' },
    answers: 'InsightsView',
  },
  'get-contacts': {
    summary: 'Contacts of a stage or of all, those that came last first.',
    query: {
      stage: 'Id of a stage; "none" for outside the cycle.',
      q: 'Part of a name or address.',
      ...cursor,
    },
    answers: 'ContactsView',
  },
  'get-contact': {
    summary: 'One contact with its whole history and every decision.',
    query: { at: 'An instant: what was known then.', timeline: 'Where the page before ended.' },
    answers: 'ContactView',
  },
  'get-journey-entry': { summary: 'Why a contact is, or is not, in a journey.', answers: 'JourneyEntryView' },
  'get-tasks': {
    summary: 'Human work by when it is due.',
    query: { queue: 'A queue.', kind: 'A kind of task.', overdue: '"true": what is overdue.', ...cursor },
    answers: 'TasksView',
  },
  'get-desk': {
    summary: 'What waits at the desk, tasks and open cases, by when it is due, by value or by service level.',
    query: { queue: 'A queue.', order: 'due, value or sla; due where nothing is said.', ...cursor },
    answers: 'DeskView',
  },
  'get-messages': {
    summary: 'Messages, the latest first.',
    query: { status: 'waiting, sent, skipped, failed or unknown.', ...cursor },
    answers: 'MessagesView',
  },
  'get-campaigns': { summary: 'Campaigns with their runs.', answers: 'CampaignsView' },
  'get-status': { summary: 'The state of the host in figures.', answers: 'StatusView' },
  'post-run': { summary: 'Starts a run of a campaign now.', answers: 'CampaignRunView', status: 202 },
  'post-completion': { summary: 'Completes a task with an outcome.', body: Completion },
  'post-offer-answer': { summary: 'Says what the customer answered to an offer.', body: OfferAnswer },
  'post-case-change': { summary: 'Moves a case on.', body: CaseChange },
  'post-handover-answer': {
    summary: 'Accepts a handover, or returns it with a reason.',
    body: HandoverAnswer,
  },
  'get-journey': { summary: 'Whether a journey runs, and who decided that.', answers: 'JourneyView' },
  'get-journey-numbers': {
    summary: 'How it goes in a journey, step by step.',
    answers: 'JourneyNumbersView',
  },
  'get-journey-contacts': {
    summary: 'Who is inside a journey, in a step of it, has passed a step, or left.',
    query: {
      step: 'Id of a step.',
      how: 'How it stands with them: "here" are inside, "passed" have gone on from the step, "left" have left the journey, there if a step is named. Without it those who are here, or, with a reason, who left.',
      reason: 'Reason of an end or exit.',
      ...cursor,
    },
    answers: 'JourneyContactsView',
  },
  'post-journey-state': { summary: 'Pauses a journey, lets it go on, or stops it.', body: ChangeJourney },
  'get-library': { summary: 'Everything that is live.', answers: 'LibraryView' },
  'post-reach': { summary: 'Whom a condition fits, line by line.', body: AskReach, answers: 'ReachView' },
  'post-matching': {
    summary: 'Contacts whom a condition fits, with how many there are and of how many nobody knows.',
    body: AskMatching,
    answers: 'MatchingView',
  },
  'get-me': { summary: 'Who asks, and with which roles.', answers: 'MeView' },
  'get-documents': { summary: 'What is live and what is worked on.', answers: 'DocumentsView' },
  'get-document': {
    summary: 'One document with its draft and its earlier versions.',
    answers: 'DocumentView',
  },
  'get-version': { summary: 'A version as it was.', answers: 'VersionView' },
  'post-draft': {
    summary: 'Saves a draft. 409 answers what somebody else saved meanwhile.',
    body: SaveDraft,
    answers: 'DraftView',
  },
  'post-draft-removal': { summary: 'Puts a draft away.', body: RemoveDraft },
  'post-review': { summary: 'Sends a draft for review.', body: SendForReview, answers: 'DraftView' },
  'post-review-answer': {
    summary: 'Approves a draft or returns it; not by who edited it last.',
    body: AnswerReview,
    answers: 'DraftView',
  },
  'post-rollback': {
    summary: 'Makes an earlier version live again.',
    body: RollBack,
    answers: 'PublicationView',
    status: 202,
  },
  'post-layout': {
    summary: 'Keeps where the steps of a journey are drawn.',
    body: Layout,
    answers: 'LayoutView',
  },
  'post-template-preview': {
    summary: 'A message as it would be sent with the values given. Nothing is read and nothing kept.',
    body: AskPreview,
    answers: 'PreviewView',
  },
  'get-audit': { summary: 'Who changed what, newest first.', query: cursor, answers: 'AuditView' },
  'post-departure': {
    summary: 'Tells every contact of an owner that this owner has left or is away.',
    body: Departure,
    answers: 'DepartureView',
  },
  'get-owners': {
    summary: 'Who owns contacts, of the people whom the settings of the program name, and how many.',
    query: { person: 'One person alone, whom no setting need name.' },
    answers: 'OwnersView',
  },
  'get-quarantine': {
    summary: 'What could not be taken, with the reason, the latest first.',
    query: cursor,
    answers: 'QuarantineView',
  },
  'post-redrive': { summary: 'Feeds what could not be taken in again, by the usual way in.' },
  'get-dead-letters': {
    summary: 'What queues gave up, by queue, as far as this host sees to its queues.',
    answers: 'DeadLettersView',
  },
  'post-dead-letters-redrive': { summary: 'Sends all that queues gave up again.', answers: 'RedrivenView' },
  'post-publication': {
    summary: 'Publishes approved drafts together, now or at a time.',
    body: PublishDrafts,
    answers: 'PublicationView',
    status: 202,
  },
  'post-publication-by-code': {
    summary: 'Publishes documents of files together.',
    body: Publish,
    answers: 'PublicationView',
    status: 202,
  },
  'post-cancellation': {
    summary: 'Takes back a publication that waits for its time.',
    answers: 'PublicationView',
    status: 202,
  },
  'get-publication': { summary: 'How far a publication has come.', answers: 'PublicationView' },
  'get-openapi': { summary: 'This description.' },
};

/**
 * The API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0): addresses and roles from the routes, bodies from the schemas
 * that check them, answers from the types of the views, given as JSON Schemas by name.
 */
export function openApi(views: Readonly<Record<string, JsonObject>>): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of [...httpRoutes, ...segmentRoutes]) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: described(route, views) });
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Baton', version: '1', description: 'Every refusal names path, reason and remedy.' },
    paths,
    components: {
      schemas: { ...views },
      securitySchemes: {
        person: { type: 'http', scheme: 'bearer', description: 'The token of somebody who signed in.' },
        system: {
          type: 'apiKey',
          in: 'header',
          name: 'authorization',
          description: 'AWS Signature Version 4; on one machine nothing.',
        },
        writeKey: {
          type: 'http',
          scheme: 'basic',
          description:
            'The write key as user name, and no password; on one machine nothing, until a key was made.',
        },
      },
    },
  };
}

function described(route: HttpRoute, views: Readonly<Record<string, JsonObject>>): JsonObject {
  const { method, path, handler } = route;
  const operation = operations[handler];
  if (!operation) throw new Error(`infra/openapi.ts does not describe ${handler}`);
  const { summary, body, query = {}, answers, status = 200 } = operation;
  if (answers !== undefined && !views[answers]) throw new Error(`there is no view ${answers}`);
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => parameter('path', name));
  const asked = Object.entries(query).map(([name, description]) => parameter('query', name, description));
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^\w]+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
    summary,
    ...admission(route),
    ...(named.length + asked.length > 0 ? { parameters: [...named, ...asked] } : {}),
    ...(body ? { requestBody: { required: true, content: inJson(schemaOf(body)) } } : {}),
    responses: {
      [status]: {
        description: status === 202 ? 'Accepted.' : 'Done.',
        content: inJson(answers === undefined ? {} : { $ref: `#/components/schemas/${answers}` }),
      },
      ...Object.fromEntries(
        Object.entries(refusals).map(([code, description]) => [
          code,
          { description, content: inJson({ $ref: '#/components/schemas/ErrorView' }) },
        ]),
      ),
    },
  };
}

function admission({ roles, function: by }: HttpRoute): JsonObject {
  if (by === 'segment') return { description: 'For clients of Segment.', security: [{ writeKey: [] }] };
  const whom = roles.includes('service') ? 'system' : 'person';
  return { description: `For ${roles.join(', ')}.`, security: [{ [whom]: [] }] };
}

const refusals = {
  400: 'It does not fit; nothing was done.',
  401: 'It is not known who asks.',
  403: 'Whoever asks has no role that may.',
  503: 'It cannot be done now; try again.',
};

const parameter = (where: 'path' | 'query', name: string, description?: string): JsonObject => ({
  name,
  in: where,
  ...(where === 'path' ? { required: true } : {}),
  ...(description === undefined ? {} : { description }),
  schema: { type: 'string' },
});

const inJson = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

/** Definitions stay within the schema, so that its references lead somewhere wherever it stands. */
function schemaOf(body: z.ZodType): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(body, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(schema)));
}
