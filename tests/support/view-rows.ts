import { indexLibrary } from '@baton/functions/library/live.ts';
import type { Ports, Store } from '@baton/functions/ports.ts';
import {
  type CaseRow,
  caseKey,
  type HandoverRow,
  type HeadRow,
  handoverKey,
  headKey,
  type SendRow,
  sendKey,
  type TaskRow,
  taskKey,
  toItem,
} from '@baton/functions/repositories/rows.ts';
import type { Library, Stage } from '@baton/rules/documents/index.ts';
import { aLibrary } from './documents.ts';
import { createMemoryStore } from './memory-store.ts';

/** The instant at which views are asked for; rows are dated around it. */
export const now = '2026-03-10T09:00:00.000Z';
export const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString();

const problem: Stage = {
  id: 'in-trouble',
  title: 'In trouble',
  why: 'Something has gone wrong.',
  owner: { team: 'service' },
  order: 9,
  overlay: true,
  milestones: [],
  measures: [],
  sla: { within: 'P3D', escalateTo: 'service-lead', repeat: 'P1D', times: 1 },
};

/** Stages `targeted`, `converted` and the overlay `in-trouble`, over a store, in memory where none is given, that rows are put into. */
export function viewPorts(
  library: Library = aLibrary({ stages: [problem] }),
  store: Store = createMemoryStore(),
) {
  const live = indexLibrary(library, { version: () => 1, machine: () => '' });
  const ports: Pick<Ports, 'store' | 'documents' | 'clock'> = {
    store,
    clock: { now: () => new Date(now) },
    documents: {
      live: async () => live,
      journey: async (id) => {
        throw new Error(`no journey ${id}`);
      },
      html: async () => undefined,
      refresh: async () => {},
    },
  };
  const put = async (row: Parameters<typeof toItem>[0]) => {
    await store.transact([{ kind: 'put', table: 'core', item: toItem(row) }]);
  };
  return {
    ...ports,
    put,
    putHead: (contactId: string, own: Partial<HeadRow> = {}) => put(headRow(contactId, own)),
    putTask: (contactId: string, own: Partial<TaskRow> & { id: string }) => put(taskRow(contactId, own)),
    putSend: (contactId: string, own: Partial<SendRow> & { sendId: string }) => put(sendRow(contactId, own)),
    putCase: (contactId: string, own: Partial<CaseRow> & { id: string }) => put(caseRow(contactId, own)),
    putHandover: (contactId: string, own: Partial<HandoverRow> & { id: string }) =>
      put(handoverRow(contactId, own)),
  };
}

export function headRow(contactId: string, own: Partial<HeadRow>): HeadRow {
  const head: HeadRow = {
    ...headKey(contactId),
    contactId,
    rev: 1,
    status: 'active',
    identifiers: [],
    attributes: {},
    seen: {},
    exposures: [],
    stage: 'targeted',
    stay: 1,
    stays: 1,
    stageSince: now,
    owner: { team: 'marketing' },
    overlay: null,
    milestones: {},
    openCases: 0,
    active: [],
    offers: {},
    fired: {},
    lastEventAt: now,
    ...own,
  };
  return {
    ...head,
    g1pk: `STG#${head.stage ?? 'none'}`,
    g1sk: `${head.stageSince ?? head.lastEventAt}#${contactId}`,
  };
}

function taskRow(contactId: string, own: Partial<TaskRow> & { id: string }): TaskRow {
  const task: TaskRow = {
    ...taskKey(contactId, own.id),
    tl: `${now}#TSK#${own.id}`,
    contactId,
    kind: 'task',
    queue: 'sales',
    title: 'Call',
    status: 'open',
    createdAt: now,
    dueAt: now,
    outcomes: [{ id: 'done', title: 'Done' }],
    origin: 'best-practice/a-rule',
    ...own,
  };
  return { ...task, g1pk: `TK#${task.queue}#${task.status}`, g1sk: `${task.dueAt}#${task.id}` };
}

function sendRow(contactId: string, own: Partial<SendRow> & { sendId: string }): SendRow {
  const send: SendRow = {
    ...sendKey(contactId, own.sendId),
    tl: `${now}#SEND#${own.sendId}`,
    contactId,
    enrolmentId: 'e-1',
    journey: 'a-journey',
    step: 'send',
    template: 'a-template',
    channel: 'email',
    purpose: 'service',
    status: 'SENT',
    at: now,
    ...own,
  };
  return { ...send, g1pk: `MSG#${send.status}`, g1sk: `${send.at}#${send.sendId}` };
}

function handoverRow(contactId: string, own: Partial<HandoverRow> & { id: string }): HandoverRow {
  return {
    ...handoverKey(contactId, own.id),
    ...{ tl: `${now}#HND#${own.id}`, g1pk: 'HND#offered', g1sk: `${now}#${own.id}` },
    ...{ contactId, handover: 'a-handover', stay: 1, status: 'offered', offeredAt: now, acceptBy: now },
    from: { stage: 'targeted', team: 'marketing' },
    to: { stage: 'converted', team: 'sales' },
    pack: {},
    ...own,
  };
}

function caseRow(contactId: string, own: Partial<CaseRow> & { id: string }): CaseRow {
  const row: CaseRow = {
    ...caseKey(contactId, own.id),
    tl: `${now}#CASE#${own.id}`,
    contactId,
    title: 'Complaint',
    status: 'new',
    priority: 'normal',
    serviceLevel: '',
    queue: 'service',
    key: own.id,
    openedAt: now,
    dueAt: now,
    rule: 'a-rule',
    clocks: {},
    countedTo: now,
    paused: false,
    pauses: [],
    changes: 0,
    reopened: 0,
    ...own,
  };
  const list = row.status === 'closed' ? 'closed' : 'open';
  return { ...row, g1pk: `CASE#${list}`, g1sk: `${row.dueAt}#${row.id}` };
}
