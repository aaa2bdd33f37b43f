import type { CloudEvent, Item } from '@baton/functions/ports.ts';
import {
  ConsentRow,
  EnrolmentLockRow,
  EnrolmentRow,
  executionOf,
  HandoverRow,
  HeadRow,
  SendRow,
  StayRow,
  WaitRow,
} from '@baton/functions/repositories/rows.ts';
import type * as z from 'zod';
import type { World, Written } from '../models/world.ts';

const rows = <T>(items: readonly Item[], prefix: string, schema: z.ZodType<T>): T[] =>
  items.filter(({ sk }) => sk.startsWith(prefix)).map((item) => schema.parse(item));

/** What must hold in the moment in which something becomes visible. */
export function watch({ store }: World, written: readonly Written[]): string | undefined {
  for (const { key, before, after } of written) {
    if (key.sk.startsWith('HND#') && before && before.status !== 'offered' && before.status !== after?.status)
      return `a handover that was ${before.status} is ${after?.status}`;
    if (!key.sk.startsWith('SEND#') || before?.status === after?.status || after?.status !== 'PERMITTED')
      continue;
    if (before !== undefined && before.status !== 'HELD') continue;
    const complaint = permitComplaint(store, SendRow.parse(after), written);
    if (complaint) return complaint;
  }
  return undefined;
}

function permitComplaint(
  store: World['store'],
  send: SendRow,
  written: readonly Written[],
): string | undefined {
  const enrolment = written.find(({ key }) => key.sk === `ENR#${send.enrolmentId}`);
  if (enrolment?.before?.status !== 'active') return `${send.sendId} is permitted for who has left`;
  if (send.purpose !== 'marketing') return undefined;
  const consent = store.get('core', { pk: send.pk, sk: `CNS#${send.channel}#marketing` });
  return consent?.given === true ? undefined : `${send.sendId} is permitted without consent`;
}

/** What is wrong in the end, when everything has come to rest. */
export function judge(world: World): string[] {
  const problems: string[] = [];
  const items = world.store.all('core');
  const partitions = Map.groupBy(items, ({ pk }) => pk);
  const horizon = new Date(world.now).toISOString();
  for (const item of items) {
    if (item.sk.startsWith('OUT#') && String(item.duesk) < horizon)
      problems.push(`nobody sees to ${item.sk}`);
    if (item.pend === 1) problems.push(`nobody applies ${item.sk}`);
    if (item.pk.startsWith('QUARANTINE#')) problems.push(`quarantined: ${item.reason}`);
  }
  for (const [pk, own] of partitions) if (pk.startsWith('C#')) problems.push(...judgeContact(world, own));
  return problems;
}

function judgeContact(world: World, items: readonly Item[]): string[] {
  const [head] = rows(items, 'HEAD', HeadRow);
  if (!head) return ['a contact without a head'];
  if (head.status !== 'active') return [];
  const problems: string[] = [];
  const note = (wrong: boolean, what: string) => {
    if (wrong) problems.push(`${head.contactId}: ${what}`);
  };
  const running = (name: string) => world.executions.get(name)?.state === 'running';

  const enrolments = rows(items, 'ENR#', EnrolmentRow);
  const active = enrolments.filter(({ status }) => status === 'active').map(({ id }) => id);
  note(head.active.toSorted().join() !== active.toSorted().join(), `active: ${head.active}, rows: ${active}`);
  const taken = rows(items, 'ELK#', EnrolmentLockRow).flatMap((lock) => lock.active ?? []);
  note(taken.toSorted().join() !== active.toSorted().join(), `locks: ${taken}, rows: ${active}`);
  for (const { id, run, status, journey, step, reason } of enrolments) {
    const executions = [undefined, ...Array.from({ length: run ?? 0 }, (_, at) => at + 1)];
    const carried = executions.filter((one) => running(executionOf({ id, run: one })));
    const wanted = status === 'active' ? [run] : [];
    note(
      carried.join() !== wanted.join() || carried.length !== wanted.length,
      `enrolment ${id} in ${journey} at ${step} is ${status}, run ${run}, and its machines that run are ${JSON.stringify(carried)}`,
    );
    note(status === 'failed', `enrolment ${id} in ${journey} failed: ${reason}`);
  }

  const open = rows(items, 'STAY#', StayRow).filter(({ to, overlay }) => to === undefined && !overlay);
  note(open.length !== (head.stage === null ? 0 : 1), `${open.length} owners in stage ${head.stage}`);
  for (const { stage, stay, owner } of open) {
    note(stage !== head.stage || stay !== head.stay, `the stay says ${stage}, the head ${head.stage}`);
    note(owner.team !== head.owner?.team, `the stay says ${owner.team}, the head ${head.owner?.team}`);
  }
  const offered = rows(items, 'HND#', HandoverRow).filter(({ status }) => status === 'offered');
  for (const { stay, id } of offered) note(stay !== head.stay, `handover ${id} outlives its stay`);

  for (const { sendId, status } of rows(items, 'SEND#', SendRow)) {
    note(status === 'ATTEMPT', `message ${sendId} is ATTEMPT for ever`);
    const times = world.taken.get(sendId) ?? 0;
    note(status === 'SENT' && times === 0, `message ${sendId} is SENT and nobody took it`);
    note(
      (status === 'SKIPPED' || status === 'FAILED') && times > 0,
      `message ${sendId} is ${status} and was taken`,
    );
  }
  for (const { holder, status, kind } of rows(items, 'WAIT#', WaitRow)) {
    note(status === 'CLAIMED', `the wait of ${holder} is claimed and nobody was told`);
    note(kind === 'enrolment' && !active.includes(holder), `a wait of ${holder} was left behind`);
  }
  return problems;
}

/**
 * What producers told about each contact: attributes, how often and when what was seen, consent. What journeys and rules
 * noted follows from the moment at which they did, and is left out.
 */
export function profiles(world: World, events: readonly CloudEvent[]): Record<string, string> {
  const ids = new Set(events.map(({ id }) => id));
  const types = new Set(events.map(({ type }) => type));
  const told: Record<string, string> = {};
  for (const [pk, own] of Map.groupBy(world.store.all('core'), (item) => item.pk)) {
    const [head] = rows(own, 'HEAD', HeadRow);
    if (!head) continue;
    const attributes = Object.entries(head.attributes).filter(([, { eventId }]) => ids.has(eventId));
    const seen = Object.entries(head.seen).filter(([type]) => types.has(type) && !raisedHere.has(type));
    const consents = rows(own, 'CNS#', ConsentRow).map(({ channel, given, at }) => [channel, given, at]);
    told[pk] = JSON.stringify([attributes.sort(), seen.sort(), consents.sort(), head.identifiers]);
  }
  return told;
}

/** Types that producers send and that Baton raises as well. */
const raisedHere = new Set(['consent.withdrawn', 'stage.entered', 'case.opened']);
