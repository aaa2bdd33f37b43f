import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventSink } from '@baton/functions/import/import-rows.ts';
import { requestsOf } from '@baton/functions/import/requests.ts';
import type { CloudEvent } from '@baton/functions/ports.ts';
import { checkEvent } from '@baton/functions/use-cases/check-event.ts';
import * as z from 'zod';
import { type Host, openHost } from '../host.ts';
import { isLiveFolder, isReplayFolder, markReplayFolder } from '../replay/folder.ts';
import { openStagedEvents } from '../replay/staged-events.ts';
import { createVirtualClock, systemClock } from '../virtual-clock.ts';
import { noChannel } from './channels.ts';
import { Refusal } from './failure.ts';
import { type ImportPorts, importCommand } from './import.ts';
import { soundLibrary } from './library.ts';
import { createLog } from './log.ts';
import { askOwnHost, runningHost } from './own-host.ts';

export type ImportIntoOptions = { map?: string; data: string; library?: string; replay?: boolean };

/**
 * Imports a file into a data folder as history: profiles, milestones and timeline, but no message goes out and no
 * journey begins for what happened long ago. With `--replay` the events are kept for a replay instead.
 */
export async function importInto(what: string, file: string, options: ImportIntoOptions): Promise<number> {
  if (what !== 'contacts' && what !== 'events')
    throw new Refusal(`"${what}" cannot be imported; use contacts or events`);
  const args = { what, file, map: options.map, data: options.data } as const;
  refuseOtherTime(options);
  const running = options.replay ? undefined : runningHost(options.data);

  const library = await soundLibrary(options.library);
  if (!existsSync(file)) return importCommand(args, portsFor(library, nothingToTake)); // refused before a folder is made
  const host = running ? undefined : await openFolder(options);
  try {
    const sink = host ? (options.replay ? stagingSink(host) : historySink(host)) : runningSink(options.data);
    return await importCommand(args, portsFor(library, sink));
  } finally {
    await host?.close();
  }
}

const nothingToTake: EventSink = async () => {};

/** A folder lives either on real time or on a replay's. */
function refuseOtherTime({ data, replay }: ImportIntoOptions): void {
  if (replay && isLiveFolder(data))
    throw new Refusal(
      `${data} holds live data; keep the events for a replay in a folder of its own, for example --data .baton-replay`,
    );
  if (!replay && isReplayFolder(data))
    throw new Refusal(
      `${data} holds a replay on virtual time; import with --replay, or choose another folder with --data`,
    );
}

async function openFolder({ data, library, replay }: ImportIntoOptions): Promise<Host> {
  const fresh = !existsSync(join(data, 'baton.db'));
  const published = fresh || library ? await soundLibrary(library) : undefined;
  if (replay) markReplayFolder(data);
  return openHost({
    folder: data,
    clock: replay ? { ...createVirtualClock(0), kind: 'virtual' } : { ...systemClock, kind: 'system' },
    library: published,
    channel: () => noChannel,
    log: createLog('error'),
    identitySeed: replay ? 'replay' : undefined,
  });
}

export async function importPorts(host: Host, sink: EventSink): Promise<ImportPorts> {
  return portsFor(await host.ports.documents.live(), sink);
}

function portsFor(live: Parameters<typeof checkEvent>[1], sink: EventSink): ImportPorts {
  const now = new Date();
  return {
    sink,
    validate: (event) => {
      const checked = checkEvent(event, live, now);
      return checked.ok ? [] : checked.problems;
    },
    contactFields: live.events.get('contact.updated')?.payload ?? {},
  };
}

function stagingSink(host: Host): EventSink {
  const staged = openStagedEvents(host.database);
  return async (events) => {
    const fresh = staged.add(events);
    await host.database.durable();
    return { fresh };
  };
}

/** Puts events through the whole system in this process and waits until they have taken effect. */
function historySink(host: Host): EventSink {
  return async (events: CloudEvent[]) => {
    const before = await recorded(host);
    await host.ports.bus.put(events.map((event) => ({ ...event, history: true as const })));
    await host.settle();
    await host.ports.store.durable();
    return { fresh: (await recorded(host)) - before };
  };
}

const recorded = async ({ database }: Host): Promise<number> =>
  Number(database.sql.prepare("SELECT count(*) AS n FROM core WHERE sk >= 'EVT#' AND sk < 'EVT$'").get()?.n);

/** A host that runs on the folder takes the events itself; it alone may write there. */
function runningSink(data: string): EventSink {
  return async (events: CloudEvent[]) => {
    for (const request of requestsOf(events))
      await askOwnHost(data, Accepted, '/api/events?history=true', request);
  };
}

const Accepted = z.object({ accepted: z.number() });
