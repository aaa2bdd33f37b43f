import type { ContactView, HandoverView, OfferView } from '../api/views.ts';
import type { Ports } from '../ports.ts';
import type { HandoverRow, OfferRow } from '../repositories/rows.ts';
import { caseView } from './cases.ts';
import { contactLine } from './contacts.ts';
import { enrolmentView } from './enrolment.ts';
import { factsView } from './facts.ts';
import { type History, readHistory } from './history.ts';
import { factTitle, labelOf, titleOf, traceViews } from './labels.ts';
import { messageView } from './messages.ts';
import { nameOf } from './names.ts';
import { nameInWords } from './phrases.ts';
import { taskView } from './tasks.ts';
import { timelineOf } from './timeline.ts';

/** Messages shown beside the timeline, the newest first. */
const messageLimit = 50;

/** One contact with all that somebody on the line with it needs; `undefined` where there is none of that id. */
export async function contactView(
  ports: Pick<Ports, 'store' | 'documents'>,
  contactId: string,
  query: { timeline?: string; at?: string } = {},
): Promise<ContactView | undefined> {
  const history = contactId ? await readHistory(ports, contactId) : undefined;
  if (!history) return undefined;
  const contactName = nameOf(history.head);
  const newestFirst = history.sends.toSorted((a, b) => byText(b.at, a.at));
  return {
    contact: profile(history),
    offers: history.offers
      .toSorted((a, b) => byText(b.presentedAt, a.presentedAt))
      .map((row) => offerView(row, history)),
    tasks: history.tasks.toSorted(openFirst).map((row) => ({ ...taskView(row, history.live), contactName })),
    cases: history.cases.map(caseView).toSorted(openFirst),
    handovers: history.handovers
      .toSorted((a, b) => byText(b.offeredAt, a.offeredAt))
      .map((row) => handoverView(row, history)),
    enrolments: history.enrolments
      .toSorted((a, b) => byText(b.enteredAt, a.enteredAt))
      .map((row) => enrolmentView(row, history)),
    messages: newestFirst.slice(0, messageLimit).map((row) => ({ ...messageView(row), contactName })),
    ...(await timelineOf(ports, history, query.timeline)),
    ...(query.at === undefined ? {} : { asOf: await factsView(ports, contactId, query.at) }),
  };
}

type Due = { status: string; dueAt: string };

/** What is open before what is settled: open work by when it is due, the rest by what was due last. */
function openFirst(a: Due, b: Due): number {
  if (a.status === 'open' && b.status === 'open') return byText(a.dueAt, b.dueAt);
  return Number(b.status === 'open') - Number(a.status === 'open') || byText(b.dueAt, a.dueAt);
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function profile({ head, live, consents }: History): ContactView['contact'] {
  const catalogue = live.facts.get('contact')?.facts ?? [];
  const place = (path: string) => {
    const index = catalogue.findIndex((fact) => fact.path === path);
    return index < 0 ? catalogue.length : index;
  };
  const stage = head.stage === null ? undefined : live.stages.get(head.stage);
  return {
    ...contactLine(head, live),
    attributes: Object.entries(head.attributes)
      .sort(([a], [b]) => place(a) - place(b) || byText(a, b))
      .map(([path, { value, at }]) => ({ path, label: labelOf(live, 'contact', path), value, at })),
    milestones: (stage?.milestones ?? []).map(({ id, title }) => ({
      id,
      title,
      reachedAt: head.milestones[id],
    })),
    identifiers: head.identifiers,
    consent: consents.map(({ channel, purpose, given, at, ...proof }) => ({
      channel,
      purpose,
      given,
      at,
      method: proof.method && nameInWords(proof.method),
      where: proof.where,
      text: proof.text,
      wording: proof.wording,
    })),
  };
}

/** The offer with its why: the table's conditions, and the rule that started the journey. */
function offerView(row: OfferRow, { live, enrolments }: History): OfferView {
  const { id, taskId, table, offer, status, presentedAt, expiresAt, queue, script, rule } = row;
  const event = enrolments.find((enrolment) => enrolment.id === row.enrolmentId)?.event.type;
  const eventType = typeof event === 'string' ? event : undefined;
  return {
    id,
    taskId,
    table,
    row: row.row,
    offer,
    status,
    presentedAt,
    expiresAt,
    queue,
    script,
    because: traceViews(live, ownLines(row), eventType),
    ...(rule
      ? {
          rule: {
            id: rule.id,
            title: titleOf(live['best-practice'], rule.id),
            why: live['best-practice'].get(rule.id)?.why ?? '',
            because: traceViews(live, rule.because, eventType),
          },
        }
      : {}),
  };
}

/** Lines are named by row and column, `r2.i1`. A row that fits everybody has none; then the rows that did not fit say why. */
function ownLines({ row, because }: OfferRow): OfferRow['because'] {
  const own = because.filter(({ name }) => name.startsWith(`${row}.`));
  return own.length > 0 ? own : because;
}

function handoverView(row: HandoverRow, { live }: History): HandoverView {
  const { id, handover, status, from, to, offeredAt, acceptBy, settledAt, reason } = row;
  return {
    id,
    handover,
    title: titleOf(live.handovers, handover),
    status,
    from,
    to,
    offeredAt,
    acceptBy,
    settledAt,
    reason,
    returnReasons: live.handovers.get(handover)?.acceptance.returnReasons ?? [],
    pack: packByLabel(row, live),
  };
}

/** The pack is stored by fact and path, "contact.city"; people read labels. Of equal labels the later keeps its name. */
function packByLabel({ pack }: HandoverRow, live: History['live']): Record<string, unknown> {
  const labelled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(pack)) {
    const label = factTitle(live, name);
    labelled[Object.hasOwn(labelled, label) ? name : label] = value;
  }
  return labelled;
}
