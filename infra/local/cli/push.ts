import { createInterface } from 'node:readline/promises';
import type { Library } from '@baton/rules/documents/index.ts';
import { readAddress } from '../push/address.ts';
import { type Comparison, compare, type Place, type Portion, portionsOf } from '../push/compare.ts';
import { type Publication, type RemoteHost, remoteHost, shellWire, type Wire } from '../push/remote-host.ts';
import { Refusal } from './failure.ts';
import { startProgress, type Terminal, terminal } from './progress.ts';
import { findingsIn, hindrances, isSound } from './validate.ts';

export type PushOptions = { to: string; library?: string; dryRun?: boolean; retire?: boolean };

/** The world around the command. `ask` is absent where nobody sits at the terminal. */
export type Pushing = { wire: Wire; terminal: Terminal; ask?: (question: string) => Promise<boolean> };

/**
 * Publishes the documents of a folder to a running host: what differs from what is live there and is not managed by the
 * designer. Interrupted and repeated it goes on, because every push looks first at what is live.
 */
export async function pushCommand(
  { to, library: folder, dryRun, retire }: PushOptions,
  pushing: Pushing = atTheShell(),
): Promise<number> {
  const { out } = pushing.terminal;
  const address = readAddress(to);
  const library = await soundDocuments(folder, pushing.terminal);
  const host = remoteHost(address, pushing.wire);
  const comparison = compare(library, await host.documents());
  if (dryRun) {
    printPlan(comparison, out);
    return 0;
  }
  const { send, gone } = comparison;
  const portions = portionsOf(send, (retire ?? (await agreesToRetire(gone, pushing))) ? gone : []);
  await publishAll(host, portions, pushing);

  for (const place of comparison.left) out.write(line('left to the designer', place));
  const retired = portions.flatMap((portion) => portion.retire);
  const kept = gone.length - retired.length;
  if (kept > 0) {
    for (const place of gone) out.write(line('not in the folder', place));
    out.write(`these stay live; to retire them, push with --retire\n`);
  }
  out.write(`${comparison.unchanged} unchanged\n`);
  return 0;
}

function atTheShell(): Pushing {
  const wire = shellWire();
  return process.stdin.isTTY && process.stderr.isTTY
    ? { wire, terminal, ask: askAtTerminal }
    : { wire, terminal };
}

async function askAtTerminal(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** The documents of a folder as "baton validate" passes them; otherwise what keeps them from being sent is listed. */
async function soundDocuments(folder: string | undefined, { err }: Terminal): Promise<Library> {
  const findings = await findingsIn(folder);
  if (!isSound(findings)) {
    for (const text of hindrances(findings)) err.write(text);
    throw new Refusal('the documents are not sound; mend them as listed above; nothing was sent');
  }
  const { library } = findings;
  if (Object.values(library).every((kind) => kind.size === 0))
    throw new Refusal('the folder holds no documents; name the folder that does with --library');
  return library;
}

async function agreesToRetire(gone: readonly Place[], { ask, terminal: { err } }: Pushing): Promise<boolean> {
  if (gone.length === 0 || !ask) return false;
  err.write('These documents are live and not in the folder:\n');
  for (const { kind, id } of gone) err.write(`  ${kind}/${id}\n`);
  return ask('Retire them? Nobody enters them any more; who is inside stays.');
}

async function publishAll(host: RemoteHost, portions: readonly Portion[], pushing: Pushing): Promise<void> {
  const { out } = pushing.terminal;
  const sizes = portions.map(({ documents, retire }) => documents.length + retire.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [index, portion] of portions.entries()) {
    const progress = startProgress('publishing', pushing.terminal);
    const show = () => progress.update(done, total, `${total - done} documents to go`);
    const published = await publishOne(host, portion, pushing.wire, show).finally(() => progress.stop());
    done += sizes[index] ?? 0;
    for (const { version, ...place } of published.documents) out.write(line('live', place, version));
    for (const place of published.retired) out.write(line('retired', place));
  }
}

const lookEveryMs = 1000;
const patienceMs = 30 * 60_000;

/** Sends one publication and looks until it is live. */
async function publishOne(
  host: RemoteHost,
  portion: Portion,
  { wait, now }: Wire,
  show: () => void,
): Promise<Publication> {
  const until = now().getTime() + patienceMs;
  let publication = await host.publish(portion);
  while (publication.status === 'publishing') {
    show();
    if (now().getTime() > until)
      throw new Refusal(
        `publication ${publication.id} is still under way at ${host.name}; push again to look how it ended`,
      );
    await wait(lookEveryMs);
    publication = await host.publication(publication.id);
  }
  if (publication.status === 'live') return publication;
  throw new Refusal(`publication ${publication.id} failed, and nothing of it is live: ${publication.reason}`);
}

function printPlan({ send, gone, left, unchanged }: Comparison, out: NodeJS.WritableStream): void {
  for (const place of send) out.write(line('would go live', place));
  for (const place of gone) out.write(line('would be retired', place));
  for (const place of left) out.write(line('left to the designer', place));
  out.write(`${unchanged} unchanged; nothing was sent\n`);
}

const line = (what: string, { kind, id }: { kind: string; id: string }, version?: number): string =>
  `${what.padEnd(21)}${kind}/${id}${version === undefined ? '' : ` version ${version}`}\n`;
