import type { Journey } from '@baton/rules/documents/index.ts';
import type { LiveLibrary, Ports } from '../ports.ts';
import {
  casesOf,
  enrolmentsOf,
  handoversOf,
  offersOf,
  presentHead,
  rowsOf,
  sendsOf,
  tasksOf,
  waitsOf,
} from '../repositories/read.ts';
import {
  type CaseRow,
  ConsentRow,
  type EnrolmentRow,
  type HandoverRow,
  type HeadRow,
  type OfferRow,
  type SendRow,
  type TaskRow,
} from '../repositories/rows.ts';

/** An open wait without its token: the secret ends here. */
export type OpenWait = { holder: string; step: string; until: string; events: string[] };

/** Everything of one contact but its timeline, read once. */
export type History = {
  live: LiveLibrary;
  head: HeadRow;
  offers: OfferRow[];
  tasks: TaskRow[];
  cases: CaseRow[];
  handovers: HandoverRow[];
  enrolments: EnrolmentRow[];
  waits: OpenWait[];
  sends: SendRow[];
  consents: ConsentRow[];
  /** The version of its journey that each enrolment is on, by enrolment id. */
  journeys: ReadonlyMap<string, Journey>;
};

export async function readHistory(
  { store, documents }: Pick<Ports, 'store' | 'documents'>,
  asked: string,
): Promise<History | undefined> {
  const head = await presentHead(store, asked);
  if (!head) return undefined;
  const { contactId } = head;
  const enrolments = await enrolmentsOf(store, contactId);
  const journeys = new Map<string, Journey>();
  for (const { id, journey, version } of enrolments)
    journeys.set(id, await documents.journey(journey, version));
  return {
    live: await documents.live(),
    head,
    offers: await offersOf(store, contactId),
    tasks: await tasksOf(store, contactId),
    cases: await casesOf(store, contactId),
    handovers: await handoversOf(store, contactId),
    enrolments,
    waits: (await waitsOf(store, contactId))
      .filter(({ status }) => status === 'OPEN')
      .map(({ holder, step, until, events }) => ({
        holder,
        step,
        until,
        events: events.map(({ event }) => event),
      })),
    sends: await sendsOf(store, contactId),
    consents: await rowsOf(store, contactId, 'CNS#', ConsentRow),
    journeys,
  };
}
