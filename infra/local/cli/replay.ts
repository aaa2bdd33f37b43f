import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Duration, Instant } from '@baton/rules/documents/common.ts';
import { parseDuration } from '@baton/rules/time/duration.ts';
import * as z from 'zod';
import { type Host, openHost } from '../host.ts';
import { isLiveFolder, markReplayFolder } from '../replay/folder.ts';
import { createLedger } from '../replay/ledger.ts';
import { onlyAtRest, play } from '../replay/play.ts';
import { shuffled } from '../replay/shuffle.ts';
import { openStagedEvents, type StagedEvents, start } from '../replay/staged-events.ts';
import { stateHash } from '../replay/state-hash.ts';
import { summarise } from '../replay/summary.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { Refusal } from './failure.ts';
import { importCommand } from './import.ts';
import { importPorts } from './import-command.ts';
import { soundLibrary } from './library.ts';
import { createLog } from './log.ts';
import { printSummary } from './print-summary.ts';
import { startProgress, terminal } from './progress.ts';

/** Which files a replay imports, each with its mapping; paths are relative to the plan and to `--files`. */
const Plan = z.strictObject({
  title: z.string(),
  /** How far time runs on after the last event. */
  until: Instant.optional(),
  sources: z
    .array(z.strictObject({ kind: z.enum(['contacts', 'events']), mapping: z.string(), file: z.string() }))
    .min(1),
});
type Plan = z.infer<typeof Plan>;

export type ReplayArguments = {
  data: string;
  files?: string;
  library?: string;
  until?: string;
  window?: string;
  times: number;
  shuffle?: string;
  json?: boolean;
};

/** Imports what the plan names, plays everything on a virtual clock and prints what it came to. */
export async function replayCommand(planFile: string | undefined, options: ReplayArguments): Promise<number> {
  const begun = performance.now();
  refuseLiveFolder(options.data);
  const plan = planFile ? await readPlan(planFile) : undefined;
  const until = options.until ?? plan?.until;
  if (until && !Instant.safeParse(until).success)
    throw new Refusal(`--until ${until}: must be an instant with a zone, for example 2018-12-01T00:00:00Z`);

  markReplayFolder(options.data);
  const clock = createVirtualClock(0);
  const host = await openHost({
    folder: options.data,
    clock: { ...clock, kind: 'virtual' },
    library: await soundLibrary(options.library),
    channel: () => createLedger(join(options.data, 'outbox.jsonl')),
    log: createLog('error'),
    identitySeed: 'replay',
    group: onlyAtRest,
  });
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const staged = openStagedEvents(host.database);
    if (
      plan &&
      planFile &&
      !(await importAll(plan, { planFile, options, host, staged, signal: interrupt.signal }))
    ) {
      process.stderr.write('stopped while importing; run the same command to go on\n');
      return 130;
    }
    if (staged.count() === 0)
      throw new Refusal(
        `there is nothing to replay in ${options.data}; name a plan, or import with "baton import … --replay --data ${options.data}"`,
      );

    const imported = performance.now();
    const playedBefore = staged.progress().played;
    startClock(clock, staged);
    const bar = startProgress('replaying');
    const played = await play({
      host,
      clock,
      until,
      windowMs: windowOf(options.window),
      times: options.times,
      shuffle:
        options.shuffle === undefined
          ? undefined
          : (deliveries) => shuffled(deliveries, options.shuffle ?? ''),
      signal: interrupt.signal,
      progress: (done, total, now) => bar.update(done, total, now.slice(0, 10)),
    });
    bar.stop();
    if (played.kind === 'stopped') {
      await host.ports.store.durable();
      process.stderr.write(
        `stopped at ${played.now} after ${played.played} of ${played.total} events; run the same command to go on\n`,
      );
      return 130;
    }
    const seconds = (performance.now() - imported) / 1000;
    const { hash, rows } = stateHash(host.database);
    const result = {
      summary: await summarise(host.ports),
      events: played.played,
      deadLetters: host.deadLetters(),
      quarantined: await host.ports.store.count({ table: 'core', index: 'g1', pk: 'QUARANTINE' }),
      now: played.now,
      importSeconds: (imported - begun) / 1000,
      replaySeconds: seconds,
      eventsPerSecond: (played.played - playedBefore) / seconds,
      transitions: host.machines.counts().transitions,
      peakMemoryMb: process.resourceUsage().maxRSS / 1024,
      rows,
      stateHash: hash,
    };
    if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    else printSummary(result);
    return result.deadLetters > 0 ? 1 : 0;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await host.close();
  }
}

function refuseLiveFolder(folder: string): void {
  if (isLiveFolder(folder))
    throw new Refusal(
      `${folder} holds live data; replay into a folder of its own, for example --data .baton-replay`,
    );
}

function startClock(clock: { moveTo(ms: number): void }, staged: StagedEvents): void {
  const [first] = staged.after(start, 1);
  if (first) clock.moveTo(Date.parse(first.position.at));
}

function windowOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (!Duration.safeParse(text).success)
    throw new Refusal(`--window ${text}: must be a span such as P1D or PT1H, or "all"`);
  return parseDuration(text);
}

async function readPlan(file: string): Promise<Plan> {
  const parsed = Plan.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(`${file} is no replay plan: ${issue?.path.join('.')} ${issue?.message}`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Refusal(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Importing = {
  planFile: string;
  options: ReplayArguments;
  host: Host;
  staged: StagedEvents;
  signal: AbortSignal;
};

/** Stages every file of the plan; `false` when it was interrupted. */
async function importAll(
  plan: Plan,
  { planFile, options, host, staged, signal }: Importing,
): Promise<boolean> {
  const ports = await importPorts(host, async (events) => {
    const fresh = staged.add(events);
    await host.database.durable();
    return { fresh };
  });
  for (const { kind, mapping, file } of plan.sources) {
    const args = {
      what: kind,
      file: resolve(options.files ?? dirname(planFile), file),
      map: resolve(dirname(planFile), mapping),
      data: options.data,
    };
    const code = await importCommand(args, {
      ...ports,
      signal,
      terminal: { ...terminal, out: process.stderr },
    });
    if (code === 2) throw new Refusal(`${file} was not imported, so there is nothing sound to replay`);
    if (signal.aborted) return false;
  }
  return true;
}
