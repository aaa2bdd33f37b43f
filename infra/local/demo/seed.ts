import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudEvent, LogFields, Ports } from '@baton/functions/ports.ts';
import { casesOf, tasksOf } from '@baton/functions/repositories/read.ts';
import { completeTask } from '@baton/functions/use-cases/answers.ts';
import { resolveContact } from '@baton/functions/use-cases/record-event.ts';
import { startRun } from '@baton/functions/use-cases/start-run.ts';
import { Duration, EventType, Instant } from '@baton/rules/documents/common.ts';
import type { Library } from '@baton/rules/documents/index.ts';
import { subtractDuration } from '@baton/rules/time/duration.ts';
import * as z from 'zod';
import { createFileOutbox } from '../channels/file-outbox.ts';
import { type HostOptions, openHost } from '../host.ts';
import { createVirtualClock } from '../virtual-clock.ts';

/**
 * A made-up company. `ago` counts back from the moment the folder is made; a payload text `@P3D` or `@-P2D` becomes the
 * instant so long after or before the event, because no fixed date stays in the near past for ever. Ids of tasks and
 * cases are made with the folder, so an answer names its task by the title and `@case:complaint-7` a case by its key.
 */
const Company = z.strictObject({
  title: z.string(),
  events: z.array(
    z.strictObject({
      ago: Duration,
      type: EventType,
      subject: z.string(),
      data: z.record(z.string(), z.json()),
    }),
  ),
  /** What people chose at Baton's own desk: the title of one of the contact's open tasks, and an outcome's id. */
  answers: z.array(
    z.strictObject({ ago: Duration, subject: z.string(), task: z.string(), outcome: z.string() }),
  ),
  campaigns: z.array(z.strictObject({ ago: Duration, campaign: z.string() })),
});
type Company = z.infer<typeof Company>;

type Moment = { at: string } & (
  | { event: CloudEvent }
  | { answer: Company['answers'][number] }
  | { campaign: string }
);

/** Plays the company's last weeks through the whole system on a virtual clock, up to now. */
export async function seedDemo({
  folder,
  library,
  log,
  now,
  portsOf,
}: Pick<HostOptions, 'folder' | 'log' | 'portsOf'> & { library: Library; now: Date }): Promise<void> {
  const company = Company.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'company.json'), 'utf8')));
  const moments = momentsOf(company, now.toISOString());
  const clock = createVirtualClock(moments[0]?.at ?? now);
  const host = await openHost({
    folder,
    clock: { ...clock, kind: 'virtual' },
    library,
    channel: (settle) => createFileOutbox({ folder: join(folder, 'outbox'), settle }),
    log,
    portsOf,
  });

  const runUntil = async (instant: number) => {
    for (let due = host.dueAt(); due !== undefined && due < instant; due = host.dueAt()) {
      clock.moveTo(due);
      await host.settle();
    }
    clock.moveTo(instant);
    await host.settle();
  };
  for (const moment of moments) {
    await runUntil(Date.parse(moment.at));
    if ('event' in moment) await tell(host.ports, moment.event);
    else if ('answer' in moment) await answerTask(host.ports, moment.answer);
    else if (!(await startRun(host.ports, moment.campaign)))
      leaveOut(host.ports, { document: `campaigns/${moment.campaign}`, reason: 'it is not live' });
    await host.settle();
  }
  await runUntil(now.getTime());
  await host.close();
}

function momentsOf({ events, answers, campaigns }: Company, now: string): Moment[] {
  const told = events.map(({ ago, type, subject, data }, index): Moment => {
    const time = subtractDuration(now, ago);
    return {
      at: time,
      event: {
        specversion: '1.0',
        id: `demo-${index + 1}`,
        source: 'demo',
        type,
        time,
        subject,
        data: dated(data, time),
      },
    };
  });
  const answered = answers.map((answer): Moment => ({ at: subtractDuration(now, answer.ago), answer }));
  const run = campaigns.map(({ ago, campaign }): Moment => ({ at: subtractDuration(now, ago), campaign }));
  return [...told, ...answered, ...run].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const relative = /^@(-?)(P.+)$/;

function dated(data: CloudEvent['data'], time: string): CloudEvent['data'] {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const found = typeof value === 'string' ? relative.exec(value) : null;
      if (!found?.[2]) return [name, value];
      const ms = Date.parse(time) - Date.parse(subtractDuration(time, found[2]));
      return [name, Instant.parse(new Date(Date.parse(time) + (found[1] ? -ms : ms)).toISOString())];
    }),
  );
}

const caseReference = /^@case:(.+)$/;

async function tell(ports: Ports, event: CloudEvent): Promise<void> {
  const { caseId } = event.data;
  const key = typeof caseId === 'string' ? caseReference.exec(caseId)?.[1] : undefined;
  if (key === undefined) return ports.bus.put([event]);
  const contactId = await resolveContact(ports, event.subject);
  const found = (await casesOf(ports.store, contactId)).find((row) => row.key === key);
  if (!found) return leaveOut(ports, { contactId, eventId: event.id, reason: `there is no case ${key}` });
  await ports.bus.put([{ ...event, data: { ...event.data, caseId: found.id } }]);
}

async function answerTask(
  ports: Ports,
  { subject, task, outcome }: Company['answers'][number],
): Promise<void> {
  const contactId = await resolveContact(ports, subject);
  const open = (await tasksOf(ports.store, contactId)).find(
    ({ title, status }) => title === task && status === 'open',
  );
  if (!open) return leaveOut(ports, { contactId, reason: `no task "${task}" is open` });
  const answered = await completeTask(ports, { contactId, taskId: open.id, outcome });
  if (!answered.ok) leaveOut(ports, { contactId, reason: answered.reason });
}

/** The company was made up for the shipped library: in one that has been edited, part of its story may not take place. */
function leaveOut({ log }: Pick<Ports, 'log'>, fields: LogFields): void {
  log.warn('part of the made-up company left out', fields);
}
